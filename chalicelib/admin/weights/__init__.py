"""Weights in force and the history of optimization runs."""
