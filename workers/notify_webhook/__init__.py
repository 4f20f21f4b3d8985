"""Tells creators' own servers what becomes of jobs."""
