"""Endpoints for the publisher's own account."""

from typing import Any

from chalicelib.access import api_keys, key_owners, membership
from chalicelib.access.api_key_schemas import KeyDocument, NewKeyDocument
from chalicelib.http.models import ListQuery, NoContent, Page, Patch
from chalicelib.http.request import Request
from chalicelib.http.transactions import check_if_match
from chalicelib.inbox.reading import unread_count
from chalicelib.notifications.preferences import Audience, email_choices
from chalicelib.publisher.account import storage
from chalicelib.publisher.account.schemas import AccountDocument, AccountSettings, OwnCountsDocument
from chalicelib.tables.publishers import PublisherRow


def show(request: Request) -> AccountDocument:
    """Show your account."""
    return _document(membership.get_publisher_or_404(request.owner))


def edit(request: Request, body: Patch[AccountSettings]) -> AccountDocument:
    """Choose which notifications you get by e-mail."""
    row = membership.get_publisher_or_404(request.owner)
    check_if_match(request, row.version)
    settings = body.apply_to({"email_notifications": row.email_notifications})
    row.email_notifications = settings.email_notifications
    row.version, row.updated_at = row.version + 1, request.timestamp
    storage.save(request, row)
    return _document(row)


def find_keys(request: Request, query: ListQuery) -> Page[KeyDocument]:
    """List your live API keys, oldest first."""
    return api_keys.page_of_keys(request.owner, query)


def create_key(request: Request) -> NewKeyDocument:
    """Create an API key. It is shown once. You can have at most 5 live keys."""
    return api_keys.create(request, key_owners.publisher(request.owner, key_owners.MAX_SELF_MADE))


def revoke_key(request: Request, key_id: str) -> NoContent:
    """Revoke one of your API keys. It stops working at once, even if it is the one that you use."""
    api_keys.revoke(request, key_owners.publisher(request.owner), key_id)
    return NoContent()


def counts(request: Request) -> OwnCountsDocument:
    """Show how much wants your attention."""
    dead = storage.dead_deliveries(request.owner)
    return OwnCountsDocument(unread_notifications=unread_count(request), dead_deliveries=dead)


def _document(row: PublisherRow) -> AccountDocument:
    fields: dict[str, Any] = {name: getattr(row, name) for name in AccountDocument.model_fields}
    choices = email_choices(row.email_notifications, Audience.PUBLISHER)
    return AccountDocument(**{**fields, "email_notifications": choices})
