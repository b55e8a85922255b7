"""Endpoints for the publisher's own account."""

from chalicelib.access import api_keys, key_owners, membership
from chalicelib.access.api_key_schemas import KeyDocument, NewKeyDocument
from chalicelib.http.models import ListQuery, NoContent, Page
from chalicelib.http.request import Request
from chalicelib.publisher.account.schemas import AccountDocument


def show(request: Request) -> AccountDocument:
    """Show your account."""
    row = membership.get_publisher_or_404(request.owner)
    return AccountDocument(**{name: getattr(row, name) for name in AccountDocument.model_fields})


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
