"""Who may operate the workers, and the record of what they did."""
