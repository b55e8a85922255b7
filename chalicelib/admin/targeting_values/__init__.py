"""Checks of targeting values: each complaint names the error and, if it is known, the right value."""
