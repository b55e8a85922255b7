"""The publisher's calls about their own account."""

from chalicelib.approvals import store as approvals
from chalicelib.http.request import Request
from chalicelib.keys import store as keys
from chalicelib.keys.schema import NewKeyDocument
from chalicelib.publisher.account.schema import AccountDocument


def show(request: Request) -> AccountDocument:
    """Show your account."""
    row = approvals.publisher(request.owner)
    return AccountDocument(**{name: getattr(row, name) for name in AccountDocument.model_fields})


def create_key(request: Request) -> NewKeyDocument:
    """Make one more API key for yourself, shown this once."""
    return keys.create(request, request.owner)
