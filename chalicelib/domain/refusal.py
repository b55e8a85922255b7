"""Reasons for refusing an advertiser's postback."""

from enum import StrEnum
from typing import assert_never


class RefusalReason(StrEnum):
    """Why a postback or pixel was refused or pays nothing.

    `omitted` counts the refusals of a campaign and hour that are not listed one by one.
    """

    WRONG_TOKEN = "wrong_token"  # noqa: S105 - a reason
    WRONG_ADDRESS = "wrong_address"
    UNKNOWN_CLICK = "unknown_click"
    WINDOW_CLOSED = "window_closed"
    INVALID = "invalid"
    UNKNOWN_GOAL = "unknown_goal"
    TRACKED_BY_POSTBACK = "tracked_by_postback"
    OMITTED = "omitted"

    @property
    def needs_token(self) -> bool:
        """Whether only a caller with the campaign's token can cause it; anyone else with a click ID can the others."""
        match self:
            case RefusalReason.WRONG_TOKEN | RefusalReason.TRACKED_BY_POSTBACK | RefusalReason.OMITTED:
                return False
            case (
                RefusalReason.WRONG_ADDRESS
                | RefusalReason.UNKNOWN_CLICK
                | RefusalReason.WINDOW_CLOSED
                | RefusalReason.INVALID
                | RefusalReason.UNKNOWN_GOAL
            ):
                return True
            case _:
                assert_never(self)
