"""Slots of clicks and goals in transactions: which conversion holds one, and whether it may be taken."""

from collections.abc import Iterable

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.domain.conversion import ConversionStatus
from chalicelib.domain.goal import Goal, GoalCounts
from chalicelib.tables.conversions import ClickGoalRow, ConversionRow


def take(write: TransactWrite, row: ConversionRow, slot: ClickGoalRow | None, goal: Goal, expires_at: int) -> None:
    """Take the slot for a new conversion: if it is free, or if all before are rejected and the goal counts once.

    A new slot expires at `expires_at`, with its click.
    """
    if slot is None:
        pixel_id = row.id if row.pixel else None
        new = ClickGoalRow(row.click_id, goal.name, conversion_id=row.id, pixel_id=pixel_id, expires_at=expires_at)
        write.save(new, ClickGoalRow.goal.does_not_exist())
    elif goal.counts is GoalCounts.ONCE:
        ids = ids_of(slot)
        _check_rejected(write, ids)
        taken: list[Action] = [ClickGoalRow.conversion_id.set(row.id), ClickGoalRow.earlier_ids.set(list(ids))]
        write.update(slot, taken, ClickGoalRow.conversion_id == slot.conversion_id)


def ids_of(slot: ClickGoalRow) -> tuple[str, ...]:
    """Return the conversions of the slot, the newest first."""
    return (slot.conversion_id, *(slot.earlier_ids or ()))


def check(write: TransactWrite, row: ConversionRow, slot: ClickGoalRow) -> None:
    """Add the conditions that the slot got no other conversion, and that all others are rejected."""
    unchanged = ClickGoalRow.conversion_id == slot.conversion_id
    write.condition_check(ClickGoalRow, slot.click_id, slot.goal, condition=unchanged)
    _check_rejected(write, [each for each in ids_of(slot) if each != row.id])


def _check_rejected(write: TransactWrite, ids: Iterable[str]) -> None:
    for conversion_id in ids:
        is_rejected = ConversionRow.status == ConversionStatus.REJECTED.value
        write.condition_check(ConversionRow, conversion_id, condition=is_rejected)
