"""Endpoints of learned weights and optimization runs."""
