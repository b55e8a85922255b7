"""Comparison of the optimizer with other policies in simulated pools."""
