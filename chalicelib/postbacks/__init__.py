"""Postbacks to publishers: subscriptions, fan-out, delivery, retries."""
