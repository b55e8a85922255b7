"""Users of the network: list, create, edit, remove, and their API keys."""
