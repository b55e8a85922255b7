"""API of the network: one folder per resource."""
