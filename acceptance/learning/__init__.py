"""Proof that the optimizer finds the best offers of a known market."""
