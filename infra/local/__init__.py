"""The embedded stack: every service the workers need, on one machine, without Docker or an account."""
