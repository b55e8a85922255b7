"""Which smartlinks use a tracking domain, and the check that a smartlink uses active ones only."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pynamodb.transactions import TransactWrite

from chalicelib.admin.smartlinks.schemas import MAX_DOMAIN, is_domain
from chalicelib.domain.tracking_domain import DomainStatus
from chalicelib.http.error_details import Error
from chalicelib.http.references import texts_at
from chalicelib.lists.entries import ListKind, entries
from chalicelib.lists.entry_search import EntryList
from chalicelib.lists.index_job import require_index
from chalicelib.lists.query_schemas import Sort
from chalicelib.lists.reads import Reads
from chalicelib.tables.tracking_domains import NETWORK, DomainRow, live_domain

_POINTER = "/tracking_domain"
_ALL = Reads(items=1_000_000, bytes=1_000_000_000)
_PIECE = 1_000


class Use(NamedTuple):
    """A smartlink that uses a domain."""

    id: str
    name: str


def uses_by_host(now: datetime) -> Mapping[str, Sequence[Use]]:
    """Return the smartlinks of each host, newest first, read consistently. Raise `Unavailable` if that is not possible.

    They are found by their entries in the list of smartlinks, all of which are read.
    """
    require_index(ListKind.SMARTLINKS, now)
    listed = EntryList(ListKind.SMARTLINKS, Sort.NEWEST, now)
    found: dict[str, list[Use]] = defaultdict(list)
    for entry in entries(listed.partitions, listed.sort, None, Reads(_ALL.items, _ALL.bytes), _PIECE):
        if entry["tracking_domain"]:
            found[entry["tracking_domain"]].append(Use(entry["id"], entry["name"]))
    return found


def domain_errors(sent: Any, before: Mapping[str, Any]) -> list[Error]:  # noqa: ANN401 - any JSON value
    """Return an error if a sent smartlink has another tracking domain than before, and it is not active."""
    hosts = texts_at(sent, "tracking_domain", max_length=MAX_DOMAIN)
    host = hosts.get(_POINTER)
    if host is None or not is_domain(host) or host == before.get("tracking_domain"):
        return []
    row = live_domain(host)
    if row is None:
        return [(_POINTER, "must be an active tracking domain; ask an owner of the network to add it")]
    if row.status != DomainStatus.ACTIVE:
        return [(_POINTER, f"must be an active tracking domain; {host} is {row.status}")]
    return []


def add_use(write: TransactWrite, host: str | None, before: str | None = None) -> None:
    """Add to the transaction of a smartlink that it is set to a domain, so that the domain is not deleted meanwhile."""
    if not host or host == before:
        return
    row = live_domain(host)
    if row:
        write.update(DomainRow(NETWORK, row.id), [DomainRow.uses.add(1)], DomainRow.removed_at.does_not_exist())
