"""API keys of publishers: list, create, revoke."""

from chalicelib.access.api_key_schemas import KeyDocument, NewKeyDocument
from chalicelib.http import authentication
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.problems import NotFound
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.tables.publishers import ApiKeyRow


def document(row: ApiKeyRow) -> KeyDocument:
    """Return the document of a key: its public part only."""
    return KeyDocument(key_id=row.id, prefix=f"slk_{row.role}_{row.id}", created_at=row.created_at)


def list_keys(publisher_id: str) -> list[ApiKeyRow]:
    """Return the keys of a publisher, oldest first. Revoked keys are deleted."""
    return sorted(ApiKeyRow.by_owner.query(publisher_id), key=lambda key: key.created_at)


def new_key(request: Request, owner: str, generated: authentication.GeneratedKey) -> ApiKeyRow:
    """Return the row of a new publisher key. It is not written yet."""
    return ApiKeyRow(
        generated.id,
        role=authentication.Role.PUBLISHER.value,
        owner=owner,
        digest=generated.digest,
        created_at=request.timestamp,
    )


def create(request: Request, owner: str) -> NewKeyDocument:
    """Create an API key for a publisher."""
    generated = authentication.generate_key(authentication.Role.PUBLISHER)
    row = new_key(request, owner, generated)
    response = NewKeyDocument(**document(row).model_dump(), api_key=generated.text)
    change = AuditChange(f"{owner}/{row.id}", None, document(row).model_dump())
    with transaction(request, response, change) as write:
        write.save(row, ApiKeyRow.id.does_not_exist())
    return response


def revoke(request: Request, publisher_id: str, key_id: str) -> None:
    """Delete a key of the publisher: the next request with it is rejected. Raise `NotFound` if it is not theirs."""
    key = next(iter(ApiKeyRow.batch_get([key_id], consistent_read=True)), None)
    if key is None or (key.role, key.owner) != (authentication.Role.PUBLISHER, publisher_id):
        message = f"Publisher {publisher_id} has no key {key_id}."
        raise NotFound(message)
    change = AuditChange(f"{publisher_id}/{key_id}", document(key).model_dump(), None)
    with transaction(request, change=change) as write:
        write.delete(key, ApiKeyRow.id.exists())
