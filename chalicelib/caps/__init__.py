"""Limits on an offer: windows, leases, reservation, duplicate filter."""
