"""Metrics: what happened in each minute, counted from events in batches."""
