"""Counts of what wants attention, for the network's staff."""
