"""Statistics to weights, without I/O."""
