"""The publisher's call about single clicks."""

from chalicelib.http.request import Request
from chalicelib.publisher.clicks import store
from chalicelib.publisher.clicks.schema import OwnClickDocument
from chalicelib.routing import record
from chalicelib.routing.past.store import past_route


def show(request: Request, click_id: str) -> OwnClickDocument:
    """Show one of your clicks, where it went and why."""
    row = store.click(request.owner, click_id)
    route = past_route(row.route_id, row.route_version)
    return OwnClickDocument(**record.document(dict(row.attribute_values), route))
