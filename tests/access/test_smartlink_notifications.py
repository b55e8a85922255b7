import pytest

from chalicelib.access import smartlink_notifications as texts
from chalicelib.notifications.notification import Notification

SUBJECT: texts.Subject = {"smartlink_id": "sml_1", "publisher_id": "pub_1"}


@pytest.mark.parametrize(
    ("notification", "kind", "text"),
    [
        (
            texts.paused("Deals", SUBJECT),
            "smartlink_paused",
            "Deals is paused. Clicks on your link go to its fallback URL.",
        ),
        (
            texts.resumed("Deals", SUBJECT),
            "smartlink_resumed",
            "Deals is active again. Your link works as before.",
        ),
        (texts.deleted("Deals", SUBJECT), "smartlink_deleted", "Deals was deleted. Your link no longer works."),
        (texts.closed("Deals", SUBJECT), "smartlink_deleted", "Deals was deleted. Your application is closed."),
    ],
    ids=["paused", "resumed", "deleted", "closed"],
)
def test_notification_says_what_became_of_the_smartlink(notification: Notification, kind: str, text: str) -> None:
    assert (notification.kind, notification.text, notification.subject) == (kind, text, SUBJECT)
