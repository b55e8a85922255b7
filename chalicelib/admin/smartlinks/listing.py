"""The list of smartlinks, with their counts and, if asked for, their figures."""

from collections.abc import Iterable
from typing import Any

from chalicelib.admin.smartlinks.figure_order import figure_search
from chalicelib.admin.smartlinks.figures import NetworkFigures
from chalicelib.admin.smartlinks.figures_reader import read_figures
from chalicelib.admin.smartlinks.list_schemas import SmartlinkQuery, SmartlinkSummary
from chalicelib.http.request import Request
from chalicelib.lists.entries import ListKind
from chalicelib.lists.entry_search import Condition, EntryList, any_of, any_tag, entry_search, is_true, matching
from chalicelib.lists.merge import Entry
from chalicelib.lists.query_schemas import SearchPage, Sort
from chalicelib.lists.search import Found, find
from chalicelib.tables.smartlinks import SmartlinkRow


def list_smartlinks(request: Request, query: SmartlinkQuery) -> SearchPage[SmartlinkSummary]:
    """Return a page of the smartlinks that the query finds."""
    figures = read_figures(query.figures, query.timezone, request.now) if query.figures else None
    found = _find(request, query, figures)
    counts = _counts(entry["id"] for entry in found.items)
    return found.page([_summary(entry, counts.get(entry["id"]), figures) for entry in found.items])


def _find(request: Request, query: SmartlinkQuery, figures: NetworkFigures | None) -> Found[Entry]:
    match = matching(query, _conditions(query))
    if figures and query.sort.is_by_figure:
        newest = entry_search(EntryList(ListKind.SMARTLINKS, Sort.NEWEST, request.now), query, match)
        return find(figure_search(newest, query.sort, figures), query)
    return find(entry_search(EntryList(ListKind.SMARTLINKS, Sort(query.sort), request.now), query, match), query)


def _conditions(query: SmartlinkQuery) -> list[Condition]:
    campaign_ids = query.campaign_id
    return [
        *any_of("status", query.status),
        *any_of("visibility", query.visibility),
        *any_of("rotation", query.rotation),
        *any_tag(query.tag),
        *([] if campaign_ids is None else [lambda entry: any(_has_campaign(entry, each) for each in campaign_ids)]),
        *is_true(query.has_warnings, lambda entry: entry["warning_count"] > 0),
    ]


def _has_campaign(entry: Entry, campaign_id: str) -> bool:
    return campaign_id in entry["offers"] or campaign_id in entry["campaign_ids"]


def _counts(ids: Iterable[str]) -> dict[str, SmartlinkRow]:
    """Return the rows of the smartlinks with their counts, which change without the smartlink, by ID."""
    rows = SmartlinkRow.batch_get(sorted(ids), attributes_to_get=["id", "live_count", "pending_count"])
    return {row.id: row for row in rows}


def _summary(entry: Entry, row: SmartlinkRow | None, figures: NetworkFigures | None) -> SmartlinkSummary:
    of_row: dict[str, Any] = {
        "live_count": row.live_count if row else 0,
        "pending_count": row.pending_count if row else 0,
    }
    of_period = figures.of(entry["id"]).fields() if figures else {}
    names = SmartlinkSummary.model_fields.keys() & entry.keys()
    return SmartlinkSummary(**{name: entry[name] for name in names}, **of_row, **of_period)
