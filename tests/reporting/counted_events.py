"""Events that are counted as cells and as details, in place of the table of counters."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import strategies as st

from chalicelib.counters import cells
from chalicelib.counters.column_codec import Columns
from chalicelib.counters.detail_cells import DETAILS
from chalicelib.reporting import cell_groups, cell_reader, detail_reader
from chalicelib.reporting.cell_reader import CellQuery
from chalicelib.reporting.date_range import Period
from chalicelib.reporting.metrics import LOST_CLICKS
from chalicelib.reporting.names import CampaignLabel
from chalicelib.reporting.narrower_query import ReportRequest
from chalicelib.reporting.report_request import Report

NIGHT = cells.quarter_of(int(datetime(2026, 11, 1, 5, tzinfo=UTC).timestamp()) * 1000)
"""The last hour of daylight saving time in New York."""

ZONES = ("UTC", "Asia/Kolkata", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe")
BASE = ("smartlink", "campaign", "publisher", "country", "device", "os", "sub1", "reason", "currency", "goal")
BESIDE = ("smartlink", "campaign", "publisher", "currency", "goal")
CAMPAIGNS = {"": "", "cmp_1": "USD", "cmp_2": "EUR", "cmp_3": "USD"}
ADVERTISERS = {"cmp_1": "Acme", "cmp_2": "Best", "cmp_3": "Acme"}
COUNTS = ("unique_clicks", "duplicate_clicks", "bot_clicks", "payout")


@dataclass(frozen=True)
class Event:
    """A click or a conversion: its counts, and the dimensions under which it is counted."""

    quarter: int
    values: Mapping[str, str]
    details: Mapping[str, str]
    counts: Mapping[str, int]

    @property
    def is_lost(self) -> bool:
        return bool(self.values["reason"]) and "bot_clicks" not in self.counts


@st.composite
def events(draw: st.DrawFn) -> Event:
    campaign = draw(st.sampled_from(sorted(CAMPAIGNS)))
    is_click = not campaign or draw(st.booleans())
    values = {
        "smartlink": draw(st.sampled_from(["sml_1", "sml_2", "cmp_1"])),
        "campaign": campaign,
        "publisher": draw(st.sampled_from(["pub_1", "pub_2"])),
        "country": draw(st.sampled_from(["", "US", "DE"])),
        "device": "mobile",
        "os": draw(st.sampled_from(["ios", "android"])),
        "sub1": draw(st.sampled_from(["", "a"])),
        "reason": "" if campaign else draw(st.sampled_from(["cap", "paused"])),
        "currency": CAMPAIGNS[campaign],
        "goal": "" if is_click else draw(st.sampled_from(["default", "sale"])),
    }
    # A report has one detail at most, so that all of them may have the same value.
    value = draw(st.sampled_from(["", "x", "y", "(other)"]))
    details = dict.fromkeys(DETAILS, value) if value else {}
    kind = draw(st.sampled_from(COUNTS[:3])) if is_click else ""
    paid = draw(st.integers(1, 9))
    counts = {kind: 1} if kind else {"conversions": 1, "payout": paid, "arrived_conversions": 1, "arrived_payout": paid}
    return Event(NIGHT + draw(st.integers(-150, 150)), values, details, counts)


EVENTS = st.lists(events(), max_size=12)


def a_click(**changes: Any) -> Event:
    values = dict.fromkeys(BASE, "") | {"smartlink": "sml_1", "campaign": "cmp_1", "publisher": "pub_1"}
    values["currency"] = "USD"
    named = {name: value for name, value in changes.items() if name in BASE}
    details = {name: value for name, value in changes.items() if name in DETAILS}
    return Event(NIGHT, {**values, **named}, details, {"unique_clicks": 1})


def a_piece(dimensions: Sequence[str], rows: Sequence[tuple[Event, Mapping[str, int]]]) -> Columns:
    """The events as cells with these dimensions."""
    columns: dict[str, list[Any]] = {"quarter": [event.quarter for event, _ in rows]}
    columns |= {name: [{**event.values, **event.details}[name] for event, _ in rows] for name in dimensions}
    values = {name: list(dict.fromkeys(column)) for name, column in columns.items()}
    codes = {name: [values[name].index(value) for value in column] for name, column in columns.items()}
    names = {name for _, counts in rows for name in counts}
    return Columns(len(rows), values, codes, {name: [counts.get(name, 0) for _, counts in rows] for name in names})


@dataclass
class Counters:
    """Stored cells of events, in place of the table. `reads` are the details and publishers that were read.

    `smartlinks` are those of each read.
    """

    stored: Sequence[Event]
    reads: list[tuple[str, str | None]] = field(default_factory=list)
    smartlinks: list[frozenset[str] | None] = field(default_factory=list)

    def read(self, query: CellQuery) -> Iterator[Columns]:
        self.reads.append(("", query.publisher_id))
        self.smartlinks.append(query.smartlinks)
        halves = (self.stored[::2], self.stored[1::2])
        return (a_piece(BASE, [(event, event.counts) for event in half]) for half in halves if half)

    def read_details(
        self, days: Sequence[date], dimension: str, publisher_id: str | None, smartlinks: frozenset[str] | None
    ) -> Iterator[Columns]:
        self.reads.append((dimension, publisher_id))
        self.smartlinks.append(smartlinks)
        known = [event for event in self.stored if dimension in event.details]
        rows = [(event, {**event.counts, LOST_CLICKS: int(event.is_lost)}) for event in known]
        return iter([a_piece((*BESIDE, dimension), rows)] if rows else [])


def a_report(timezone: str = "UTC", hours: int = 38) -> Report:
    start = datetime(2026, 11, 1, 5, tzinfo=UTC)
    ends = (start.replace(day=1, hour=0), start.replace(day=2, hour=hours - 24))
    days = (date(2026, 11, 1), date(2026, 11, 2))
    return Report(Period(*ends, timezone), ReportRequest("/admin/reports", {}, days))


@contextmanager
def counted(stored: Sequence[Event] | Counters) -> Iterator[Counters]:
    """Read these events, and the advertisers of `ADVERTISERS`, in place of the tables."""
    counters = stored if isinstance(stored, Counters) else Counters(stored)
    labels = {campaign: CampaignLabel(campaign, name) for campaign, name in ADVERTISERS.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cell_reader, "read", counters.read)
        patch.setattr(detail_reader, "read_details", counters.read_details)
        patch.setattr(cell_groups, "campaign_labels", lambda _: labels)
        yield counters
