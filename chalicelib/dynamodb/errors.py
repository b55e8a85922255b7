"""Why DynamoDB did not do what it was asked."""

from collections.abc import Mapping, Sequence
from typing import Any

CONDITION_FAILED = "ConditionalCheckFailedException"
TRANSACTION_FAILED = "TransactionCanceledException"

RETRYABLE_CODES = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
"""Nothing was done, and a little later it will be."""

STALE_CREDENTIALS = frozenset({"ExpiredTokenException", "UnrecognizedClientException"})
"""Nothing was done, and with new credentials it will be."""


class TableError(Exception):
    """The table did not do it, or nobody knows whether it did."""


class RequestRejected(TableError):  # noqa: N818 - DynamoDB's answer, said as it is
    """DynamoDB's own no: `code` is its name, `answer` the whole of it. Nothing was done."""

    def __init__(self, code: str, message: str, answer: Mapping[str, Any]) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.answer = answer

    @property
    def item(self) -> Mapping[str, Any] | None:
        """The item that did not meet the condition, where it was asked for and there is one."""
        found: Mapping[str, Any] | None = self.answer.get("Item")
        return found

    @property
    def reasons(self) -> Sequence[Mapping[str, Any]]:
        """Of a transaction, why each of its parts was refused, in their order: `Code` (`None`: was not), `Item`."""
        found: Sequence[Mapping[str, Any]] = self.answer.get("CancellationReasons") or ()
        return found


class OutcomeUnknown(TableError):  # noqa: N818 - likewise
    """No answer in time, or none that can be read, or only of trouble: it may have been done."""


class NotApplied(TableError):  # noqa: N818 - likewise
    """Not done, and surely not: it was put off, or it never got there, as often as it was tried."""
