"""A cache that may be slow, empty or gone: nothing but speed and money depends on it."""
