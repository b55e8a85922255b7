"""Reasons for refusing an advertiser's postback."""

from enum import StrEnum


class RefusalReason(StrEnum):
    """Why a postback was refused or pays nothing.

    `omitted` is no refusal of its own: it stands for those of a campaign and hour that are not listed one by one.
    """

    WRONG_TOKEN = "wrong_token"  # noqa: S105 - a reason
    WRONG_ADDRESS = "wrong_address"
    UNKNOWN_CLICK = "unknown_click"
    WINDOW_CLOSED = "window_closed"
    INVALID = "invalid"
    UNKNOWN_GOAL = "unknown_goal"
    TRACKED_BY_POSTBACK = "tracked_by_postback"
    OMITTED = "omitted"
