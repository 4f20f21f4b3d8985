"""Fetching from the outside world: what a stranger's URL may lead to, and what may come back."""
