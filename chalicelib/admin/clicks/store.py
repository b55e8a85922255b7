"""Recorded clicks and the routes of their time."""

from typing import Any

from chalicelib.contract.store import found
from chalicelib.routing import snapshot
from chalicelib.smartlink import Route
from chalicelib.tables import Click
from chalicelib.tables import Route as RouteRow


def click(click_id: str) -> Click:
    """The recorded click; `NotFound` where there is none."""
    return found(Click, "click", click_id)


def fields(row: Click) -> dict[str, Any]:
    """The click's stored fields by name."""
    return dict(row.attribute_values)


def route_of(row: Click) -> Route:
    """The route as it was when the click was decided."""
    version = int(row.route_version)
    kept = RouteRow.get(f"{row.route_id}@{version}", consistent_read=True)
    return snapshot.unpacked(kept.snapshot, version)
