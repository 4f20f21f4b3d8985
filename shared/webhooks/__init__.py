"""Webhooks: telling creators' own servers about their jobs, signed, for as long as it takes."""
