"""The name of the network as e-mails show it."""

from chalicelib.tables.settings import network_settings


def network_name() -> str:
    """Return the network's name."""
    return str(network_settings().name)
