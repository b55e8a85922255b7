from chalicelib.access import application_notifications
from chalicelib.domain.publisher import ApplicationStatus
from chalicelib.notifications.notification import Notification, NotificationKind

SUBJECT: dict[str, str | None] = {"smartlink_id": "sml_1", "publisher_id": "pub_1", "application_id": None}


def test_admins_read_who_applies_for_what() -> None:
    assert application_notifications.received("Ann", "Summer App Deals", SUBJECT) == Notification(
        NotificationKind.APPLICATION_RECEIVED, SUBJECT, "Ann applies for Summer App Deals."
    )


def test_a_publisher_reads_why_they_were_declined() -> None:
    notice = application_notifications.decided(
        ApplicationStatus.DECLINED, "no such traffic", "Summer App Deals", SUBJECT
    )
    assert notice.text == "Your application for Summer App Deals was declined: no such traffic"


def test_a_decision_without_a_reason_is_told_without_one() -> None:
    notice = application_notifications.decided(ApplicationStatus.APPROVED, None, "Summer App Deals", SUBJECT)
    assert (notice.kind, notice.text) == (
        NotificationKind.APPLICATION_DECIDED,
        "Your application for Summer App Deals was approved.",
    )


def test_a_live_link_is_told_with_its_code() -> None:
    notice = application_notifications.live("abcde12345", "Summer App Deals", SUBJECT)
    assert notice.text == "Your link abcde12345 to Summer App Deals is live."
    assert notice.subject == {**SUBJECT, "code": "abcde12345"}
