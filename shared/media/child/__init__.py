"""The process that media is parsed in: it may be killed at any moment, and knows no secret."""
