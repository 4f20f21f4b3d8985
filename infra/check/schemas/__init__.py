"""A snapshot of Azure's published resource types, one file for each provider, and the script that made it."""
