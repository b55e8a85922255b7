"""What admins and publishers are told of publishers coming onto smartlinks."""

from chalicelib.domain.publisher import ApplicationStatus
from chalicelib.notifications.notification import Notification, NotificationKind


def received(publisher: str, smartlink: str, subject: dict[str, str | None]) -> Notification:
    """To the admins: the publisher of that name waits for the smartlink of that name."""
    return Notification(NotificationKind.APPLICATION_RECEIVED, subject, f"{publisher} applies for {smartlink}.")


def decided(
    status: ApplicationStatus, reason: str | None, smartlink: str, subject: dict[str, str | None]
) -> Notification:
    """To the publisher: their application was approved or declined, and why if that was said."""
    because = f": {reason}" if reason else "."
    return Notification(
        NotificationKind.APPLICATION_DECIDED, subject, f"Your application for {smartlink} was {status}{because}"
    )


def live(code: str, smartlink: str, subject: dict[str, str | None]) -> Notification:
    """To the publisher: they are on the smartlink, and their link's code works."""
    return Notification(
        NotificationKind.LINK_LIVE, {**subject, "code": code}, f"Your link {code} to {smartlink} is live."
    )
