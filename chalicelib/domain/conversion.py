"""Status of conversions, who reports them, and what they store of their clicks."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, assert_never

from chalicelib.domain.goal import DEFAULT_GOAL

CLICK_DIMENSIONS = ("country", "device", "os", "sub1")
"""Dimensions of reports whose values a conversion copies from its click: names of macros."""


class ConversionStatus(StrEnum):
    """Status of a conversion. Only an approved one is paid."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"

    @property
    def is_paid(self) -> bool:
        """Whether conversions of this status are in the payout and revenue of reports."""
        match self:
            case ConversionStatus.APPROVED:
                return True
            case ConversionStatus.PENDING | ConversionStatus.REJECTED:
                return False
            case _:
                assert_never(self)

    @property
    def uses_caps(self) -> bool:
        """Whether conversions of this status use up caps."""
        match self:
            case ConversionStatus.APPROVED | ConversionStatus.PENDING:
                return True
            case ConversionStatus.REJECTED:
                return False
            case _:
                assert_never(self)


class Reporter(StrEnum):
    """Who reported a conversion. Anyone can call a pixel from their own browser."""

    POSTBACK = "postback"
    PIXEL = "pixel"
    IMPORT = "import"


def complete_conversion(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stored conversion with values for what its release did not write. Every reader calls this.

    A conversion of format 1 has no goal and no reporter: it reached the goal `default` by postback. `goal` and `status`
    are both None for an event that is no goal.
    """
    known = {name: value for name, value in stored.items() if value is not None}
    goal = DEFAULT_GOAL if "status" in known else None
    return {"status": None, "goal": goal, "reported_by": Reporter.POSTBACK.value, **known}
