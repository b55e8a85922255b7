"""The ledger: clicks and payments counted from the sent traffic alone, and compared with reports."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, assert_never

from acceptance.traffic import details

By = Literal["click", "conversion"]
Status = Literal["approved", "pending", "rejected"]
LedgerKey = tuple[str | None, ...]
CELLS = ("campaign", "country", "device", "sub1")
"""The default dimensions of the ledger."""


@dataclass(frozen=True, slots=True)
class Click:
    """One click as it was sent. None is an unknown value; `campaign` is None for the fallback.

    `visitor` is address (of IPv6 the /64) and user agent; `at` is the server's time, from the click ID. `currency` is
    the campaign's. `details` are the known values of detail dimensions.
    """

    click_id: str
    at: datetime
    smartlink: str
    publisher: str
    campaign: str | None
    country: str | None
    device: str
    os: str
    sub1: str | None
    is_bot: bool
    is_duplicate: bool
    visitor: str
    currency: str | None = None
    details: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class SentConversion:
    """One paid action that was recorded at `at`, with its status in the end."""

    click: Click
    at: datetime
    payout: Decimal
    revenue: Decimal
    status: Status = "approved"
    goal: str = "default"


@dataclass(frozen=True, slots=True)
class LedgerFigures:
    """The figures of a report row. `clicks` excludes bots; money is in the currency's main unit.

    `conversions`, `payout` and `revenue` are those of approved conversions.
    """

    clicks: int = 0
    unique_clicks: int = 0
    duplicate_clicks: int = 0
    bot_clicks: int = 0
    conversions: int = 0
    payout: Decimal = Decimal(0)
    revenue: Decimal = Decimal(0)
    pending_conversions: int = 0
    rejected_conversions: int = 0
    pending_payout: Decimal = Decimal(0)

    @property
    def profit(self) -> Decimal:
        """The network's profit."""
        return self.revenue - self.payout

    def __add__(self, other: "LedgerFigures") -> "LedgerFigures":
        """Return the sum of both."""
        return LedgerFigures(*(getattr(self, name) + getattr(other, name) for name in _COUNTED))


Ledger = dict[LedgerKey, LedgerFigures]
"""Figures by the values of the dimensions, in the order of the dimensions."""

_COUNTED = tuple(each.name for each in fields(LedgerFigures))
COLUMNS = (*_COUNTED, "profit")
"""The names of a row's figures in reports."""


def tally(
    clicks: Iterable[Click],
    conversions: Iterable[SentConversion],
    dimensions: Sequence[str] = CELLS,
    by: By = "click",
) -> Ledger:
    """Return the ledger of this traffic. Conversions count on the click's day, or by `conversion` on their own.

    Dimensions: day (UTC), smartlink, campaign, publisher, country, device, os, sub1, currency, goal (None for clicks)
    and the detail dimensions.
    """
    ledger: Ledger = {}
    for click in clicks:
        _add(ledger, _key(click, click.at, dimensions), figures_of_click(click))
    for conversion in conversions:
        at = conversion.at if by == "conversion" else conversion.click.at
        key = _key(conversion.click, at, dimensions, conversion.goal)
        _add(ledger, key, figures_of_conversion(conversion))
    return ledger


def figures_of_click(click: Click) -> LedgerFigures:
    """Return the figures of one click: a bot click, else a unique or a duplicate click."""
    if click.is_bot:
        return LedgerFigures(bot_clicks=1)
    return LedgerFigures(clicks=1, unique_clicks=int(not click.is_duplicate), duplicate_clicks=int(click.is_duplicate))


def figures_of_conversion(conversion: SentConversion) -> LedgerFigures:
    """Return the figures of one conversion: only an approved one is paid."""
    match conversion.status:
        case "approved":
            return LedgerFigures(conversions=1, payout=conversion.payout, revenue=conversion.revenue)
        case "pending":
            return LedgerFigures(pending_conversions=1, pending_payout=conversion.payout)
        case "rejected":
            return LedgerFigures(rejected_conversions=1)
        case _:
            assert_never(conversion.status)


def total(ledger: Ledger) -> LedgerFigures:
    """Return the sum of all cells."""
    return sum(ledger.values(), LedgerFigures())


def rows(ledger: Ledger, dimensions: Sequence[str] = CELLS) -> list[dict[str, Any]]:
    """Return the ledger as report rows: dimensions by name, counts as numbers, money as decimal strings."""
    return [dict(zip(dimensions, key, strict=True)) | row(ledger[key]) for key in sorted(ledger, key=_sort_key)]


def row(figures: LedgerFigures) -> dict[str, Any]:
    """Return figures as they are in a report row."""
    values = {name: getattr(figures, name) for name in COLUMNS}
    return {name: format(value, "f") if isinstance(value, Decimal) else value for name, value in values.items()}


def differences(ledger: Ledger, report: Sequence[Mapping[str, Any]], dimensions: Sequence[str] = CELLS) -> list[str]:
    """Return a message for each figure that differs between report and ledger. A missing row counts as zeros."""
    reported: dict[LedgerKey, Mapping[str, Any]] = {}
    messages = []
    for report_row in report:
        key = tuple(report_row[name] for name in dimensions)
        if key in reported:
            messages.append(f"{_describe(dimensions, key)}: is in two rows")
        reported[key] = report_row
    for key in sorted({*ledger, *reported}, key=_sort_key):
        changes = _compare(ledger.get(key, LedgerFigures()), reported.get(key))
        messages += [f"{_describe(dimensions, key)}: {change}" for change in changes]
    return messages


def overcounted_visitors(clicks: Iterable[Click], campaign: str) -> list[str]:
    """Return a message for each visitor whom a campaign with a duplicate filter did not accept exactly once."""
    accepted: dict[str, int] = {}
    for click in clicks:
        accepted[click.visitor] = accepted.get(click.visitor, 0) + (click.campaign == campaign)
    return [f"{visitor}: accepted {times} times, not once" for visitor, times in accepted.items() if times != 1]


def _add(ledger: Ledger, key: LedgerKey, figures: LedgerFigures) -> None:
    ledger[key] = ledger.get(key, LedgerFigures()) + figures


def _key(click: Click, at: datetime, dimensions: Sequence[str], goal: str | None = None) -> LedgerKey:
    apart = {**dict.fromkeys(details.NAMES), **click.details, "day": at.date().isoformat(), "goal": goal}
    return tuple(apart[name] if name in apart else getattr(click, name) for name in dimensions)


def _compare(expected: LedgerFigures, report_row: Mapping[str, Any] | None) -> list[str]:
    reported = row(LedgerFigures()) if report_row is None else report_row
    return [
        f"{name} is {reported.get(name)}, not {value}"
        for name, value in row(expected).items()
        if _decimal_or_none(reported.get(name)) != Decimal(value)
    ]


def _decimal_or_none(reported: object) -> Decimal | None:
    """Return a count or a decimal string as a number, or None for anything else, for example a float."""
    if isinstance(reported, bool) or not isinstance(reported, int | str):
        return None
    try:
        return Decimal(reported)
    except InvalidOperation:
        return None


def _describe(dimensions: Sequence[str], key: LedgerKey) -> str:
    return ", ".join(f"{name} {value!r}" for name, value in zip(dimensions, key, strict=True)) or "in total"


def _sort_key(key: LedgerKey) -> tuple[str, ...]:
    return tuple("" if value is None else f"={value}" for value in key)
