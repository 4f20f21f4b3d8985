"""Looks at what is deployed and compares it with what the files say. Changes nothing."""
