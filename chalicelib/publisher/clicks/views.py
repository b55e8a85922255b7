"""The publisher's call about single clicks."""

from chalicelib.http.problems import NotFound
from chalicelib.http.request import Request
from chalicelib.publisher.clicks.schemas import OwnClickDocument
from chalicelib.routing import click_record
from chalicelib.routing.route_history import past_route
from chalicelib.tables.base import get_or_none
from chalicelib.tables.clicks import ClickRow


def _own_click(publisher_id: str, click_id: str) -> ClickRow:
    """The publisher's recorded click; `NotFound` where there is none, or it is somebody else's."""
    row = get_or_none(ClickRow, click_id)
    if row is None or row.publisher_id != publisher_id:
        message = f"there is no click {click_id}"
        raise NotFound(message)
    return row


def show(request: Request, click_id: str) -> OwnClickDocument:
    """Show one of your clicks, where it went and why."""
    row = _own_click(request.owner, click_id)
    route = past_route(row.route_id, row.route_version)
    return OwnClickDocument(**click_record.document(dict(row.attribute_values), route))
