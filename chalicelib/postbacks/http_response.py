"""Parser for the response to a postback, and the resulting status of the delivery."""

import re
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.postbacks.retry_schedule import MAX_ATTEMPTS

MAX_HEAD_BYTES = 65_536
"""Maximum size of a response's status line and headers."""

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?:[ \r\n]|$)")
_LOCATION = re.compile(rb"^location:[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_INTERIM = range(100, 200)
_SUCCESS = range(200, 300)
_REDIRECT = range(300, 400)
_MAX_ERROR_LENGTH = 300


class DeliveryStatus(StrEnum):
    """Status of a delivery attempt. `failed` is retried; `dead` and `refused` are final failures."""

    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"
    DEAD = "dead"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """Result of one request: an HTTP status, an error, or a refusal before any connection was made."""

    http_status: int | None = None
    error: str | None = None
    is_refused: bool = False
    took_ms: int = 0

    def status(self, attempt: int) -> DeliveryStatus:
        """Return the status of attempt number `attempt` (from 1) with this outcome."""
        if self.is_refused:
            return DeliveryStatus.REFUSED
        if self.error is None:
            return DeliveryStatus.DELIVERED
        return DeliveryStatus.FAILED if attempt < MAX_ATTEMPTS else DeliveryStatus.DEAD


def parse_response(received: bytes) -> DeliveryOutcome | None:
    """Return the outcome of the final response, or None while its head is incomplete. Skip interim responses.

    Raise `ValueError` if the bytes are not an HTTP/1 response or its head is too large.
    """
    end = _HEAD_END.search(received)
    if end is None:
        _check_length(received)
        return None
    head, status = received[: end.start()], _parse_status(received)
    return parse_response(received[end.end() :]) if status in _INTERIM else _final_outcome(head, status)


def _check_length(received: bytes) -> None:
    if len(received) > MAX_HEAD_BYTES:
        message = "The response headers are larger than 64 KiB."
        raise ValueError(message)


def _parse_status(received: bytes) -> int:
    line = _STATUS.match(received)
    if line is None:
        message = "The response is not HTTP/1.1."
        raise ValueError(message)
    return int(line[1])


def _final_outcome(head: bytes, status: int) -> DeliveryOutcome:
    if status in _SUCCESS:
        return DeliveryOutcome(http_status=status)
    location = _LOCATION.search(head)
    if status in _REDIRECT and location:
        return DeliveryOutcome(http_status=status, error=sanitize(f"Redirect to {location[1].decode('latin-1')}"))
    return DeliveryOutcome(http_status=status, error=f"The server responded with status {status}.")


def sanitize(text: str) -> str:
    """Return the text without unprintable characters, truncated to 300 characters."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)[:_MAX_ERROR_LENGTH]
