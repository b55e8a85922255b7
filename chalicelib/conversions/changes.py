"""Changes of stored conversions, each in one transaction with what it changes in counters, caps and lists."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.conversions import effects, status
from chalicelib.conversions.effects import CapUsage
from chalicelib.conversions.list_entries import write_entries
from chalicelib.conversions.receipt import ReceiptResult, receipt_of
from chalicelib.conversions.status import Ruling, StatusSource
from chalicelib.counters import detail_blocks, learning_blocks
from chalicelib.counters.blocks import append_blocks
from chalicelib.domain.conversion import ConversionStatus, complete_conversion
from chalicelib.domain.timestamps import milliseconds
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.problems import Conflict
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.counters import CapCounterRow

_INVISIBLE = frozenset({"reason", "status_by", "held", "approve_at", "approval_shard", "decided_at", "decided_by"})
"""Fields whose change is no new revision: publishers are not notified of it."""


def decide(request: Request, row: ConversionRow, decision: Ruling, by: str, change: AuditChange | None = None) -> None:
    """Write a decision of an admin or of the schedule, and update `row`.

    Raise `Conflict` for an event that is no goal, and `TransactionConflict` if the conversion changed meanwhile.
    """
    if row.status is None:
        message = f"Conversion {row.id} has an event that is no goal of its campaign. It cannot be decided."
        raise Conflict(message)
    save_change(request, row, status.decision_fields(decision, row.publisher_id, by, request.now), change)


def decision_of_admin(wanted: ConversionStatus, reason: str | None) -> Ruling:
    """Return the ruling of an admin. It outranks every report."""
    return Ruling(wanted, StatusSource.ADMIN, reason=reason or None)


def save_change(
    request: Request,
    row: ConversionRow,
    changes: Mapping[str, Any],
    change: AuditChange | None = None,
    also: Callable[[TransactWrite], None] | None = None,
) -> None:
    """Write changed fields with what they change in counters and caps, and update `row`. No change writes nothing.

    `also` adds more to the transaction. Raise `TransactionConflict` if the conversion changed since it was read.
    """
    before = complete_conversion(row.attribute_values)
    changed = {name: value for name, value in changes.items() if value != before.get(name)}
    if not changed:
        return
    unchanged = _is_unchanged(row)
    if not _INVISIBLE.issuperset(changed):
        changed["revision"] = row.revision + 1
    for name, value in changed.items():
        setattr(row, name, value)
    with transaction(request, receipt_of(ReceiptResult.CHANGED, row.id, row.status), change) as write:
        write.update(ConversionRow(row.id), _actions(changed), unchanged)
        add_effects(write, before, row, request.now)
        if also:
            also(write)


def _is_unchanged(row: ConversionRow) -> Condition:
    """Return the condition that nobody changed the conversion: not even who set its status."""
    source = ConversionRow.status_by
    same_source: Condition = source == row.status_by if row.status_by else source.does_not_exist()
    same_revision: Condition = ConversionRow.revision == row.revision
    both: Condition = same_revision & same_source
    return both


def _actions(changed: Mapping[str, Any]) -> list[Action]:
    return [
        getattr(ConversionRow, name).remove() if value is None else getattr(ConversionRow, name).set(value)
        for name, value in changed.items()
    ]


def add_effects(write: TransactWrite, before: Mapping[str, Any] | None, row: ConversionRow, now: datetime) -> None:
    """Add to the transaction what a conversion changes in counters, caps and lists. `before` is None for a new one."""
    cause, after = f"{row.id}@{row.revision}", complete_conversion(row.attribute_values)
    difference = effects.difference(before, after, now)
    append_blocks(write, cause, difference.counted, now)
    detail_blocks.add_blocks(write, detail_blocks.change_order(milliseconds(now), cause), difference.details)
    learning_blocks.add_blocks(write, cause, difference.learned, now)
    for usage in difference.caps:
        add_cap_usage(write, usage)
    write_entries(write, before, after)


def add_cap_usage(write: TransactWrite, usage: CapUsage) -> None:
    """Add the usage to its cap counter in the transaction. The limit is not checked."""
    expiry = [CapCounterRow.expires_at.set(usage.expires_at)] if usage.expires_at else []
    write.update(CapCounterRow(usage.key), [CapCounterRow.used.add(usage.amount), *expiry])
