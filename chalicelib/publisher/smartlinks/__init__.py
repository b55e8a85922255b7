"""The marketplace of smartlinks and applications to them."""
