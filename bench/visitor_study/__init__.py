"""Visitor detection compared with other libraries on labelled user agents, which are taken from packages."""
