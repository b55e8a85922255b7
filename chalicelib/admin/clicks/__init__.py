"""Recorded clicks and why they went where they went."""
