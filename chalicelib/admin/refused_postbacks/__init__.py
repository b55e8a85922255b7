"""Refused postbacks."""
