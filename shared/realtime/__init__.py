"""Who a browser's creator is, and how that browser reaches the hub on which its updates come."""
