"""Detail dimensions: dimensions by which clicks and conversions are counted one at a time.

A writer adds *joint cells*, which have all detail dimensions together, because there are fewer of them in a batch.
Compaction turns them into *detail cells* of one dimension each.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from chalicelib.counters import cells
from chalicelib.counters.cells import Cell
from chalicelib.counters.layout import Counts, Layout
from chalicelib.domain.macros import SUB_IDS

DETAILS = (
    "region",
    "browser",
    "language",
    "source",
    "network",
    "sub2",
    "sub3",
    "sub4",
    "sub5",
    "sub6",
    "sub7",
    "sub8",
    "sub9",
    "sub10",
)
"""The detail dimensions: sub-IDs, and fields of a click."""

COUNTS = (*cells.COUNTS, "lost_clicks")
"""The counts of a report cell, and the clicks by people that reached no campaign."""

_IS_SUB_ID = tuple((name, name in SUB_IDS) for name in DETAILS)


class JointCell(NamedTuple):
    """One combination of all detail dimensions; a value that is unknown or does not apply is empty.

    `click_day` is the UTC day of the click for conversions that arrived on another day, else empty. Their values are
    counted under the names that they have on the day of the click.
    """

    quarter: int
    smartlink: str = ""
    campaign: str = ""
    publisher: str = ""
    currency: str = ""
    goal: str = ""
    click_day: str = ""
    region: str = ""
    browser: str = ""
    language: str = ""
    source: str = ""
    network: str = ""
    sub2: str = ""
    sub3: str = ""
    sub4: str = ""
    sub5: str = ""
    sub6: str = ""
    sub7: str = ""
    sub8: str = ""
    sub9: str = ""
    sub10: str = ""


class DetailCell(NamedTuple):
    """One value of one detail dimension. `late` is 1 for conversions that arrived on another UTC day than their click.

    The value of a late cell has its name from the day of the click, so it takes no place on the day of the cell.
    """

    dimension: str
    late: int
    quarter: int
    smartlink: str
    campaign: str
    publisher: str
    currency: str
    goal: str
    value: str


JointCells = dict[JointCell, list[int]]
DetailCells = dict[DetailCell, list[int]]
JOINT_LAYOUT = Layout(JointCell, COUNTS, is_sorted=False)
"""Joint cells stay in the order of the stream, because the first values of a day get places."""
LAYOUT = Layout(DetailCell, COUNTS)


def values_of_click(stored: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the values of a click in the order of `DETAILS`. Raises TypeError if one is no string."""
    sub_ids = stored.get("sub_ids") or {}
    values = [(sub_ids if is_sub_id else stored).get(name) or "" for name, is_sub_id in _IS_SUB_ID]
    "".join(values)  # raises the TypeError
    return tuple(values)


def known_values(values: Iterable[str]) -> dict[str, str]:
    """Return the values that are not empty by dimension, as a conversion stores them."""
    return {name: value for name, value in zip(DETAILS, values, strict=True) if value}


def values_of_conversion(stored: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the values of a conversion's click; all are empty if an earlier release stored the conversion."""
    known = stored.get("details") or {}
    return tuple([known.get(name, "") for name in DETAILS])


def joint_cell(cell: Cell, values: tuple[str, ...], click_day: str = "") -> JointCell | None:
    """Return the joint cell for the same counts as a report cell, or None if no value is known."""
    if not any(values):
        return None
    return JointCell(
        cell.quarter, cell.smartlink, cell.campaign, cell.publisher, cell.currency, cell.goal, click_day, *values
    )


def add(joint: dict[Any, list[int]], cell: JointCell, **counts: int) -> None:
    """Add to the counts of a cell, by name."""
    totals = joint.setdefault(cell, [0] * len(COUNTS))
    for name, count in counts.items():
        totals[COUNTS.index(name)] += count


def partition(day: date | str, publisher_id: str) -> str:
    """Return the partition of a UTC day (a date, or as ISO text) and a publisher's shard."""
    return partition_of(day, cells.shard_of(publisher_id))


def partition_of(day: date | str, shard: int) -> str:
    """Return the partition of a UTC day and a shard: `2026-11-21#3#d`."""
    return f"{day}#{shard}#d"


def partitions(days: Iterable[date]) -> list[str]:
    """Return all partitions of these UTC days."""
    return [partition_of(day, shard) for day in days for shard in cells.shards_of(None)]


def by_partition(joint: Mapping[JointCell, Counts]) -> dict[tuple[str, bool], JointCells]:
    """Return the cells grouped by partition and by whether they are late, in their order."""
    parts: dict[tuple[str, bool], JointCells] = {}
    for cell, counts in joint.items():
        key = partition(cells.day_of(cell.quarter), cell.publisher), bool(cell.click_day)
        parts.setdefault(key, {})[cell] = list(counts)
    return parts
