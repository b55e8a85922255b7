"""Benchmarks of the redirect, counting, reports and learning, and the cost model."""
