"""Notifications about applications for smartlinks."""

from chalicelib.domain.publisher import ApplicationStatus
from chalicelib.notifications.notification import Notification, NotificationKind


def received(publisher: str, smartlink: str, subject: dict[str, str | None]) -> Notification:
    """Return the notification to the admins of a new application. `publisher` and `smartlink` are names."""
    return Notification(NotificationKind.APPLICATION_RECEIVED, subject, f"{publisher} applies for {smartlink}.")


def decided(
    status: ApplicationStatus, reason: str | None, smartlink: str, subject: dict[str, str | None]
) -> Notification:
    """Return the notification to a publisher that their application was approved or declined."""
    ending = f": {reason}" if reason else "."
    return Notification(
        NotificationKind.APPLICATION_DECIDED, subject, f"Your application for {smartlink} was {status}{ending}"
    )


def live(code: str, smartlink: str, subject: dict[str, str | None]) -> Notification:
    """Return the notification to a publisher that their link works."""
    return Notification(
        NotificationKind.LINK_LIVE, {**subject, "code": code}, f"Your link {code} to {smartlink} is live."
    )
