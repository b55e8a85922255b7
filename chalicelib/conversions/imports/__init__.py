"""Imports of conversions: the file, its chunks in the queue, and one result for each row."""
