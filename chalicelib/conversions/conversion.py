"""A conversion from what was claimed of a click: its name, its fields, and what it adds to counters and caps."""

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
from chalicelib.domain.conversion import ConversionStatus
from chalicelib.domain.timestamps import _MILLISECOND, milliseconds

StoredConversion = Mapping[str, Any]
"""A stored click's or conversion's fields by name, as its table has them; what is unknown may be missing."""

FIRST_REVISION = 1


@dataclass(frozen=True, slots=True)
class ReportedConversion:
    """What is claimed of a click. Money that is not named is the campaign's; `txid` and `event` tell claims apart."""

    click_id: str
    txid: str | None = None
    event: str | None = None
    payout: Decimal | None = None
    revenue: Decimal | None = None
    status: ConversionStatus = ConversionStatus.APPROVED

    @property
    def conversion_id(self) -> str:
        """The same for the same click, transaction ID and event, whoever asks and however often."""
        named = json.dumps([self.click_id, self.txid or "", self.event or ""])
        return f"cnv_{ids.deterministic_id(named)}"


def is_within_attribution_window(click: StoredConversion, terms: Campaign, now: datetime) -> bool:
    """Whether a conversion at `now` still counts for the click, by the campaign as it was then; the end is inside."""
    return milliseconds(now) - int(click["at"]) <= timedelta(days=terms.attribution_window_days) // _MILLISECOND


def fields(claim: ReportedConversion, click: StoredConversion, terms: Campaign, now: datetime) -> dict[str, Any]:
    """The fields of a new conversion of the click; `terms` are the campaign's at the time of the click."""
    at, conversion_id = milliseconds(now), claim.conversion_id
    return {
        "id": conversion_id,
        "click_id": claim.click_id,
        "txid": claim.txid,
        "event": claim.event,
        "status": claim.status.value,
        "revision": FIRST_REVISION,
        "at": at,
        "click_at": int(click["at"]),
        **{name: click[name] for name in ("campaign_id", "route_id", "epoch", "publisher_id", "device", "os")},
        "country": click.get("country"),
        "sub1": (click.get("sub_ids") or {}).get("sub1"),
        "arm": click.get("arm"),
        "learned": is_training_click(click),
        "payout": _amount(claim.payout, terms.payout),
        "revenue": _amount(claim.revenue, terms.revenue),
        "currency": terms.currency,
        "day_shard": cells.partition(now.astimezone(UTC).date(), cells.shard_of(click["publisher_id"])),
        "moment": f"{at:013d}#{conversion_id}",
        "route_day": f"{click['route_id']}#{cells.day_of(cells.quarter_of(int(click['at'])))}",
    }


def _amount(claimed: Decimal | None, agreed: Decimal) -> str:
    return f"{agreed if claimed is None else claimed:f}"


def counted(stored: StoredConversion, sign: int) -> Cells:
    """What the conversion adds to the counters, or with `sign` -1 takes back: by its click and by itself."""
    by_click = Cell(
        quarter=cells.quarter_of(int(stored["click_at"])),
        smartlink=stored["route_id"],
        epoch=int(stored["epoch"]),
        campaign=stored["campaign_id"],
        publisher=stored["publisher_id"],
        country=stored.get("country") or "",
        device=stored["device"],
        os=stored["os"],
        sub1=stored.get("sub1") or "",
        currency=stored["currency"],
        arm=cells.arm_of(stored),
    )
    payout, revenue = sign * money.millionths(stored["payout"]), sign * money.millionths(stored["revenue"])
    found: Cells = {}
    cells.add(found, by_click, conversions=sign, payout=payout, revenue=revenue)
    arrived = by_click._replace(quarter=cells.quarter_of(int(stored["at"])))
    cells.add(found, arrived, arrived_conversions=sign, arrived_payout=payout, arrived_revenue=revenue)
    return found


@dataclass(frozen=True, slots=True)
class CapUsage:
    """What a conversion takes of one cap counter while it is approved; the counter goes at `expires_at`, if ever."""

    key: str
    amount: int
    expires_at: datetime | None


def taken(places: Iterable[CapCounter], stored: StoredConversion) -> list[CapUsage]:
    """What the conversion takes of each place, in what the place counts; nothing of one where it adds nothing."""
    amounts = {
        CapMetric.CONVERSIONS: 1,
        CapMetric.PAYOUT: money.millionths(stored["payout"]),
        CapMetric.REVENUE: money.millionths(stored["revenue"]),
    }
    return [CapUsage(each.key, amounts[each.metric], each.expires_at) for each in places if amounts[each.metric]]


def packed(all_taken: Iterable[CapUsage]) -> list[list[Any]]:
    """What was taken, as conversions store it: key, amount as a string, seconds since 1970 or null."""
    return [
        [each.key, str(each.amount), int(each.expires_at.timestamp()) if each.expires_at else None]
        for each in all_taken
    ]


def active_cap_usage(places: Iterable[Any], now: datetime) -> Iterator[CapUsage]:
    """What `packed` stored, less the counters that may be gone by `now`."""
    for key, amount, seconds in places:
        expires_at = datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
        if expires_at is None or now < expires_at:
            yield CapUsage(key, int(amount), expires_at)
