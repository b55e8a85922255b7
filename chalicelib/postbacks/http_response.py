"""What a postback's receiver answered, and what becomes of the try."""

import re
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.postbacks.retry_schedule import ATTEMPTS

LONGEST_HEAD = 65_536
"""Bytes; an answer's status and headers must end within."""

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?:[ \r\n]|$)")
_LOCATION = re.compile(rb"^location:[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_INTERIM = range(100, 200)
_SUCCESS = range(200, 300)
_REDIRECT = range(300, 400)
_LONGEST_ERROR = 300


class DeliveryStatus(StrEnum):
    """How a try stands: `failed` is tried again, `dead` and `refused` are final failures."""

    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"
    DEAD = "dead"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """How one call ended: with a status, or an error, or refused before anything was connected."""

    http_status: int | None = None
    error: str | None = None
    is_refused: bool = False
    took_ms: int = 0

    def status(self, attempt: int) -> DeliveryStatus:
        """How a try that ended so stands, as the `attempt`-th of its series."""
        if self.is_refused:
            return DeliveryStatus.REFUSED
        if self.error is None:
            return DeliveryStatus.DELIVERED
        return DeliveryStatus.FAILED if attempt < ATTEMPTS else DeliveryStatus.DEAD


def outcome(received: bytes) -> DeliveryOutcome | None:
    """What the bytes received so far amount to; None as long as the final answer's head is not whole.

    `ValueError` says that they are no HTTP answer, or one whose head does not end.
    """
    end = _HEAD_END.search(received)
    if end is None:
        _check_length(received)
        return None
    head, status = received[: end.start()], _status(received)
    return outcome(received[end.end() :]) if status in _INTERIM else _outcome_of(head, status)


def _check_length(received: bytes) -> None:
    if len(received) > LONGEST_HEAD:
        message = "answered with headers that do not end"
        raise ValueError(message)


def _status(received: bytes) -> int:
    line = _STATUS.match(received)
    if line is None:
        message = "did not answer in HTTP/1.1"
        raise ValueError(message)
    return int(line[1])


def _outcome_of(head: bytes, status: int) -> DeliveryOutcome:
    if status in _SUCCESS:
        return DeliveryOutcome(http_status=status)
    location = _LOCATION.search(head)
    if status in _REDIRECT and location:
        return DeliveryOutcome(http_status=status, error=sanitize(f"redirected to {location[1].decode('latin-1')}"))
    return DeliveryOutcome(http_status=status, error=f"answered {status}")


def sanitize(text: str) -> str:
    """The text as it may be kept and shown: printable and not too long."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)[:_LONGEST_ERROR]
