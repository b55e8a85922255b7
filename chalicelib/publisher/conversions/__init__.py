"""The publisher's own conversions."""
