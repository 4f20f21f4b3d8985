"""How the workers do their job: ports, policies and adapters. Knows no worker."""
