"""The publisher's account and API keys."""
