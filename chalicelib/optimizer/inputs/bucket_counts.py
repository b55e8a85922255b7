"""Sums learning cells by time bucket, for each country, device and campaign."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, islice, repeat
from typing import Any, NamedTuple

from chalicelib.counters.column_codec import Columns
from chalicelib.counters.learning_cells import COUNTS, NO_DELAY, bucket_at
from chalicelib.domain.money import MONEY
from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.optimizer.model.pool_statistics import DELAY_BINS

HourRange = tuple[int, int]
"""Start (since 1970) and length of a bucket, in hours."""

CountKey = tuple[str, str, str]
"""Country, device and campaign ID."""

_TIME = ("hour", "span")
_KEY = ("country", "device", "campaign")
_CONVERSION_COUNTS = COUNTS[1:]


@dataclass(frozen=True, slots=True)
class BucketMoney:
    """Sums over one campaign's conversions by bucket of the click: values by the goal, their squares, and payouts.

    All are integers: millionths, and squares of millionths. `delays` is the number of conversions by delay bin.
    """

    values: list[int]
    squares: list[int]
    payouts: list[int]
    delays: list[int]


@dataclass(frozen=True, slots=True)
class BucketCounts:
    """Counters of a pool: `periods` lists the buckets in order, and each row has one number per bucket.

    A key without any click is left out.
    """

    periods: Sequence[HourRange]
    clicks: Mapping[CountKey, list[float]]
    conversions: dict[CountKey, list[float]] = field(default_factory=dict)
    money: dict[str, BucketMoney] = field(default_factory=dict)


def sum_by_bucket(pieces: Iterable[Columns], goal: OptimizationGoal, hour: int, window: int) -> BucketCounts:
    """Sum all pieces in the buckets valid at `hour` (since 1970), without those that ended `window` hours before.

    Conversions without a counted click are left out: clicks are counted a moment later than conversions, and the next
    run sees both.
    """
    ranged = [(piece, list(_cell_ranges(piece))) for piece in pieces if piece.size]
    buckets = {part.period: bucket_at(*part.period, hour, window) for _, ranges in ranged for part in ranges}
    periods = sorted({bucket for bucket in buckets.values() if bucket})
    index_of = {period: index for index, period in enumerate(periods)}
    indexes = {period: index_of[bucket] for period, bucket in buckets.items() if bucket}
    counts = BucketCounts(periods, _sum_clicks(ranged, indexes, len(periods)))
    for piece, _ in ranged:
        _add_conversions(counts, piece, indexes, goal)
    return counts


class _CellRange(NamedTuple):
    """A number of consecutive cells of one period."""

    period: HourRange
    size: int


def _cell_ranges(piece: Columns) -> Iterator[_CellRange]:
    """Yield the piece as ranges of one period each. Cells are sorted, and the period is the first part of the key."""
    (hours, spans), start = _codes(piece, _TIME), 0
    while start < piece.size:
        same_hour = bisect_right(hours, hours[start], start)
        end = bisect_right(spans, spans[start], start, same_hour)
        yield _CellRange((piece.values["hour"][hours[start]], piece.values["span"][spans[start]]), end - start)
        start = end


def _codes(piece: Columns, names: Iterable[str]) -> list[Sequence[int]]:
    return [piece.codes[name] for name in names]


def _sum_clicks(
    ranged: Iterable[tuple[Columns, Sequence[_CellRange]]], indexes: Mapping[HourRange, int], buckets: int
) -> dict[CountKey, list[float]]:
    """Return the rows of all keys with clicks. While summing, a row has one more place for clicks before the window."""
    rows: dict[CountKey, list[float]] = {}
    rows_by_code = _RowsByCode(rows, [], buckets + 1)
    for piece, ranges in ranged:
        rows_by_code = rows_by_code.for_names([piece.values[name] for name in _KEY])
        cell_rows = map(rows_by_code.__getitem__, zip(*_codes(piece, _KEY), strict=True))
        # Cells of conversions add 0; to filter them out would take longer.
        cells = zip(cell_rows, piece.counts.get("clicks") or bytes(piece.size), strict=True)
        for period, size in ranges:
            index = indexes.get(period, buckets)
            for row, clicks in islice(cells, size):
                row[index] += clicks
    for row in rows.values():
        row.pop()
    return {key: row for key, row in rows.items() if any(row)}


class _RowsByCode(dict[tuple[int, ...], list[float]]):
    """Rows by the codes of a piece's key columns. A row is looked up, or created, once for all of its cells."""

    def __init__(self, rows: dict[CountKey, list[float]], names: Sequence[Sequence[str]], length: int) -> None:
        super().__init__()
        self._rows, self._names, self._length = rows, names, length

    def for_names(self, names: Sequence[Sequence[str]]) -> "_RowsByCode":
        """Return the rows for a piece whose codes mean these names: itself if the names are the same."""
        return self if names == self._names else _RowsByCode(self._rows, names, self._length)

    def __missing__(self, codes: tuple[int, ...]) -> list[float]:
        (countries, devices, campaigns), (country, device, campaign) = self._names, codes
        row = self[codes] = _row(self._rows, (countries[country], devices[device], campaigns[campaign]), self._length)
        return row


def _row(rows: dict[CountKey, list[float]], key: CountKey, length: int) -> list[float]:
    row = rows.get(key)
    if row is None:
        row = rows[key] = [0.0] * length
    return row


def _add_conversions(
    counts: BucketCounts, piece: Columns, indexes: Mapping[HourRange, int], goal: OptimizationGoal
) -> None:
    positions = _conversion_positions(piece)
    if not positions:
        return
    cells = _select_cells(piece, positions)
    periods, keys = (zip(*(cells[name] for name in names), strict=True) for names in (_TIME, _KEY))
    numbers = zip(cells["delay"], cells["conversions"], *_values_and_squares(cells, goal), cells["payout"], strict=True)
    for index, key, cell_numbers in zip(map(indexes.get, periods), keys, numbers, strict=True):
        if index is not None and key in counts.clicks:
            _add_conversion(counts, key, index, cell_numbers)


def _conversion_positions(piece: Columns) -> Sequence[int]:
    """Return the positions of the conversion cells. Cells of clicks have the smallest delay, so its code is 0."""
    has_clicks = piece.values["delay"][0] == NO_DELAY
    return list(compress(range(piece.size), piece.codes["delay"] if has_clicks else repeat(1)))


def _select_cells(piece: Columns, positions: Sequence[int]) -> dict[str, list[Any]]:
    """Return the cells at these positions column by column: their dimensions and their counts of conversions."""
    columns: dict[str, list[Any]] = {}
    for name, values in piece.values.items():
        codes = piece.codes[name]
        columns[name] = [values[codes[n]] for n in positions]
    for name in _CONVERSION_COUNTS:
        counts = piece.counts.get(name) or bytes(piece.size)
        columns[name] = [counts[n] for n in positions]
    return columns


def _add_conversion(counts: BucketCounts, key: CountKey, index: int, numbers: tuple[int, ...]) -> None:
    delay, conversions, value, square, payout = numbers
    row = counts.conversions.get(key) or _row(counts.conversions, key, len(counts.periods))
    row[index] += conversions
    money = counts.money.get(key[-1]) or _new_money(counts, key[-1])
    money.values[index] += value
    money.squares[index] += square
    money.payouts[index] += payout
    money.delays[delay] += conversions


def _new_money(counts: BucketCounts, campaign_id: str) -> BucketMoney:
    values, squares, payouts = ([0] * len(counts.periods) for _ in range(3))
    money = counts.money[campaign_id] = BucketMoney(values, squares, payouts, [0] * DELAY_BINS)
    return money


def _values_and_squares(
    cells: Mapping[str, Sequence[int]], goal: OptimizationGoal
) -> tuple[Sequence[int], Sequence[int]]:
    """Return the sums of the conversions' values by the goal, and of their squares.

    With factors a and b of payout p and revenue r: (a p + b r)² = a² p² + 2 a b p r + b² r².
    """
    _, conversions, a, b = goal.objective
    if conversions:
        return [n * MONEY for n in cells["conversions"]], [n * MONEY**2 for n in cells["conversions"]]
    if (a, b) in _SINGLE_AMOUNTS:
        amount = _SINGLE_AMOUNTS[a, b]
        return cells[amount], cells[f"{amount}_squares"]
    squares = zip(cells["payout_squares"], cells["payout_times_revenue"], cells["revenue_squares"], strict=True)
    values = [a * payout + b * revenue for payout, revenue in zip(cells["payout"], cells["revenue"], strict=True)]
    return values, [a * a * p + 2 * a * b * both + b * b * r for p, both, r in squares]


_SINGLE_AMOUNTS = {(1, 0): "payout", (0, 1): "revenue"}
"""Factors of payout and revenue with which the values are a column as it is."""
