"""Clicks that could not be written when they happened."""

import json

from chalicelib.tables.clicks import ClickRow


def write(body: str) -> None:
    """Writes a click that was set aside: the queue's message is the item itself. Raises for what is no click."""
    row = ClickRow()
    row.deserialize(json.loads(body))
    row.save()
