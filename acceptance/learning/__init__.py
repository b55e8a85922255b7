"""Proof that the optimizer finds the best offers of a smartlink with known conversion rates."""
