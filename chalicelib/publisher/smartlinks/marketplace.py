"""The marketplace as one publisher sees it: all smartlinks but private ones, and private ones that are open to them.

A private smartlink is open to publishers who are on it and, if it respects approvals, to those who have all of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from chalicelib.access.membership import APPROVED
from chalicelib.domain.smartlink import Visibility
from chalicelib.http.problems import ValidationFailed
from chalicelib.http.request import Request
from chalicelib.lists.entries import ListKind, order_of, read_entries
from chalicelib.lists.entry_search import EntryList, Match, entry_search, matching
from chalicelib.lists.merge import Entry
from chalicelib.lists.reads import Reads
from chalicelib.lists.search import Found, Search, find
from chalicelib.lists.texts import created_year
from chalicelib.publisher.smartlinks.held_campaigns import HeldCampaigns
from chalicelib.publisher.smartlinks.queries import memberships_by_smartlink
from chalicelib.publisher.smartlinks.schemas import MarketplaceQuery
from chalicelib.tables.publishers import MembershipRow

MAX_MEMBERSHIPS = 1_000
"""Memberships of a publisher that are searched by their status: each is read with its smartlink's entry."""


def find_smartlinks(request: Request, query: MarketplaceQuery) -> Found[Entry]:
    """Return the entries of a page of the smartlinks that the publisher may see and that the query finds."""
    match = _visible(request.owner, matching(query, []))
    search = entry_search(EntryList(ListKind.SMARTLINKS, query.sort, request.now), query, match, reads_per_entry=2)
    search = replace(search, name=f"marketplace of {request.owner}")
    return find(search if query.status is None else _of_statuses(request.owner, query, search), query)


def _visible(publisher_id: str, match: Match) -> Match:
    """Return the match without private smartlinks that are not open to the publisher."""
    held = HeldCampaigns(publisher_id)

    def match_visible(batch: Sequence[Entry], reads: Reads) -> list[Entry | None]:
        found = match(batch, reads)
        required = _required(publisher_id, found, reads)
        visible: list[Entry | None] = []
        for n, entry in enumerate(found):
            if n in required and held.lacks(required[n]):
                if visible and reads.items < 0:
                    break  # The next request goes on here.
                held.read((required[later] for later in required if later >= n), reads)
            is_open = n not in required or (bool(required[n]) and held.has_all(required[n]))
            visible.append(entry if is_open else None)
        return visible

    return match_visible


def _required(publisher_id: str, found: Sequence[Entry | None], reads: Reads) -> dict[int, list[str]]:
    """Return the campaigns whose approvals open each private smartlink that the publisher is not on, by its place."""
    private = {n: entry for n, entry in enumerate(found) if entry and entry["visibility"] == Visibility.PRIVATE}
    memberships = memberships_by_smartlink(publisher_id, (entry["id"] for entry in private.values()))
    reads.take(len(private))
    own = {key for key, row in memberships.items() if row.status == APPROVED}
    return {n: entry.get("required_campaign_ids", []) for n, entry in private.items() if entry["id"] not in own}


def _of_statuses(publisher_id: str, query: MarketplaceQuery, search: Search[Entry, Entry]) -> Search[Entry, Entry]:
    """Return the search among the smartlinks with an application of these statuses: few, so all are read and sorted."""
    order = order_of(query.sort)

    def rows(after: str | None, _: Reads) -> Iterator[Entry]:
        entries = sorted(_entries(publisher_id, query).values(), key=order.position, reverse=order.is_descending)
        positions = [order.position(entry) for entry in entries]
        # A smartlink that was renamed since the page before is at its new place.
        passed = [position >= after if order.is_descending else position <= after for position in positions if after]
        return iter(entries[sum(passed) :])

    return replace(search, rows=rows)


def _entries(publisher_id: str, query: MarketplaceQuery) -> Mapping[str, Entry]:
    memberships = list(MembershipRow.query(publisher_id, limit=MAX_MEMBERSHIPS + 1, consistent_read=True))
    if len(memberships) > MAX_MEMBERSHIPS:
        message = f"must be left out: you have applied for more than {MAX_MEMBERSHIPS:,} smartlinks"
        raise ValidationFailed(("/status", message))
    ids = [row.pool_id for row in memberships if row.status in (query.status or ())]
    return read_entries(ListKind.SMARTLINKS, [(created_year(key), key) for key in ids])
