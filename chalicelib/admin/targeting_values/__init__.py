"""Checks of targeting values: each complaint says what is wrong, and which value is right."""
