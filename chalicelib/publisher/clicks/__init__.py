"""The publisher's own clicks."""
