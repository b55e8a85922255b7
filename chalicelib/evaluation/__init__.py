"""Statistics on past clicks."""
