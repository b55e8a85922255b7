"""Learning cells, a piece at a time → numbers by bucket, for each country, device and campaign."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, islice, repeat
from operator import sub
from typing import Any, NamedTuple

from chalicelib.counters.column_codec import Columns
from chalicelib.counters.learning_cells import COUNTS, NO_DELAY, bucket_at
from chalicelib.domain.money import MONEY
from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.optimizer.model.pool_statistics import DELAY_BINS

HourRange = tuple[int, int]
"""Start and length of a bucket, in hours."""

Where = tuple[str, str, str]
"""Country, device and campaign."""

_TIME = ("hour", "span")
_WHERE = ("country", "device", "campaign")
_OF_CONVERSIONS = COUNTS[1:]


@dataclass(frozen=True, slots=True)
class BucketMoney:
    """The money of one campaign's conversions: values by the goal, their squares, and payouts, by bucket of the click.

    All are whole: millionths, and the squares of millionths. `delays` counts the conversions by delay.
    """

    values: list[int]
    squares: list[int]
    payouts: list[int]
    delays: list[int]


@dataclass(frozen=True, slots=True)
class BucketCounts:
    """What was counted: the buckets in order, and beside them the clicks, conversions and money of each.

    Whoever has no click at all is not in it.
    """

    periods: Sequence[HourRange]
    clicks: Mapping[Where, list[float]]
    conversions: dict[Where, list[float]] = field(default_factory=dict)
    money: dict[str, BucketMoney] = field(default_factory=dict)


def sum_by_bucket(pieces: Iterable[Columns], goal: OptimizationGoal, hour: int, kept: int) -> BucketCounts:
    """All pieces together in the buckets of `hour` (since 1970), without those that ended `kept` hours before.

    Conversions where no click was counted yet are left out: clicks are counted a moment later than conversions, and
    the next run has both.
    """
    held = [(piece, list(_stretches(piece))) for piece in pieces if piece.size]
    buckets = {each.period: bucket_at(*each.period, hour, kept) for _, stretches in held for each in stretches}
    periods = sorted({each for each in buckets.values() if each})
    place_of = {each: place for place, each in enumerate(periods)}
    places = {period: place_of[each] for period, each in buckets.items() if each}
    found = BucketCounts(periods, _clicks(held, places, len(periods)))
    for piece, _ in held:
        _add_conversions(found, piece, places, goal)
    return found


class _CellRange(NamedTuple):
    """So many cells of one period, one after the other."""

    period: HourRange
    size: int


def _stretches(piece: Columns) -> Iterator[_CellRange]:
    """The piece from its first cell to its last: cells are in order, and the time comes first in it."""
    (hours, spans), start = _codes(piece, _TIME), 0
    while start < piece.size:
        same_hour = bisect_right(hours, hours[start], start)
        end = bisect_right(spans, spans[start], start, same_hour)
        yield _CellRange((piece.values["hour"][hours[start]], piece.values["span"][spans[start]]), end - start)
        start = end


def _codes(piece: Columns, names: Iterable[str]) -> list[Sequence[int]]:
    return [piece.codes[name] for name in names]


def _clicks(
    held: Iterable[tuple[Columns, Sequence[_CellRange]]], places: Mapping[HourRange, int], buckets: int
) -> dict[Where, list[float]]:
    """The clicks of all that have any. Behind the last bucket each row has a place for what is forgotten."""
    rows: dict[Where, list[float]] = {}
    known = _Rows(rows, [], buckets + 1)
    for piece, stretches in held:
        known = known.of([piece.values[name] for name in _WHERE])
        its_rows = map(known.__getitem__, zip(*_codes(piece, _WHERE), strict=True))
        # Cells of conversions add nothing; to tell them apart would take longer.
        cells = zip(its_rows, piece.counts.get("clicks") or bytes(piece.size), strict=True)
        for period, size in stretches:
            place = places.get(period, buckets)
            for row, clicks in islice(cells, size):
                row[place] += clicks
    for row in rows.values():
        row.pop()
    return {where: row for where, row in rows.items() if any(row)}


class _Rows(dict[tuple[int, ...], list[float]]):
    """The rows by a piece's codes of where they are; each is looked up, or begun, once for all of its cells."""

    def __init__(self, rows: dict[Where, list[float]], names: Sequence[Sequence[str]], length: int) -> None:
        super().__init__()
        self._rows, self._names, self._length = rows, names, length

    def of(self, names: Sequence[Sequence[str]]) -> "_Rows":
        """These for a piece with such names behind its codes: the same ones where it has the names of the last."""
        return self if names == self._names else _Rows(self._rows, names, self._length)

    def __missing__(self, codes: tuple[int, ...]) -> list[float]:
        (countries, devices, campaigns), (country, device, campaign) = self._names, codes
        row = self[codes] = _row(self._rows, (countries[country], devices[device], campaigns[campaign]), self._length)
        return row


def _row(rows: dict[Where, list[float]], where: Where, length: int) -> list[float]:
    row = rows.get(where)
    if row is None:
        row = rows[where] = [0.0] * length
    return row


def _add_conversions(
    found: BucketCounts, piece: Columns, places: Mapping[HourRange, int], goal: OptimizationGoal
) -> None:
    chosen = _conversions(piece)
    if not chosen:
        return
    cells = _cells(piece, chosen)
    when, where = (zip(*(cells[name] for name in names), strict=True) for names in (_TIME, _WHERE))
    numbers = zip(cells["delay"], cells["conversions"], *_valued(cells, goal), cells["payout"], strict=True)
    for place, its_where, its_numbers in zip(map(places.get, when), where, numbers, strict=True):
        if place is not None and its_where in found.clicks:
            _add_conversion(found, its_where, place, its_numbers)


def _conversions(piece: Columns) -> Sequence[int]:
    """The places of the piece's cells of conversions. The delay in cells of clicks is the least, so its code is 0."""
    has_clicks = piece.values["delay"][0] == NO_DELAY
    return list(compress(range(piece.size), piece.codes["delay"] if has_clicks else repeat(1)))


def _cells(piece: Columns, chosen: Sequence[int]) -> dict[str, list[Any]]:
    """The cells at these places, column by column: what their dimensions are, and what they count of conversions."""
    found: dict[str, list[Any]] = {}
    for name, values in piece.values.items():
        codes = piece.codes[name]
        found[name] = [values[codes[n]] for n in chosen]
    for name in _OF_CONVERSIONS:
        counts = piece.counts.get(name) or bytes(piece.size)
        found[name] = [counts[n] for n in chosen]
    return found


def _add_conversion(found: BucketCounts, where: Where, place: int, numbers: tuple[int, ...]) -> None:
    delay, conversions, value, square, payout = numbers
    row = found.conversions.get(where) or _row(found.conversions, where, len(found.periods))
    row[place] += conversions
    money = found.money.get(where[-1]) or _money(found, where[-1])
    money.values[place] += value
    money.squares[place] += square
    money.payouts[place] += payout
    money.delays[delay] += conversions


def _money(found: BucketCounts, campaign_id: str) -> BucketMoney:
    values, squares, payouts = ([0] * len(found.periods) for _ in range(3))
    money = found.money[campaign_id] = BucketMoney(values, squares, payouts, [0] * DELAY_BINS)
    return money


def _valued(cells: Mapping[str, Sequence[int]], goal: OptimizationGoal) -> tuple[Sequence[int], Sequence[int]]:
    """The sums of the conversions' values by the goal, and of their squares: (r - p)² = r² - 2 p r + p²."""
    if goal is OptimizationGoal.CONVERSION_RATE:
        return [n * MONEY for n in cells["conversions"]], [n * MONEY**2 for n in cells["conversions"]]
    if goal is OptimizationGoal.PROFIT:
        squares = zip(cells["revenue_squares"], cells["payout_times_revenue"], cells["payout_squares"], strict=True)
        return list(map(sub, cells["revenue"], cells["payout"])), [r - 2 * both + p for r, both, p in squares]
    money = "payout" if goal is OptimizationGoal.EPC else "revenue"
    return cells[money], cells[f"{money}_squares"]
