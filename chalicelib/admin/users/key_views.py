"""Endpoints for admins: the API keys of users. Everyone manages their own, owners those of all."""

from chalicelib.access import api_keys, key_owners
from chalicelib.access.api_key_schemas import KeyDocument, NewKeyDocument
from chalicelib.http.models import ListQuery, NoContent, Page
from chalicelib.http.request import Request


def find(request: Request, user_id: str, query: ListQuery) -> Page[KeyDocument]:  # noqa: ARG001
    """List the live API keys of a user, oldest first."""
    key_owners.user(user_id).check()
    return api_keys.page_of_keys(user_id, query)


def create(request: Request, user_id: str) -> NewKeyDocument:
    """Create an API key for a user. It is shown once. A user has at most 20 live keys."""
    return api_keys.create(request, key_owners.user(user_id))


def revoke(request: Request, user_id: str, key_id: str) -> NoContent:
    """Revoke an API key of a user. It stops working at once."""
    api_keys.revoke(request, key_owners.user(user_id), key_id)
    return NoContent()
