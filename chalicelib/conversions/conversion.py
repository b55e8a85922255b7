"""A reported conversion, its ID, and the fields of a new one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from chalicelib.counters import cells, detail_cells
from chalicelib.counters.learning_cells import is_training_click
from chalicelib.domain import ids
from chalicelib.domain.campaign import Campaign
from chalicelib.domain.conversion import CLICK_DIMENSIONS, ConversionStatus
from chalicelib.domain.goal import DEFAULT_GOAL, Goal
from chalicelib.domain.macros import macro_values
from chalicelib.domain.money import decimal_text, optional_text
from chalicelib.domain.timestamps import milliseconds

StoredFields = Mapping[str, Any]
"""Attributes of a stored click or conversion by name. Unknown values may be missing."""

FORMAT = 2
"""The format that is written. Rejected conversions of format 1 are not counted, and their cells have no goal."""

FIRST_REVISION = 1


@dataclass(frozen=True, slots=True)
class ReportedConversion:
    """A report of a conversion. A missing amount is the goal's; a report without a status leaves it to the campaign.

    `event` names the goal, `amount` is that of the sale, `txid` distinguishes conversions of one goal. `earlier` are
    transaction ID and event as earlier releases understood the same report, if they did so otherwise.
    """

    click_id: str
    txid: str | None = None
    event: str | None = None
    amount: Decimal | None = None
    payout: Decimal | None = None
    revenue: Decimal | None = None
    status: ConversionStatus | None = None
    earlier: tuple[str, str] | None = None

    def conversion_id(self, goal: Goal | None) -> str:
        """Return the ID of the conversion: the same for every report of this click, goal and transaction ID.

        Without a goal the event takes its place, so that the event stays what it was if it becomes a goal later.
        """
        if goal is None:
            return _id(self.click_id, self.txid, self.event)
        return _id(self.click_id, self.txid, "" if goal.name == DEFAULT_GOAL else goal.name)

    @property
    def earlier_id(self) -> str:
        """The ID by the rule of earlier releases: of the click, transaction ID and event."""
        return _id(self.click_id, *(self.earlier or (self.txid, self.event)))


def _id(click_id: str, txid: str | None, name: str | None) -> str:
    return f"cnv_{ids.deterministic_id(json.dumps([click_id, txid or '', name or '']))}"


@dataclass(frozen=True, slots=True)
class Worth:
    """What a conversion is worth, in the currency's main unit."""

    payout: Decimal
    revenue: Decimal

    @property
    def fields(self) -> dict[str, str]:
        """The amounts as conversions store them."""
        return {"payout": decimal_text(self.payout), "revenue": decimal_text(self.revenue)}


def worth_of(report: ReportedConversion, goal: Goal | None) -> Worth:
    """Return what the reported conversion is worth: the reported amounts, else those of the goal; 0 without a goal."""
    if goal is None:
        return Worth(Decimal(0), Decimal(0))
    payout = goal.payout_of(report.amount) if report.payout is None else report.payout
    return Worth(payout, goal.revenue_of(report.amount) if report.revenue is None else report.revenue)


def is_within_attribution_window(click: StoredFields, campaign: Campaign, now: datetime) -> bool:
    """Return whether a conversion at `now` is inside the attribution window, including its end.

    `campaign` is the campaign at the time of the click.
    """
    window = timedelta(days=campaign.attribution_window_days) // timedelta(milliseconds=1)
    return milliseconds(now) - int(click["at"]) <= window


def new_fields(
    report: ReportedConversion, click: StoredFields, goal: Goal | None, currency: str, now: datetime
) -> dict[str, Any]:
    """Return the fields of a new conversion of the click, without status and reporter."""
    at, conversion_id = milliseconds(now), report.conversion_id(goal)
    return {
        "id": conversion_id,
        "format": FORMAT,
        "click_id": report.click_id,
        "txid": report.txid,
        "event": report.event,
        "goal": goal.name if goal else None,
        "revision": FIRST_REVISION,
        "at": at,
        "click_at": int(click["at"]),
        **_click_fields(click),
        "amount": optional_text(report.amount),
        **worth_of(report, goal).fields,
        "currency": currency,
        "day_shard": cells.partition(now.astimezone(UTC).date(), cells.shard_of(click["publisher_id"])),
        "moment": f"{at:013d}#{conversion_id}",
        "route_day": f"{click['route_id']}#{cells.day_of(cells.quarter_of(int(click['at'])))}",
    }


def _click_fields(click: StoredFields) -> dict[str, Any]:
    """Return the fields that a conversion copies from its click."""
    return {
        **{name: click[name] for name in ("campaign_id", "route_id", "epoch", "publisher_id")},
        **macro_values(CLICK_DIMENSIONS, click),
        "details": detail_cells.known_values(detail_cells.values_of_click(click)) or None,
        "arm": click.get("arm"),
        "terms_version": click.get("terms_version"),
        "learned": is_training_click(click),
    }
