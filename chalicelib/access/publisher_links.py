"""A change of all links of a publisher: as many as fit in the transaction that causes it, the others right after it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.http.audit_change import AuditChange
from chalicelib.http.request import Request
from chalicelib.http.transactions import retry_on_conflict, transaction
from chalicelib.tables.publishers import CampaignApprovalRow, MembershipRow
from chalicelib.tables.routes import LinkRow

LINKS_PER_TRANSACTION = 88
"""A transaction has at most 100 items; the cause and the audit log need some of them."""

ROOM_BYTES = 3_000_000
"""Maximum size of what is written to the links in one transaction: DynamoDB takes 4 MB in all."""


@dataclass(frozen=True, slots=True)
class LinkChange:
    """What a row of the publisher says on all their links: the update of a link, and its size in bytes.

    `is_current` is whether the row is still the newest; `add_check` fails a transaction if it is not. A newer row
    changes the links itself.
    """

    publisher_id: str
    actions: Sequence[Action]
    is_current: Callable[[], bool]
    add_check: Callable[[TransactWrite], None]
    size: int = 0

    @property
    def per_transaction(self) -> int:
        """Return the number of links that fit in one transaction."""
        return max(1, min(LINKS_PER_TRANSACTION, ROOM_BYTES // max(1, self.size)))


@contextmanager
def transaction_with_links(request: Request, links: LinkChange, change: AuditChange) -> Iterator[TransactWrite]:
    """Write what the block adds with the first links, then change the others.

    A link created in the meantime checks the row itself.
    """
    first = list(_link_codes(links.publisher_id))[: links.per_transaction]
    with transaction(request, change=change) as write:
        _add(write, links, first)
        yield write
    others = sorted(set(_link_codes(links.publisher_id)) - set(first))
    for n in range(0, len(others), links.per_transaction):
        retry_on_conflict(partial(_change, request, links, others[n : n + links.per_transaction]))


def _change(request: Request, links: LinkChange, codes: Sequence[str]) -> None:
    if not links.is_current():
        return
    with transaction(request) as write:
        links.add_check(write)
        _add(write, links, codes)


def _add(write: TransactWrite, links: LinkChange, codes: Sequence[str]) -> None:
    for code in codes:
        write.update(LinkRow(code), list(links.actions), LinkRow.code.exists())


def _link_codes(publisher_id: str) -> Iterator[str]:
    for member in MembershipRow.query(publisher_id, consistent_read=True):
        if member.code:
            yield member.code
    for approval in CampaignApprovalRow.query(publisher_id, consistent_read=True):
        yield approval.tracking_key
