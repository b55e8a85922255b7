"""Learning cells, a piece at a time → numbers by bucket, for each country, device and campaign."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from chalicelib.optimizer.stats import DELAY_BINS
from chalicelib.smartlink import Goal
from chalicelib.tracking.counters.cells import MONEY
from chalicelib.tracking.counters.packing import Columns
from chalicelib.tracking.learning.cells import COUNTS, OF_CLICKS, bucket

Period = tuple[int, int]
"""Start and length of a bucket, in hours."""

Where = tuple[str, str, str]
"""Country, device and campaign."""

Codes = tuple[int, ...]
Found = TypeVar("Found")

_TIME = ("hour", "span")
_WHERE = ("country", "device", "campaign")


@dataclass(frozen=True, slots=True)
class Money:
    """The money of one campaign's conversions: values by the goal, their squares, and payouts, by bucket of the click.

    All are whole: millionths, and the squares of millionths. `delays` counts the conversions by delay.
    """

    values: list[int]
    squares: list[int]
    payouts: list[int]
    delays: list[int]


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted: the buckets in order, and beside them the clicks, conversions and money of each.

    Whoever has no click at all is not in it.
    """

    periods: Sequence[Period]
    clicks: Mapping[Where, list[float]]
    conversions: dict[Where, list[float]] = field(default_factory=dict)
    money: dict[str, Money] = field(default_factory=dict)


def tally(pieces: Iterable[Columns], goal: Goal, hour: int, kept: int) -> Tally:
    """All pieces together in the buckets of `hour` (since 1970), without those that ended `kept` hours before.

    Conversions where no click was counted yet are left out: clicks are counted a moment later than conversions, and
    the next run has both.
    """
    held = [piece for piece in pieces if piece.size]
    buckets = {period: bucket(*period, hour, kept) for piece in held for period in _periods(piece)}
    periods = sorted({each for each in buckets.values() if each})
    place_of = {each: place for place, each in enumerate(periods)}
    places = {period: place_of[each] for period, each in buckets.items() if each}
    found = Tally(periods, _clicks(held, places, len(periods)))
    for piece in held:
        _add_conversions(found, piece, places, goal)
    return found


def _periods(piece: Columns) -> set[Period]:
    return {_period(piece, codes) for codes in set(_codes(piece, _TIME))}


def _period(piece: Columns, codes: Codes) -> Period:
    hour, span = codes
    return piece.values["hour"][hour], piece.values["span"][span]


def _codes(piece: Columns, names: Sequence[str]) -> Iterable[Codes]:
    return zip(*(piece.codes[name] for name in names), strict=True)


def _where(piece: Columns, codes: Codes) -> Where:
    country, device, campaign = codes
    values = piece.values
    return values["country"][country], values["device"][device], values["campaign"][campaign]


def _clicks(held: Iterable[Columns], places: Mapping[Period, int], buckets: int) -> dict[Where, list[float]]:
    """The clicks of all that have any. Behind the last bucket each row has a place for what is forgotten."""
    rows: dict[Where, list[float]] = {}
    for piece in held:
        its_rows = _Looked(partial(_row_of, rows, piece, buckets + 1))
        its_places = _Looked(partial(_place_of, places, piece, buckets))
        # Cells of conversions add nothing; to tell them apart would take longer.
        for row, place, clicks in zip(
            map(its_rows.__getitem__, _codes(piece, _WHERE)),
            map(its_places.__getitem__, _codes(piece, _TIME)),
            piece.counts.get("clicks") or bytes(piece.size),
            strict=True,
        ):
            row[place] += clicks
    for row in rows.values():
        row.pop()
    return {where: row for where, row in rows.items() if any(row)}


def _row_of(rows: dict[Where, list[float]], piece: Columns, length: int, codes: Codes) -> list[float]:
    return _row(rows, _where(piece, codes), length)


def _place_of(places: Mapping[Period, int], piece: Columns, nowhere: int, codes: Codes) -> int:
    return places.get(_period(piece, codes), nowhere)


class _Looked(dict[Codes, Found]):
    """What was found for codes; each is looked up once, by `look`."""

    def __init__(self, look: Callable[[Codes], Found]) -> None:
        super().__init__()
        self._look = look

    def __missing__(self, codes: Codes) -> Found:
        found = self[codes] = self._look(codes)
        return found


def _row(rows: dict[Where, list[float]], where: Where, length: int) -> list[float]:
    row = rows.get(where)
    if row is None:
        row = rows[where] = [0.0] * length
    return row


def _add_conversions(found: Tally, piece: Columns, places: Mapping[Period, int], goal: Goal) -> None:
    delays = piece.values["delay"]
    of_clicks = delays.index(OF_CLICKS) if OF_CLICKS in delays else None
    counts = [piece.counts.get(name) or bytes(piece.size) for name in COUNTS]
    for n, delay in enumerate(piece.codes["delay"]):
        if delay == of_clicks:
            continue
        where = _where(piece, tuple(piece.codes[name][n] for name in _WHERE))
        place = places.get(_period(piece, tuple(piece.codes[name][n] for name in _TIME)))
        if place is not None and where in found.clicks:
            _add_conversion(found, where, place, [column[n] for column in counts], (delays[delay], goal))


def _add_conversion(found: Tally, where: Where, place: int, counts: Sequence[int], kind: tuple[int, Goal]) -> None:
    delay, goal = kind
    _, conversions, payout, *_ = counts
    value, square = _valued(counts, goal)
    _row(found.conversions, where, len(found.periods))[place] += conversions
    money = _money(found, where[-1])
    money.values[place] += value
    money.squares[place] += square
    money.payouts[place] += payout
    money.delays[delay] += conversions


def _money(found: Tally, campaign_id: str) -> Money:
    money = found.money.get(campaign_id)
    if money is None:
        values, squares, payouts = ([0] * len(found.periods) for _ in range(3))
        money = found.money[campaign_id] = Money(values, squares, payouts, [0] * DELAY_BINS)
    return money


def _valued(counts: Sequence[int], goal: Goal) -> tuple[int, int]:
    """The sum of the conversions' values by the goal, and of their squares: (r - p)² = r² - 2 p r + p²."""
    _, conversions, payout, revenue, payout_squares, revenue_squares, products = counts
    if goal is Goal.CONVERSION_RATE:
        return conversions * MONEY, conversions * MONEY**2
    if goal is Goal.PROFIT:
        return revenue - payout, revenue_squares - 2 * products + payout_squares
    return (payout, payout_squares) if goal is Goal.EPC else (revenue, revenue_squares)
