"""Which stored conversion a report is about, so that one sale is booked once however often and by whom it is reported.

Each click and goal has a slot, which its first conversion takes. A pixel never gets a second conversion of a slot; a
goal that counts once gets one only after all earlier ones were rejected.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.conversions.conversion import ReportedConversion, StoredFields
from chalicelib.conversions.status import REJECTED
from chalicelib.domain.conversion import Reporter
from chalicelib.domain.goal import Goal, GoalCounts

MAX_REJECTED = 20
"""A goal that counts once gets no further conversion of a click after this many were rejected."""


@dataclass(frozen=True, slots=True)
class Slot:
    """The slot of a click and goal: its conversions, the newest first, and the one that a pixel reported, if any."""

    conversion_ids: tuple[str, ...]
    pixel_id: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """The conversion that a report is about, None for a new one. A `blocked` report changes nothing.

    If the slot is `taken`, its goal counts once and another conversion of the slot is not rejected.
    """

    conversion: StoredFields | None
    blocked: bool = False
    taken: bool = False


def candidate_ids(report: ReportedConversion, goal: Goal | None, slot: Slot | None) -> list[str]:
    """Return the IDs of the conversions that the report may be about."""
    ids = [report.conversion_id(goal), report.earlier_id]
    held = [*slot.conversion_ids, *([slot.pixel_id] if slot.pixel_id else [])] if slot else []
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
    holders = [known[each] for each in slot.conversion_ids if each in known] if slot else []
    if reporter is Reporter.PIXEL:
        first = same or next(iter(holders), None)
        return Match(first, blocked=first is not None)
    by_pixel = known.get(slot.pixel_id) if slot and slot.pixel_id else None
    about = same or (by_pixel if by_pixel and goal and _is_about_pixel(report, goal, by_pixel) else None)
    others = [holder for holder in holders if about is None or holder["id"] != about["id"]]
    holder = _holder_of_once(goal, others)
    return Match(about or holder, blocked=not about and holder is not None, taken=holder is not None)


def _holder_of_once(goal: Goal | None, others: Sequence[StoredFields]) -> StoredFields | None:
    """Return the conversion because of which the goal gets no other one; None if it may."""
    if goal is None or goal.counts is not GoalCounts.ONCE:
        return None
    active = next((other for other in others if other["status"] != REJECTED), None)
    return active or (others[0] if len(others) >= MAX_REJECTED else None)


def _is_about_pixel(report: ReportedConversion, goal: Goal, by_pixel: StoredFields) -> bool:
    """Return whether a report is about the conversion that a pixel reported for its click and goal."""
    txid = by_pixel.get("txid")
    if report.txid is None or report.txid == txid:
        return True
    is_open = by_pixel["reported_by"] == Reporter.PIXEL
    return is_open and (txid is None or goal.counts is GoalCounts.ONCE)
