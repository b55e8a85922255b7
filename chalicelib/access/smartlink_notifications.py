"""Notifications to publishers about a smartlink that was paused, resumed or deleted."""

from chalicelib.notifications.notification import Notification, NotificationKind

Subject = dict[str, str | None]


def paused(smartlink: str, subject: Subject) -> Notification:
    """Return the notification that a smartlink of this name is paused."""
    text = f"{smartlink} is paused. Clicks on your link go to its fallback URL."
    return Notification(NotificationKind.SMARTLINK_PAUSED, subject, text)


def resumed(smartlink: str, subject: Subject) -> Notification:
    """Return the notification that a smartlink of this name is active again."""
    text = f"{smartlink} is active again. Your link works as before."
    return Notification(NotificationKind.SMARTLINK_RESUMED, subject, text)


def deleted(smartlink: str, subject: Subject) -> Notification:
    """Return the notification that a smartlink of this name was deleted, to a publisher with a link."""
    text = f"{smartlink} was deleted. Your link no longer works."
    return Notification(NotificationKind.SMARTLINK_DELETED, subject, text)


def closed(smartlink: str, subject: Subject) -> Notification:
    """Return the notification that a smartlink of this name was deleted, to a publisher who waits for a decision."""
    text = f"{smartlink} was deleted. Your application is closed."
    return Notification(NotificationKind.SMARTLINK_DELETED, subject, text)
