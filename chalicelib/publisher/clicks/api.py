"""The publisher's call about single clicks."""

from chalicelib.contract.request import Request
from chalicelib.publisher.clicks import store
from chalicelib.publisher.clicks.schema import OwnClickDocument
from chalicelib.routing import record


def show(request: Request, click_id: str) -> OwnClickDocument:
    """Show one of your clicks, where it went and why."""
    row = store.click(request.owner, click_id)
    return OwnClickDocument(**record.document(dict(row.attribute_values), store.route_of(row)))
