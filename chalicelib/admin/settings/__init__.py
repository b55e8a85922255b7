"""Settings of the network, and what a signed-in user needs to know of it."""
