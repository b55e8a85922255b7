"""Counts the rows of partitions, exactly up to the maximum number of items that a request may read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pynamodb.expressions.condition import Condition

from chalicelib.lists.reads import MAX_ITEMS


@dataclass(frozen=True, slots=True)
class Counted:
    """The rows to count: partitions of a table or one of its indexes, and the conditions on sort key and attributes."""

    model: Any
    partitions: Sequence[str]
    range_condition: Condition | None = None
    filter_condition: Condition | None = None
    index_name: str | None = None


def count_rows(counted: Counted) -> int | None:
    """Return the number of rows; None if more than 2,000 would have to be read to count them."""
    total, unread = 0, MAX_ITEMS
    for partition in counted.partitions:
        start, is_begun = None, False
        while start or not is_begun:
            answer = _read(counted, partition, start, unread + 1)
            total, unread = total + answer["Count"], unread - answer["ScannedCount"]
            start, is_begun = answer.get("LastEvaluatedKey"), True
            if unread < 0:
                return None
    return total


def _read(counted: Counted, partition: str, start: Any, limit: int) -> Any:  # noqa: ANN401 - the answer of DynamoDB
    return counted.model._get_connection().query(  # noqa: SLF001 - the model's count has no bound
        partition,
        counted.range_condition,
        counted.filter_condition,
        index_name=counted.index_name,
        consistent_read=counted.index_name is None,
        exclusive_start_key=start,
        limit=limit,
        select="COUNT",
    )
