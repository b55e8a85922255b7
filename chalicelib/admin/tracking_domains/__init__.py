"""Tracking domains: list, add and delete them, and which smartlinks use them."""
