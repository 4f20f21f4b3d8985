"""What the operator and the platform need: the sweep, and jobs as they stand."""
