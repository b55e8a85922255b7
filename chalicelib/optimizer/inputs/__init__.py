"""Reads what the model needs: pool configuration, and counters as statistics."""
