"""One module for each picture; see `infra.local.pictures`."""
