"""The databases of addresses: the free ones, and those of the customer."""
