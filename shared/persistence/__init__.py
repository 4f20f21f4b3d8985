"""Where jobs are remembered: the port, PostgreSQL behind it, and its in-memory twin."""
