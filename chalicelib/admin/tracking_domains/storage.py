"""Reads and writes of tracking domains by admins. `tracking_domains/job.py` does the work at AWS."""

from typing import Any
from urllib.parse import urlsplit

from pynamodb.expressions.update import Action

from chalicelib import settings
from chalicelib.admin.tracking_domains.schemas import DomainDocument
from chalicelib.domain.tracking_domain import DomainStatus
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.error_details import Error
from chalicelib.http.problems import Conflict, NotFound
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.tables.base import get_or_none
from chalicelib.tables.tracking_domains import HOSTS, NETWORK, DomainRow

MAX_DOMAINS = 100
"""Maximum number of tracking domains: API Gateway has 120 custom domains in a region, and more on request."""


def get_or_404(domain_id: str) -> DomainRow:
    """Return the domain; raise `NotFound` if there is none or it is removed."""
    row = get_or_none(DomainRow, NETWORK, domain_id)
    if row is None or row.removed_at:
        message = f"There is no tracking domain {domain_id}."
        raise NotFound(message)
    return row


def host_errors(request: Request, host: str) -> list[Error]:
    """Return an error if the host is that of the API, of its console or of the links without a tracking domain."""
    own = {
        urlsplit(each).hostname for each in (request.base_url, settings.public_url(), settings.tracking_url()) if each
    }
    return [("/host", "must not be the host of this API")] if host in own else []


def check_free(rows: list[DomainRow], host: str) -> list[Error]:
    """Return an error if the host is a tracking domain; raise `Conflict` while one of it is being removed."""
    row = next((each for each in rows if each.host == host), None)
    if row is None:
        return []
    if row.removed_at:
        message = f"{host} is still being removed at AWS. Retry the request in a few minutes."
        raise Conflict(message)
    return [("/host", "is a tracking domain already")]


def check_room(rows: list[DomainRow]) -> None:
    """Raise `Conflict` if there are as many domains as a network may have."""
    if len(rows) >= MAX_DOMAINS:
        message = f"A network has at most {MAX_DOMAINS} tracking domains. Delete one first."
        raise Conflict(message)


def new_row(request: Request, host: str) -> DomainRow:
    """Return the row of a new domain, due at once and not written yet."""
    return DomainRow(
        id=request.new_id("dom"),
        version=1,
        host=host,
        status=DomainStatus.PENDING_CERTIFICATE.value,
        check_at=request.timestamp,
        created_at=request.timestamp,
        updated_at=request.timestamp,
    )


def create(request: Request, row: DomainRow, response: DomainDocument) -> None:
    """Write a new domain and reserve its host; raise `TransactionConflict` if the host is reserved."""
    with transaction(request, response, AuditChange(row.id, None, _audit_document(row))) as write:
        write.save(row, DomainRow.id.does_not_exist())
        reserved: list[Action] = [DomainRow.created_at.set(request.timestamp)]
        write.update(DomainRow(HOSTS, row.host), reserved, DomainRow.id.does_not_exist())


def remove(request: Request, row: DomainRow) -> None:
    """Mark the domain as removed, due at once; raise `TransactionConflict` if a smartlink was set to it meanwhile."""
    is_unchanged = (DomainRow.version == row.version) & (DomainRow.uses == row.uses)
    removed: list[Action] = [
        DomainRow.removed_at.set(request.timestamp),
        DomainRow.check_at.set(request.timestamp),
        DomainRow.updated_at.set(request.timestamp),
        DomainRow.version.set(row.version + 1),
    ]
    with transaction(request, change=AuditChange(row.id, _audit_document(row), None)) as write:
        write.update(DomainRow(NETWORK, row.id), removed, is_unchanged)


def _audit_document(row: DomainRow) -> dict[str, Any]:
    return {"host": row.host, "status": row.status}
