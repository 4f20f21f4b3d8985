"""Webhook notifications: creators' own servers hear, signed and for days if need be, what becomes of jobs."""
