"""The name of the network as e-mails show it."""


def network_name() -> str:
    """Return the network's name."""
    return "Smartlink"
