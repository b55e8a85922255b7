"""A publisher's recorded clicks and the routes of their time."""

from chalicelib.contract.store import existing
from chalicelib.errors import NotFound
from chalicelib.routing import snapshot
from chalicelib.smartlink import Route
from chalicelib.tables import Click
from chalicelib.tables import Route as RouteRow


def click(publisher_id: str, click_id: str) -> Click:
    """The publisher's recorded click; `NotFound` where there is none, or it is somebody else's."""
    row = existing(Click, click_id)
    if row is None or row.publisher_id != publisher_id:
        message = f"there is no click {click_id}"
        raise NotFound(message)
    return row


def route_of(row: Click) -> Route:
    """The route as it was when the click was decided."""
    version = int(row.route_version)
    kept = RouteRow.get(f"{row.route_id}@{version}", consistent_read=True)
    return snapshot.unpacked(kept.snapshot, version)
