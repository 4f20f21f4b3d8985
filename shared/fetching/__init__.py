"""The way out to URLs that users supplied: where they may lead, and what may come back."""
