"""Hold-out test: optimized clicks against the configured weights."""
