"""Cells of reports, details and learning and caps that count a conversion, as a function of its stored fields.

Every change of a conversion writes the difference of what it counts for before and after. To undo a change is therefore
exact, whatever happened in between.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, assert_never

from chalicelib.caps.windows import CapCounter
from chalicelib.conversions.conversion import FORMAT, StoredFields
from chalicelib.counters import cells, detail_cells, learning_cells
from chalicelib.counters.cells import Cell, Cells
from chalicelib.counters.detail_cells import JointCells
from chalicelib.counters.learning_cells import LearningCells
from chalicelib.domain import money
from chalicelib.domain.campaign import CapMetric
from chalicelib.domain.conversion import CLICK_DIMENSIONS, ConversionStatus, Reporter

_ARRIVED = "arrived_"


@dataclass(frozen=True, slots=True)
class CapUsage:
    """Usage of one cap counter. The counter is deleted at `expires_at`, if set."""

    key: str
    amount: int
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Effects:
    """Report cells, joint cells of details, learning cells by partition, and usage of cap counters.

    Negative numbers take something back.
    """

    counted: Cells
    details: JointCells
    learned: dict[str, LearningCells]
    caps: Sequence[CapUsage]


def difference(before: StoredFields | None, after: StoredFields, now: datetime) -> Effects:
    """Return what changes in the counters if a conversion (None: it is new) becomes `after`.

    Both are complete. Cap counters that may be deleted at `now` are left out.
    """
    counted: dict[Any, list[int]] = {}
    details: dict[Any, list[int]] = {}
    learned: dict[str, dict[Any, list[int]]] = {}
    for stored, sign in ((before, -1), (after, 1)):
        if stored is not None:
            cells.add_cells(counted, _counter_cells(stored, sign))
            cells.add_cells(details, _detail_cells(stored, sign))
            for partition, part in _learning_cells(stored, sign).items():
                cells.add_cells(learned.setdefault(partition, {}), part)
    return Effects(
        _without_zeros(counted),
        _without_zeros(details),
        {partition: kept for partition, part in learned.items() if (kept := _without_zeros(part))},
        _cap_difference(before, after, now),
    )


def _without_zeros(counted: Mapping[Any, Sequence[int]]) -> dict[Any, list[int]]:
    return {cell: list(counts) for cell, counts in counted.items() if any(counts)}


def _counter_cells(stored: StoredFields, sign: int) -> Cells:
    """Return the conversion's counts, at the time of its click and at its own time."""
    counts = {name: sign * count for name, count in _counts(stored).items()}
    by_click = _click_cell(stored)
    by_arrival = by_click._replace(quarter=cells.quarter_of(int(stored["at"])))
    counted: Cells = {}
    cells.add(counted, by_click, **counts)
    cells.add(counted, by_arrival, **{f"{_ARRIVED}{name}": count for name, count in counts.items()})
    return counted


def _detail_cells(stored: StoredFields, sign: int) -> JointCells:
    """Return the conversion's counts under the values of its click, as `_counter_cells` does.

    If it arrived on another UTC day than its click, the day of the click decides the names of the values.
    """
    values, counted = detail_cells.values_of_conversion(stored), JointCells()
    click_day = cells.day_of(cells.quarter_of(int(stored["click_at"])))
    for cell, counts in _counter_cells(stored, sign).items():
        is_late = cells.day_of(cell.quarter) != click_day
        joint = detail_cells.joint_cell(cell, values, click_day.isoformat() if is_late else "")
        if joint:
            counted[joint] = [*counts, 0]
    return counted


def _counts(stored: StoredFields) -> Mapping[str, int]:
    """Return the counts of a cell that the conversion adds to, by name. Events that are no goal count nowhere."""
    if stored["status"] is None:
        return {}
    status = ConversionStatus(stored["status"])
    payout, revenue = money.millionths(stored["payout"]), money.millionths(stored["revenue"])
    match status:
        case ConversionStatus.APPROVED:
            return {"conversions": 1, "payout": payout, "revenue": revenue}
        case ConversionStatus.PENDING:
            return {"pending_conversions": 1, "pending_payout": payout}
        case ConversionStatus.REJECTED:
            return {"rejected_conversions": 1} if _is_current(stored) else {}
        case _:
            assert_never(status)


def _is_current(stored: StoredFields) -> bool:
    return int(stored.get("format") or 1) >= FORMAT


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
        goal=(stored["goal"] or "") if _is_current(stored) else "",
    )


def _learning_cells(stored: StoredFields, sign: int) -> dict[str, LearningCells]:
    """Return the learning cells. Anyone can call a pixel, so its conversions count once they are approved."""
    status = stored["status"]
    is_reported = status == ConversionStatus.PENDING and stored["reported_by"] != Reporter.PIXEL
    return learning_cells.conversion_cells(stored, sign) if status == ConversionStatus.APPROVED or is_reported else {}


def cap_usage(counters: Iterable[CapCounter], stored: StoredFields) -> list[CapUsage]:
    """Return the conversion's usage of each counter, in the unit of its metric."""
    amounts = _amounts(stored)
    return [CapUsage(counter.key, amounts[counter.metric], counter.expires_at) for counter in counters]


def _amounts(stored: StoredFields) -> Mapping[CapMetric, int]:
    return {
        CapMetric.CONVERSIONS: 1,
        CapMetric.PAYOUT: money.millionths(stored["payout"]),
        CapMetric.REVENUE: money.millionths(stored["revenue"]),
    }


def with_amounts_of(usages: Iterable[CapUsage], stored: StoredFields) -> list[CapUsage]:
    """Return the usage of the same counters by the amounts of `stored`."""
    amounts = _amounts(stored)
    return [CapUsage(usage.key, amounts[CapMetric(usage.key.split("|")[1])], usage.expires_at) for usage in usages]


def encode_cap_usage(usages: Iterable[CapUsage]) -> list[list[Any]]:
    """Return the usage as conversions store it: key, amount as a string, seconds since 1970 or null."""
    return [
        [usage.key, str(usage.amount), int(usage.expires_at.timestamp()) if usage.expires_at else None]
        for usage in usages
    ]


def decode_cap_usage(encoded: Iterable[Any]) -> list[CapUsage]:
    """Return stored usage."""
    return [
        CapUsage(key, int(amount), None if seconds is None else datetime.fromtimestamp(seconds, UTC))
        for key, amount, seconds in encoded
    ]


def _cap_difference(before: StoredFields | None, after: StoredFields, now: datetime) -> list[CapUsage]:
    added, taken = _active_usage(after, now), _active_usage(before, now) if before else {}
    changed = {**taken, **added}
    usages = [
        CapUsage(key, _amount(added, key) - _amount(taken, key), usage.expires_at) for key, usage in changed.items()
    ]
    return [usage for usage in usages if usage.amount]


def _active_usage(stored: StoredFields, now: datetime) -> dict[str, CapUsage]:
    """Return the usage by counter; none if the status uses no caps."""
    if stored["status"] is None or not ConversionStatus(stored["status"]).uses_caps:
        return {}
    usages = decode_cap_usage(stored["places"])
    return {usage.key: usage for usage in usages if usage.expires_at is None or now < usage.expires_at}


def _amount(usages: Mapping[str, CapUsage], key: str) -> int:
    return usages[key].amount if key in usages else 0
