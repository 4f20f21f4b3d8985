"""Whether the app can do its work now."""
