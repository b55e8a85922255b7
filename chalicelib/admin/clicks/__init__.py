"""Recorded clicks with the explanation of their decisions."""
