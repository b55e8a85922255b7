"""The list of campaigns, with the usage of their caps."""

from collections.abc import Sequence

from chalicelib.admin.campaigns.cap_usage import CapUsages, caps_of, is_near, usage_of_caps
from chalicelib.admin.campaigns.list_schemas import CampaignQuery, CampaignSummary
from chalicelib.http.request import Request
from chalicelib.lists.entries import ListKind
from chalicelib.lists.entry_search import EntryList, Match, any_of, any_tag, entry_search, matching
from chalicelib.lists.merge import Entry
from chalicelib.lists.query_schemas import SearchPage
from chalicelib.lists.reads import Reads
from chalicelib.lists.search import MAX_BATCH, find

_CAPPED_BATCH = 100
"""Campaigns whose caps are read at once."""

_READS_OF_CAPPED = 2
"""With a filter by caps, a request reads entries for half of its limit, in one query: the caps need the rest."""


def list_campaigns(request: Request, query: CampaignQuery) -> SearchPage[CampaignSummary]:
    """Return a page of the campaigns that the query finds."""
    usages: CapUsages = {}
    listed = EntryList(ListKind.CAMPAIGNS, query.sort, request.now)
    match = _matching(request, query, usages)
    batch, reads = (MAX_BATCH, 1) if query.cap_near_limit is None else (_CAPPED_BATCH, _READS_OF_CAPPED)
    found = find(entry_search(listed, query, match, batch=batch, reads_per_entry=reads), query)
    missing = [entry for entry in found.items if entry["id"] not in usages]
    usages |= _usages(request, missing)
    return found.page([CampaignSummary(**{**entry, "cap_usage": usages[entry["id"]]}) for entry in found.items])


def _matching(request: Request, query: CampaignQuery, usages: CapUsages) -> Match:
    """Return the match of the query. With a filter by caps it reads their usage, and keeps it in `usages`."""
    conditions = [*any_of("status", query.status), *any_of("advertiser", query.advertiser), *any_tag(query.tag)]
    match = matching(query, conditions)
    if query.cap_near_limit is None:
        return match

    def match_caps(batch: Sequence[Entry], reads: Reads) -> list[Entry | None]:
        entries = match(batch, reads)
        read = _usages(request, [entry for entry in entries if entry])
        reads.take(max(len(batch), sum(map(len, read.values()))))
        usages.update(read)
        wanted = query.cap_near_limit == "true"
        return [entry if entry and any(map(is_near, read[entry["id"]])) is wanted else None for entry in entries]

    return match_caps


def _usages(request: Request, entries: Sequence[Entry]) -> CapUsages:
    return usage_of_caps({entry["id"]: caps_of(entry) for entry in entries}, None, request.now)
