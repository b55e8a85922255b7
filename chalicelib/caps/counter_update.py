"""Conditional updates of cap counters and their DynamoDB expressions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from chalicelib.dynamodb.attribute_values import Item, number_value, string_value


class WriteStatus(StrEnum):
    """Outcome of the one write of all lease requests of a click and its duplicate marker: all or nothing."""

    APPLIED = "applied"
    LIMIT_REACHED = "limit_reached"  # the condition of a counter failed
    DUPLICATE = "duplicate"  # the duplicate marker already exists
    NOT_APPLIED = "not_applied"  # certainly not applied, for another reason
    UNKNOWN = "unknown"  # no response


@dataclass(frozen=True, slots=True)
class CounterState:
    """State of a counter: the capacity used or leased out, and the part that is leased and not yet released."""

    used: int = 0
    leased: int = 0


@dataclass(frozen=True, slots=True)
class WriteResult:
    """Result of a write and, by key, the counters after it; if the limit is reached, the counters that caused it.

    A counter that caused it and does not exist, or was not returned, is None. After an applied write it is left out.
    """

    status: WriteStatus
    states: Mapping[str, CounterState | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CounterUpdate:
    """A conditional update of a cap counter: the amounts to add, and the maxima of both values before the update.

    Without a maximum there is no limit. Only an update with `may_create` creates the counter. `expires_at` is the
    counter's TTL (None: it never expires).
    """

    key: str
    used: int
    leased: int = 0
    max_used_before: int | None = None
    max_leased_before: int | None = None
    may_create: bool = False
    expires_at: datetime | None = None


def update_request(update: CounterUpdate, table: str) -> dict[str, Any]:
    """Return the update as `Update` of a DynamoDB transaction; with `ReturnValues` added it is an `UpdateItem`.

    If the condition fails, the error contains the item of the counter.
    """
    values = {f":{name}": value for name, value in _values(update).items()}
    return {
        "TableName": table,
        "Key": {"key": string_value(update.key)},
        "UpdateExpression": _update_expression(update),
        "ConditionExpression": _condition(update),
        "ExpressionAttributeNames": {f"#{name}": name for name in _names(update)},
        "ExpressionAttributeValues": {name: number_value(value) for name, value in values.items()},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def parse_counter(item: Item | None) -> CounterState | None:
    """Return the state of a counter's item, or None without an item; an absent attribute is 0."""
    if item is None:
        return None
    return CounterState(*(int(item[name]["N"]) if name in item else 0 for name in ("used", "leased")))


def _values(update: CounterUpdate) -> Mapping[str, int]:
    """Return the values of the expressions by name, without those that the expressions do not use."""
    values = {
        "used": update.used,
        "leased": update.leased or None,
        "expires_at": int(update.expires_at.timestamp()) if update.expires_at else None,
        "most_used": update.max_used_before,
        "most_leased": update.max_leased_before,
    }
    return {name: value for name, value in values.items() if value is not None}


def _names(update: CounterUpdate) -> list[str]:
    uses_leased = update.leased or update.max_leased_before is not None
    return ["used", *(["leased"] if uses_leased else []), *(["expires_at"] if update.expires_at else [])]


def _update_expression(update: CounterUpdate) -> str:
    leased = ", #leased :leased" if update.leased else ""
    expiry = " SET #expires_at = :expires_at" if update.expires_at else ""
    return f"ADD #used :used{leased}{expiry}"


def _condition(update: CounterUpdate) -> str:
    limits = [] if update.max_used_before is None else ["#used <= :most_used"]
    if update.max_leased_before is not None:
        never_leased = "attribute_not_exists(#leased) OR " if update.max_leased_before >= 0 else ""
        limits.append(f"({never_leased}#leased <= :most_leased)")
    exists = " AND ".join(["attribute_exists(#used)", *limits])
    return f"attribute_not_exists(#used) OR {exists}" if update.may_create else exists
