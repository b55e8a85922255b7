from chalicelib.access import application_notifications
from chalicelib.domain.publisher import ApplicationStatus
from chalicelib.notifications.notification import Notification, NotificationKind

SUBJECT: dict[str, str | None] = {"smartlink_id": "sml_1", "publisher_id": "pub_1", "application_id": None}


def test_application_names_publisher_and_smartlink() -> None:
    assert application_notifications.received("Ann", "Summer App Deals", SUBJECT) == Notification(
        NotificationKind.APPLICATION_RECEIVED, SUBJECT, "Ann applies for Summer App Deals."
    )


def test_declined_application_has_its_reason() -> None:
    notification = application_notifications.decided(
        ApplicationStatus.DECLINED, "no such traffic", "Summer App Deals", SUBJECT
    )
    assert notification.text == "Your application for Summer App Deals was declined: no such traffic"


def test_decision_without_a_reason_ends_with_a_full_stop() -> None:
    notification = application_notifications.decided(ApplicationStatus.APPROVED, None, "Summer App Deals", SUBJECT)
    assert (notification.kind, notification.text) == (
        NotificationKind.APPLICATION_DECIDED,
        "Your application for Summer App Deals was approved.",
    )


def test_live_link_has_its_code() -> None:
    notification = application_notifications.live("abcde12345", "Summer App Deals", SUBJECT)
    assert notification.text == "Your link abcde12345 to Summer App Deals is live."
    assert notification.subject == {**SUBJECT, "code": "abcde12345"}
