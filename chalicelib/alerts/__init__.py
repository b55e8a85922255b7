"""Alerts on caps and on the share of clicks that reach no paying offer."""
