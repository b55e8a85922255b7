"""Writes clicks of the backlog: those that the redirect could not write."""

import json

from chalicelib.tables.clicks import ClickRow


def write(body: str) -> None:
    """Write the click of a queue message, which is the item itself; raise if it is not a click."""
    row = ClickRow()
    row.deserialize(json.loads(body))
    row.save()
