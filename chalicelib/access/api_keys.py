"""API keys of users and publishers: list, create, revoke."""

from collections.abc import Iterable, Sequence

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.access.api_key_schemas import KeyDocument, NewKeyDocument
from chalicelib.access.key_owners import KeyOwner
from chalicelib.http import authentication
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.models import ListQuery, Page
from chalicelib.http.pagination import PagedQuery, fetch_documents
from chalicelib.http.problems import Conflict, NotFound
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.tables.base import get_or_none
from chalicelib.tables.publishers import ApiKeyRow


def document(row: ApiKeyRow) -> KeyDocument:
    """Return the document of a key: its public part only."""
    prefix = f"slk_{row.role}_{row.id}"
    return KeyDocument(key_id=row.id, prefix=prefix, created_at=row.created_at, last_used_on=row.last_used_on)


def list_keys(owner_id: str) -> list[ApiKeyRow]:
    """Return the live keys of a user or publisher, oldest first, read consistently. Revoked keys are deleted."""
    return _live_keys(owner_id, _head(owner_id))


def page_of_keys(owner_id: str, query: ListQuery) -> Page[KeyDocument]:
    """Return a page of the live keys of a user or publisher, oldest first."""
    keys = list_keys(owner_id)

    def rows(_: str, after: str | None, limit: int) -> Iterable[ApiKeyRow]:
        return [key for key in keys if after is None or _position(key) > after][:limit]

    listing = PagedQuery(f"keys of {owner_id}", [owner_id], rows, _position)
    return fetch_documents(listing, query, lambda found: map(document, found))


def new_key(request: Request, owner: KeyOwner, generated: authentication.GeneratedKey) -> ApiKeyRow:
    """Return the row of a new key. It is not written yet."""
    return ApiKeyRow(
        generated.id,
        role=owner.role.value,
        owner=owner.id,
        digest=generated.digest,
        created_at=request.timestamp,
    )


def add_first_key(write: TransactWrite, key: ApiKeyRow) -> None:
    """Add the first key of a new publisher to the transaction."""
    _add_key(write, key, [], None)


def create(request: Request, owner: KeyOwner) -> NewKeyDocument:
    """Create an API key for the owner; raise `Conflict` if they have too many.

    The maximum is exact: of several calls at once, each sees the keys of those before it.
    """
    owner.check()
    head = _head(owner.id)
    live = _live_keys(owner.id, head)
    if len(live) >= owner.max_keys:
        message = f"{owner.title} has {len(live)} keys, and {owner.max_keys} are the maximum. Revoke one first."
        raise Conflict(message)
    generated = authentication.generate_key(owner.role)
    row = new_key(request, owner, generated)
    response = NewKeyDocument(**document(row).model_dump(), api_key=generated.text)
    change = AuditChange(f"{owner.id}/{row.id}", None, document(row).model_dump(), also_by_publishers=True)
    with transaction(request, response, change) as write:
        owner.add_check(write)
        _add_key(write, row, [key.id for key in live], head)
    return response


def revoke(request: Request, owner: KeyOwner, key_id: str) -> None:
    """Delete a key of the owner: the next request with it is rejected. Raise `NotFound` if it is not theirs."""
    key = get_or_none(ApiKeyRow, key_id)
    if key is None or (key.role, key.owner) != (owner.role, owner.id):
        message = f"{owner.title} has no key {key_id}."
        raise NotFound(message)
    change = AuditChange(f"{owner.id}/{key_id}", document(key).model_dump(), None, also_by_publishers=True)
    with transaction(request, change=change) as write:
        write.delete(key, ApiKeyRow.id.exists())


def revoke_all(request: Request, owner_id: str) -> None:
    """Delete the keys of a removed user or closed account, which no request is served with any more.

    Keys made after the request began stay: meanwhile another may have opened the account.
    """
    for key in list_keys(owner_id):
        if key.created_at <= request.timestamp:
            key.delete()


def _add_key(write: TransactWrite, key: ApiKeyRow, others: Sequence[str], head: ApiKeyRow | None) -> None:
    """Add the key, and its ID to the row of the owner's keys, which must be unchanged."""
    write.save(key, ApiKeyRow.id.does_not_exist())
    version = head.version if head else 0
    actions: list[Action] = [ApiKeyRow.key_ids.set([*others, key.id]), ApiKeyRow.version.set(version + 1)]
    is_unchanged = ApiKeyRow.version == version if head else ApiKeyRow.id.does_not_exist()
    write.update(ApiKeyRow(_head_id(key.owner)), actions, is_unchanged)


def _head_id(owner_id: str) -> str:
    return f"keys of {owner_id}"


def _head(owner_id: str) -> ApiKeyRow | None:
    return get_or_none(ApiKeyRow, _head_id(owner_id))


def _live_keys(owner_id: str, head: ApiKeyRow | None) -> list[ApiKeyRow]:
    """Return the keys that exist, oldest first.

    The index has those of earlier releases and those of `make admin-key`, the row of the owner's keys those that the
    index does not have yet.
    """
    listed = {key.id for key in ApiKeyRow.by_owner.query(owner_id)}
    ids = sorted(listed.union(head.key_ids if head else ()))
    return sorted(ApiKeyRow.batch_get(ids, consistent_read=True), key=_position)


def _position(key: ApiKeyRow) -> str:
    return f"{key.created_at}#{key.id}"
