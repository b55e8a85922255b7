"""The maker's own books: what was clicked and paid, counted from the facts alone, and held against a report."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

By = Literal["click", "conversion"]
LedgerKey = tuple[str | None, ...]
CELLS = ("campaign", "country", "device", "sub1")
"""The dimensions that the ledger is kept by unless others are asked for."""


@dataclass(frozen=True, slots=True)
class Click:
    """One recorded visit as its maker knows it; None is what nobody can know, or no campaign.

    `visitor` is address and agent, `at` the server's time as the click ID tells it.
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


@dataclass(frozen=True, slots=True)
class SentConversion:
    """One paid action that was taken up at `at`; what is rejected counts for nothing."""

    click: Click
    at: datetime
    payout: Decimal
    revenue: Decimal
    is_rejected: bool = False


@dataclass(frozen=True, slots=True)
class LedgerFigures:
    """What a row of a report counts. `clicks` leaves bots out; money is in the currency's main unit."""

    clicks: int = 0
    unique_clicks: int = 0
    duplicate_clicks: int = 0
    bot_clicks: int = 0
    conversions: int = 0
    payout: Decimal = Decimal(0)
    revenue: Decimal = Decimal(0)

    @property
    def profit(self) -> Decimal:
        """What the network keeps."""
        return self.revenue - self.payout

    def __add__(self, other: "LedgerFigures") -> "LedgerFigures":
        """Both together."""
        return LedgerFigures(*(getattr(self, name) + getattr(other, name) for name in _COUNTED))

    def __sub__(self, other: "LedgerFigures") -> "LedgerFigures":
        """The one without the other."""
        return LedgerFigures(*(getattr(self, name) - getattr(other, name) for name in _COUNTED))


Ledger = dict[LedgerKey, LedgerFigures]
"""Figures by the values of the dimensions, in their order."""

_COUNTED = tuple(field.name for field in fields(LedgerFigures))
COLUMNS = (*_COUNTED, "profit")
"""The figures of a row, by the names that the report has for them."""


def tally(
    clicks: Iterable[Click],
    conversions: Iterable[SentConversion],
    dimensions: Sequence[str] = CELLS,
    by: By = "click",
) -> Ledger:
    """The ledger of these facts. Conversions count on the click's day, or by `conversion` on their own.

    Dimensions: day (UTC), smartlink, campaign, publisher, country, device, os, sub1.
    """
    ledger: Ledger = {}
    for click in clicks:
        _add(ledger, _key(click, click.at, dimensions), figures_of_click(click))
    for conversion in conversions:
        at = conversion.at if by == "conversion" else conversion.click.at
        key, figures = _key(conversion.click, at, dimensions), figures_of_conversion(conversion)
        _add(ledger, key, figures)
        if conversion.is_rejected:
            ledger[key] -= figures
    return ledger


def figures_of_click(click: Click) -> LedgerFigures:
    """A bot's click is a bot's click and nothing else; every other one is unique or duplicate."""
    if click.is_bot:
        return LedgerFigures(bot_clicks=1)
    return LedgerFigures(clicks=1, unique_clicks=int(not click.is_duplicate), duplicate_clicks=int(click.is_duplicate))


def figures_of_conversion(conversion: SentConversion) -> LedgerFigures:
    """One conversion and its money."""
    return LedgerFigures(conversions=1, payout=conversion.payout, revenue=conversion.revenue)


def total(ledger: Ledger) -> LedgerFigures:
    """Everything together."""
    return sum(ledger.values(), LedgerFigures())


def rows(ledger: Ledger, dimensions: Sequence[str] = CELLS) -> list[dict[str, Any]]:
    """The ledger in the report's shape: dimensions by name, counts as numbers, money as decimal strings."""
    return [dict(zip(dimensions, key, strict=True)) | row(ledger[key]) for key in sorted(ledger, key=_sortable)]


def row(figures: LedgerFigures) -> dict[str, Any]:
    """The figures of one row in the report's shape."""
    values = {name: getattr(figures, name) for name in COLUMNS}
    return {name: format(value, "f") if isinstance(value, Decimal) else value for name, value in values.items()}


def differences(ledger: Ledger, report: Sequence[Mapping[str, Any]], dimensions: Sequence[str] = CELLS) -> list[str]:
    """Every figure in which the report's rows and the ledger differ, a sentence each; a missing row is all zeros."""
    found: dict[LedgerKey, Mapping[str, Any]] = {}
    said = []
    for each in report:
        key = tuple(each[name] for name in dimensions)
        if key in found:
            said.append(f"{_named(dimensions, key)}: stands in two rows")
        found[key] = each
    for key in sorted({*ledger, *found}, key=_sortable):
        wrong = _differing(ledger.get(key, LedgerFigures()), found.get(key))
        said += [f"{_named(dimensions, key)}: {each}" for each in wrong]
    return said


def overcounted_visitors(clicks: Iterable[Click], campaign: str) -> list[str]:
    """Visitors whom a campaign with a duplicate filter took more than once, or never although they came."""
    taken: dict[str, int] = {}
    for click in clicks:
        taken[click.visitor] = taken.get(click.visitor, 0) + (click.campaign == campaign)
    return [f"{visitor}: taken {times} times, not once" for visitor, times in taken.items() if times != 1]


def _add(ledger: Ledger, key: LedgerKey, figures: LedgerFigures) -> None:
    ledger[key] = ledger.get(key, LedgerFigures()) + figures


def _key(click: Click, at: datetime, dimensions: Sequence[str]) -> LedgerKey:
    return tuple(at.date().isoformat() if name == "day" else getattr(click, name) for name in dimensions)


def _differing(expected: LedgerFigures, got: Mapping[str, Any] | None) -> list[str]:
    reported = row(LedgerFigures()) if got is None else got
    return [
        f"{name} is {reported.get(name)}, not {wanted}"
        for name, wanted in row(expected).items()
        if _number(reported.get(name)) != Decimal(wanted)
    ]


def _number(reported: object) -> Decimal | None:
    """A count or a decimal string as a number; None for anything else, such as a float."""
    if isinstance(reported, bool) or not isinstance(reported, int | str):
        return None
    try:
        return Decimal(reported)
    except InvalidOperation:
        return None


def _named(dimensions: Sequence[str], key: LedgerKey) -> str:
    return ", ".join(f"{name} {value!r}" for name, value in zip(dimensions, key, strict=True)) or "in total"


def _sortable(key: LedgerKey) -> tuple[str, ...]:
    return tuple("" if value is None else f"={value}" for value in key)
