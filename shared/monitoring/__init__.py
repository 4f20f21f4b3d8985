"""Whether something needs the operator: looked at every minute, and told once."""
