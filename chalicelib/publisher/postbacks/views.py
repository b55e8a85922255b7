"""Endpoints for the publisher's postbacks and deliveries."""

from typing import Any

from chalicelib import settings
from chalicelib.http.error_details import Error
from chalicelib.http.models import Body, ListQuery, NoContent, Page, Patch
from chalicelib.http.references import texts_at
from chalicelib.http.request import Request
from chalicelib.http.transactions import check_if_match
from chalicelib.postbacks import subscriptions
from chalicelib.postbacks.target_url import host_errors, url_errors
from chalicelib.publisher.postbacks.schemas import (
    MAX_URL,
    DeliveryDocument,
    DeliveryQuery,
    NewPostbackDocument,
    PostbackDocument,
    PostbackSettings,
    QueuedDocument,
)
from chalicelib.tables.postbacks import PostbackRow


def find(request: Request, query: ListQuery) -> Page[PostbackDocument]:
    """List your postbacks, newest first."""
    rows, cursor = subscriptions.list_postbacks(request, query)
    return Page(items=[PostbackDocument(**_fields(row)) for row in rows], next_cursor=cursor)


def create(request: Request, body: Body[PostbackSettings]) -> NewPostbackDocument:
    """Create a postback. The response contains the signing secret once."""
    new = body.validated(_host_errors)
    row = PostbackRow(
        request.owner,
        request.new_id("pbk"),
        version=1,
        url=new.url,
        event=new.event,
        status=new.status.value,
        secret=request.new_token(),
        created_at=request.timestamp,
        updated_at=request.timestamp,
    )
    document = NewPostbackDocument(**_fields(row), secret=row.secret)
    subscriptions.create(request, row, document)
    return document


def edit(request: Request, postback_id: str, body: Patch[PostbackSettings]) -> PostbackDocument:
    """Edit a postback. Its secret does not change."""
    row = subscriptions.get_postback_or_404(request, postback_id)
    check_if_match(request, row.version)
    edited = body.apply_to({"url": row.url, "event": row.event, "status": row.status}, _host_errors)
    row.url, row.event, row.status = edited.url, edited.event, edited.status.value
    row.version, row.updated_at = row.version + 1, request.timestamp
    subscriptions.save(request, row)
    return PostbackDocument(**_fields(row))


def delete(request: Request, postback_id: str) -> NoContent:
    """Delete a postback. Queued deliveries are dropped."""
    row = subscriptions.get_postback_or_404(request, postback_id)
    check_if_match(request, row.version)
    subscriptions.delete(request, row)
    return NoContent()


def test(request: Request, postback_id: str) -> QueuedDocument:
    """Send a test postback with sample values."""
    row = subscriptions.get_postback_or_404(request, postback_id)
    return QueuedDocument(series=subscriptions.queue_test(request, row))


def find_deliveries(request: Request, postback_id: str, query: DeliveryQuery) -> Page[DeliveryDocument]:
    """List a postback's deliveries of the last 90 days, newest first."""
    postback = subscriptions.get_postback_or_404(request, postback_id)
    rows, cursor = subscriptions.list_deliveries(request, postback, query.status, query)
    items = [DeliveryDocument(**{name: getattr(row, name) for name in DeliveryDocument.model_fields}) for row in rows]
    return Page(items=items, next_cursor=cursor)


def replay(request: Request, delivery_id: str) -> QueuedDocument:
    """Send a delivery again with the current conversion data."""
    return QueuedDocument(series=subscriptions.queue_replay(request, delivery_id))


def _host_errors(sent: Any) -> list[Error]:  # noqa: ANN401 - any JSON value
    """Return an error if the URL, otherwise valid, has a host that this stack does not call."""
    loopback_allowed = settings.postbacks_to_loopback()
    urls = texts_at(sent, "url", max_length=MAX_URL)
    valid = {pointer: url for pointer, url in urls.items() if not url_errors(url)}
    found = ((pointer, host_errors(url, loopback_allowed=loopback_allowed)) for pointer, url in valid.items())
    return [(pointer, "; ".join(errors)) for pointer, errors in found if errors]


def _fields(row: PostbackRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in PostbackDocument.model_fields}
