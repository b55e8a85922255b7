"""Endpoints for admins: tracking domains."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from chalicelib.admin.tracking_domains import storage, uses
from chalicelib.admin.tracking_domains.schemas import DomainDocument, NewDomain
from chalicelib.http.models import Body, ListQuery, NoContent, Page
from chalicelib.http.pagination import PagedQuery, fetch_documents
from chalicelib.http.problems import Conflict, ValidationFailed
from chalicelib.http.request import Request
from chalicelib.http.transactions import check_if_match
from chalicelib.tables.tracking_domains import NETWORK, DomainRow, all_domains

_NAMED = 5
"""Number of smartlinks that are named when a domain cannot be deleted."""

_OF_ROW = ("id", "host", "status", "reason", "records", "version", "created_at", "updated_at")


def find(request: Request, query: ListQuery) -> Page[DomainDocument]:
    """List the tracking domains, oldest first."""

    def documents(rows: Iterable[DomainRow]) -> Iterator[DomainDocument]:
        used = uses.uses_by_host(request.now)
        return (_document(row, len(used.get(row.host, ()))) for row in rows)

    return fetch_documents(PagedQuery("domains", [NETWORK], _query, lambda row: str(row.id)), query, documents)


def _query(partition: str, after: str | None, limit: int) -> Iterable[Any]:
    later = DomainRow.id > after if after else None
    removed = DomainRow.removed_at.does_not_exist()
    return DomainRow.query(partition, later, removed, consistent_read=True, limit=limit)


def create(request: Request, body: Body[NewDomain]) -> DomainDocument:
    """Add a tracking domain. Its first DNS record is shown after a few seconds: fetch the domain again."""
    host = body.validated().host
    rows = all_domains()
    if errors := [*storage.host_errors(request, host), *storage.check_free(rows, host)]:
        raise ValidationFailed(*errors)
    storage.check_room(rows)
    row = storage.new_row(request, host)
    document = _document(row, len(uses.uses_by_host(request.now).get(host, ())))
    storage.create(request, row, document)
    return document


def show(request: Request, domain_id: str) -> DomainDocument:
    """Show a tracking domain."""
    row = storage.get_or_404(domain_id)
    return _document(row, len(uses.uses_by_host(request.now).get(row.host, ())))


def delete(request: Request, domain_id: str) -> NoContent:
    """Delete a tracking domain, its certificate and its name at AWS. Its links stop working within minutes.

    One that smartlinks use cannot be deleted.
    """
    row = storage.get_or_404(domain_id)
    check_if_match(request, row.version)
    _check_unused(row, uses.uses_by_host(request.now).get(row.host, ()))
    storage.remove(request, row)
    return NoContent()


def _check_unused(row: DomainRow, used: Sequence[uses.Use]) -> None:
    if used:
        named = ", ".join(f"{each.name} ({each.id})" for each in used[:_NAMED])
        further = f" and {len(used) - _NAMED} more" if len(used) > _NAMED else ""
        message = f"Smartlinks use {row.host}: {named}{further}. Set another tracking_domain or null in them first."
        raise Conflict(message)


def _document(row: DomainRow, smartlink_count: int) -> DomainDocument:
    return DomainDocument(**{name: getattr(row, name) for name in _OF_ROW}, smartlink_count=smartlink_count)
