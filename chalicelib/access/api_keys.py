"""Publishers' API keys in their table."""

from chalicelib.access.api_key_schemas import KeyDocument, NewKeyDocument
from chalicelib.http import authentication
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.problems import NotFound
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.tables.publishers import ApiKeyRow


def document(row: ApiKeyRow) -> KeyDocument:
    """The key as its owner and the admins may see it."""
    return KeyDocument(key_id=row.id, prefix=f"slk_{row.role}_{row.id}", created_at=row.created_at)


def keys(publisher_id: str) -> list[ApiKeyRow]:
    """The publisher's good keys, oldest first."""
    return sorted(ApiKeyRow.by_owner.query(publisher_id), key=lambda key: key.created_at)


def new_key(request: Request, owner: str, minted: authentication.GeneratedKey) -> ApiKeyRow:
    """The row of a freshly minted publisher key, not yet written."""
    return ApiKeyRow(
        minted.id,
        role=authentication.Role.PUBLISHER.value,
        owner=owner,
        digest=minted.digest,
        created_at=request.timestamp,
    )


def create(request: Request, owner: str) -> NewKeyDocument:
    """Mints one more key for the publisher and writes it."""
    minted = authentication.generate_key(authentication.Role.PUBLISHER)
    row = new_key(request, owner, minted)
    answer = NewKeyDocument(**document(row).model_dump(), api_key=minted.text)
    with transaction(request, answer, AuditChange(f"{owner}/{row.id}", None, document(row).model_dump())) as write:
        write.save(row, ApiKeyRow.id.does_not_exist())
    return answer


def revoke(request: Request, publisher_id: str, key_id: str) -> None:
    """Deletes the publisher's key; the next call with it is refused."""
    key = next(iter(ApiKeyRow.batch_get([key_id], consistent_read=True)), None)
    if key is None or (key.role, key.owner) != (authentication.Role.PUBLISHER, publisher_id):
        message = f"publisher {publisher_id} has no key {key_id}"
        raise NotFound(message)
    change = AuditChange(f"{publisher_id}/{key_id}", document(key).model_dump(), None)
    with transaction(request, change=change) as write:
        write.delete(key, ApiKeyRow.id.exists())
