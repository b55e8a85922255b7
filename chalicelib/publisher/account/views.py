"""Endpoints for the publisher's own account."""

from chalicelib.access import api_keys, membership
from chalicelib.access.api_key_schemas import NewKeyDocument
from chalicelib.http.request import Request
from chalicelib.publisher.account.schemas import AccountDocument


def show(request: Request) -> AccountDocument:
    """Show your account."""
    row = membership.get_publisher_or_404(request.owner)
    return AccountDocument(**{name: getattr(row, name) for name in AccountDocument.model_fields})


def create_key(request: Request) -> NewKeyDocument:
    """Create an API key. It is shown once."""
    return api_keys.create(request, request.owner)
