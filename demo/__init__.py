"""The demo network and its traffic."""
