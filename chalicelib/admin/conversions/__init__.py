"""Recorded conversions and decisions on them."""
