"""Benchmarks of the redirect, counting, reports and the optimizer, and the cost model."""
