"""E-mail: what is told to whom, how it looks, and the ways on which it leaves."""
