"""Rules of a conversion: its ID, its fields, and its effect on counters and caps."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from chalicelib.caps.windows import CapCounter
from chalicelib.counters import cells
from chalicelib.counters.cells import Cell, Cells
from chalicelib.counters.learning_cells import is_training_click
from chalicelib.domain import ids, money
from chalicelib.domain.campaign import Campaign, CapMetric
from chalicelib.domain.conversion import CLICK_DIMENSIONS, ConversionStatus
from chalicelib.domain.macros import macro_values
from chalicelib.domain.timestamps import milliseconds

StoredFields = Mapping[str, Any]
"""Attributes of a stored click or conversion by name. Unknown values may be missing."""

FIRST_REVISION = 1


@dataclass(frozen=True, slots=True)
class ReportedConversion:
    """A report of a conversion. A missing amount is the campaign's; `txid` and `event` distinguish conversions."""

    click_id: str
    txid: str | None = None
    event: str | None = None
    amount: Decimal | None = None
    payout: Decimal | None = None
    revenue: Decimal | None = None
    status: ConversionStatus | None = None

    @property
    def conversion_id(self) -> str:
        """The ID of the conversion: the same for every report of this click, transaction ID and event."""
        key = json.dumps([self.click_id, self.txid or "", self.event or ""])
        return f"cnv_{ids.deterministic_id(key)}"


def is_within_attribution_window(click: StoredFields, terms: Campaign, now: datetime) -> bool:
    """Return whether a conversion at `now` is inside the attribution window, including its end.

    `terms` is the campaign at the time of the click.
    """
    return milliseconds(now) - int(click["at"]) <= timedelta(days=terms.attribution_window_days) // timedelta(
        milliseconds=1
    )


def new_fields(report: ReportedConversion, click: StoredFields, terms: Campaign, now: datetime) -> dict[str, Any]:
    """Return the fields of a new conversion of the click. `terms` is the campaign at the time of the click."""
    at, conversion_id = milliseconds(now), report.conversion_id
    return {
        "id": conversion_id,
        "click_id": report.click_id,
        "txid": report.txid,
        "event": report.event,
        "status": (report.status or ConversionStatus.APPROVED).value,
        "revision": FIRST_REVISION,
        "at": at,
        "click_at": int(click["at"]),
        **_click_fields(click),
        "payout": _amount(report.payout, terms.payout),
        "revenue": _amount(report.revenue, terms.revenue),
        "currency": terms.currency,
        "day_shard": cells.partition(now.astimezone(UTC).date(), cells.shard_of(click["publisher_id"])),
        "moment": f"{at:013d}#{conversion_id}",
        "route_day": f"{click['route_id']}#{cells.day_of(cells.quarter_of(int(click['at'])))}",
    }


def _click_fields(click: StoredFields) -> dict[str, Any]:
    """Return the fields that a conversion copies from its click."""
    return {
        **{name: click[name] for name in ("campaign_id", "route_id", "epoch", "publisher_id")},
        **macro_values(CLICK_DIMENSIONS, click),
        "arm": click.get("arm"),
        "learned": is_training_click(click),
    }


def _amount(reported: Decimal | None, agreed: Decimal) -> str:
    return f"{agreed if reported is None else reported:f}"


def counter_cells(stored: StoredFields, sign: int) -> Cells:
    """Return the conversion's counts, at the time of its click and at its own time; `sign` -1 reverses them."""
    by_click = _click_cell(stored)
    by_arrival = by_click._replace(quarter=cells.quarter_of(int(stored["at"])))
    payout, revenue = sign * money.millionths(stored["payout"]), sign * money.millionths(stored["revenue"])
    counts: Cells = {}
    cells.add(counts, by_click, conversions=sign, payout=payout, revenue=revenue)
    cells.add(counts, by_arrival, arrived_conversions=sign, arrived_payout=payout, arrived_revenue=revenue)
    return counts


def _click_cell(stored: StoredFields) -> Cell:
    return Cell(
        quarter=cells.quarter_of(int(stored["click_at"])),
        smartlink=stored["route_id"],
        epoch=int(stored["epoch"]),
        campaign=stored["campaign_id"],
        publisher=stored["publisher_id"],
        **{name: stored.get(name) or "" for name in CLICK_DIMENSIONS},
        currency=stored["currency"],
        arm=cells.arm_dimension(stored),
    )


@dataclass(frozen=True, slots=True)
class CapUsage:
    """Usage of one cap counter by an approved conversion. The counter is deleted at `expires_at`, if set."""

    key: str
    amount: int
    expires_at: datetime | None


def cap_usage(counters: Iterable[CapCounter], stored: StoredFields) -> list[CapUsage]:
    """Return the conversion's usage of each counter, in the unit of its metric. Omit usage of 0."""
    amounts = {
        CapMetric.CONVERSIONS: 1,
        CapMetric.PAYOUT: money.millionths(stored["payout"]),
        CapMetric.REVENUE: money.millionths(stored["revenue"]),
    }
    return [
        CapUsage(counter.key, amounts[counter.metric], counter.expires_at)
        for counter in counters
        if amounts[counter.metric]
    ]


def encode_cap_usage(usages: Iterable[CapUsage]) -> list[list[Any]]:
    """Return the usage as conversions store it: key, amount as a string, seconds since 1970 or null."""
    return [
        [usage.key, str(usage.amount), int(usage.expires_at.timestamp()) if usage.expires_at else None]
        for usage in usages
    ]


def active_cap_usage(encoded: Iterable[Any], now: datetime) -> Iterator[CapUsage]:
    """Decode stored usage, without the counters that may be deleted at `now`."""
    for key, amount, seconds in encoded:
        expires_at = datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
        if expires_at is None or now < expires_at:
            yield CapUsage(key, int(amount), expires_at)
