"""What the app does: one package per worker, all the same shape."""
