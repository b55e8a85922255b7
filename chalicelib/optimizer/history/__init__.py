"""Records of optimization runs, and their publication."""
