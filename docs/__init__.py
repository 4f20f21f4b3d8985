"""What people read; `docs.contracts` writes the part that is derived from code."""
