"""Where the data lives: PostgreSQL, videos, and the jobs that come by the clock."""
