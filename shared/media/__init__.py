"""Looking into videos: everything that parses media, and the child process that it runs in."""
