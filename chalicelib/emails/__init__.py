"""Notifications by e-mail: from the stream of their table to the recipients, each once."""
