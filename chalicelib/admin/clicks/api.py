"""The admin's call about single clicks."""

from chalicelib.admin.clicks import store
from chalicelib.admin.clicks.schema import ClickDocument
from chalicelib.contract.request import Request
from chalicelib.routing import record


def show(request: Request, click_id: str) -> ClickDocument:  # noqa: ARG001 - every view takes the request
    """Show one click, where it went and why."""
    row = store.click(click_id)
    return ClickDocument(**record.document(store.fields(row), store.route_of(row)))
