"""API of publishers."""
