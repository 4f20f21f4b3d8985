"""Content analysis: what works in a piece of content, what does not, and what to change."""
