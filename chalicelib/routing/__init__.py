"""The redirect: visitor detection, offer selection, click record."""
