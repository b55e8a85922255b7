"""The list entry of a campaign."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import cast

from pynamodb.expressions.condition import Condition

from chalicelib.lists.entries import ListKind, entry_row
from chalicelib.lists.kinds import IndexedKind
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.lists import ListEntryRow

_OF_ROW = ("id", "version", "created_at", "updated_at")
_OF_SETTINGS = (
    *("name", "advertiser", "tags", "status", "payout", "revenue", "payout_percent", "revenue_percent", "currency"),
    *("tracking", "approval", "caps"),
)


def list_entry(row: CampaignRow) -> ListEntryRow:
    """Return the entry of a campaign, not written yet. It has the caps, so that a list can read their usage."""
    settings = row.settings
    summary = {
        **{name: getattr(row, name) for name in _OF_ROW},
        **{name: settings[name] for name in _OF_SETTINGS},
        "goal_count": len(settings["goals"]),
        "countries": settings["targeting"]["countries"],
    }
    return entry_row(ListKind.CAMPAIGNS, row.created_year, summary)


def _entries(rows: Sequence[CampaignRow], _: datetime) -> Iterator[list[ListEntryRow]]:
    yield from ([list_entry(row)] for row in rows)


def _is_unchanged(row: CampaignRow) -> Condition:
    return cast(Condition, CampaignRow.version == row.version)


INDEXED = IndexedKind(CampaignRow, _entries, _is_unchanged)
