"""Where the workers run: the topology, the clouds, and the embedded stack."""
