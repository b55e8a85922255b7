"""Errors of requests to DynamoDB."""

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
"""The request was not applied and can be retried."""

STALE_CREDENTIALS = frozenset({"ExpiredTokenException", "UnrecognizedClientException"})
"""The request was not applied and can be retried with new credentials."""


class TableError(Exception):
    """The request was not applied, or its outcome is unknown."""


class RequestRejected(TableError):  # noqa: N818 - named for the fact
    """DynamoDB rejected the request, which was not applied. `code` is its error code, `response` its whole document."""

    def __init__(self, code: str, message: str, response: Mapping[str, Any]) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.response = response

    @property
    def item(self) -> Mapping[str, Any] | None:
        """The existing item that failed the condition, if the request asked for it."""
        item: Mapping[str, Any] | None = self.response.get("Item")
        return item

    @property
    def reasons(self) -> Sequence[Mapping[str, Any]]:
        """The cancellation reason of each part of a transaction, in order: `Code` ("None" if it held) and `Item`."""
        reasons: Sequence[Mapping[str, Any]] = self.response.get("CancellationReasons") or ()
        return reasons


class OutcomeUnknown(TableError):  # noqa: N818 - likewise
    """The request may have been applied: no response in time, an invalid one, or a server error."""


class NotApplied(TableError):  # noqa: N818 - likewise
    """The request was certainly not applied in any attempt: it was throttled, or it did not arrive."""
