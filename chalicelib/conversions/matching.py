"""Which stored conversion a report is about, so that one sale is booked once however often and by whom it is reported.

Each click and goal has a slot, which its first conversion takes. A pixel never gets a second conversion of a slot; a
goal that counts once gets one only after the first was rejected.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.conversions.conversion import ReportedConversion, StoredFields
from chalicelib.conversions.status import REJECTED
from chalicelib.domain.conversion import Reporter
from chalicelib.domain.goal import Goal, GoalCounts


@dataclass(frozen=True, slots=True)
class Slot:
    """The slot of a click and goal: the conversion that holds it, and the one that a pixel reported, if any."""

    conversion_id: str
    pixel_id: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """The conversion that a report is about, None for a new one. A `blocked` report changes nothing."""

    conversion: StoredFields | None
    blocked: bool = False


def candidate_ids(report: ReportedConversion, goal: Goal | None, slot: Slot | None) -> list[str]:
    """Return the IDs of the conversions that the report may be about."""
    ids = [report.conversion_id(goal), report.earlier_id]
    held = [slot.conversion_id, *([slot.pixel_id] if slot.pixel_id else [])] if slot else []
    return list(dict.fromkeys([*ids, *held]))


def match(
    report: ReportedConversion,
    reporter: Reporter,
    goal: Goal | None,
    slot: Slot | None,
    known: Mapping[str, StoredFields],
) -> Match:
    """Return what the report is about. `known` are the stored conversions by ID, of those of `candidate_ids`."""
    same = known.get(report.conversion_id(goal)) or known.get(report.earlier_id)
    if reporter is Reporter.PIXEL:
        holder = known.get(slot.conversion_id) if slot else None
        first = same or holder
        return Match(first, blocked=first is not None)
    by_pixel = known.get(slot.pixel_id) if slot and slot.pixel_id else None
    if same:
        return Match(same)
    if by_pixel and goal and _is_about_pixel(report, goal, by_pixel):
        return Match(by_pixel)
    holder = known.get(slot.conversion_id) if slot else None
    is_taken = goal is not None and goal.counts is GoalCounts.ONCE and holder and holder["status"] != REJECTED
    return Match(holder, blocked=True) if is_taken else Match(None)


def _is_about_pixel(report: ReportedConversion, goal: Goal, by_pixel: StoredFields) -> bool:
    """Return whether a report is about the conversion that a pixel reported for its click and goal."""
    txid = by_pixel.get("txid")
    if report.txid is None or report.txid == txid:
        return True
    is_open = by_pixel["reported_by"] == Reporter.PIXEL
    return is_open and (txid is None or goal.counts is GoalCounts.ONCE)
