"""Deliveries of postbacks to all publishers."""
