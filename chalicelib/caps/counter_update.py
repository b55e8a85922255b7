"""Moves of a cap's counter: by how much, up to where, and the same as an update of its item."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from chalicelib.dynamodb.attribute_values import Item, number_value, string_value


class WriteStatus(StrEnum):
    """What became of a write of all of a click's asks, and of the visitor's mark where there is one: all or nothing."""

    APPLIED = "done"
    LIMIT_REACHED = "no room"  # a counter did not allow what was asked of it
    DUPLICATE = "duplicate"  # the visitor's mark was there already
    NOT_APPLIED = "undone"  # surely not done, for another reason
    UNKNOWN = "unknown"  # not answered


@dataclass(frozen=True, slots=True)
class CounterState:
    """What a counter's item says: places taken or leased out, and how many of these were leased and are not settled."""

    used: int = 0
    leased: int = 0


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What was said to a write; `counters`, by key, as they stand after it, or, of those without room, as they stood.

    A counter without room that does not exist, or is not told, is None; of a write that was done it is left out.
    """

    status: WriteStatus
    counters: Mapping[str, CounterState | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CounterUpdate:
    """One change of a counter: what is added to `used` and `leased`, where they stand at most so high before it.

    A bound of None is no bound. Only a move that `begins` may be the counter's first. `expires_at`: when the counter
    may go (None: never).
    """

    key: str
    used: int
    leased: int = 0
    max_used_before: int | None = None
    max_leased_before: int | None = None
    may_create: bool = False
    expires_at: datetime | None = None


def update(move: CounterUpdate, table: str) -> dict[str, Any]:
    """The move as DynamoDB's `Update` of a transaction; with `ReturnValues` it is an `UpdateItem`.

    Where a counter does not allow it, the refusal holds the counter's item.
    """
    values = {f":{name}": value for name, value in _values(move).items()}
    return {
        "TableName": table,
        "Key": {"key": string_value(move.key)},
        "UpdateExpression": _expression(move),
        "ConditionExpression": _condition(move),
        "ExpressionAttributeNames": {f"#{name}": name for name in _names(move)},
        "ExpressionAttributeValues": {name: number_value(value) for name, value in values.items()},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def parse_counter(item: Item | None) -> CounterState | None:
    """What a counter's item says, None where there is none; one that never leased a place does not say it did."""
    if item is None:
        return None
    return CounterState(*(int(item[name]["N"]) if name in item else 0 for name in ("used", "leased")))


def _values(move: CounterUpdate) -> Mapping[str, int]:
    """The numbers that the expressions speak of, by name; what is not moved and not bounded is not among them."""
    possible = {
        "used": move.used,
        "leased": move.leased or None,
        "expires_at": int(move.expires_at.timestamp()) if move.expires_at else None,
        "most_used": move.max_used_before,
        "most_leased": move.max_leased_before,
    }
    return {name: value for name, value in possible.items() if value is not None}


def _names(move: CounterUpdate) -> list[str]:
    is_leased = move.leased or move.max_leased_before is not None
    return ["used", *(["leased"] if is_leased else []), *(["expires_at"] if move.expires_at else [])]


def _expression(move: CounterUpdate) -> str:
    leased = ", #leased :leased" if move.leased else ""
    expiry = " SET #expires_at = :expires_at" if move.expires_at else ""
    return f"ADD #used :used{leased}{expiry}"


def _condition(move: CounterUpdate) -> str:
    room = [] if move.max_used_before is None else ["#used <= :most_used"]
    if move.max_leased_before is not None:
        never = "attribute_not_exists(#leased) OR " if move.max_leased_before >= 0 else ""
        room.append(f"({never}#leased <= :most_leased)")
    exists = " AND ".join(["attribute_exists(#used)", *room])
    return f"attribute_not_exists(#used) OR {exists}" if move.may_create else exists
