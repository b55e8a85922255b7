import pytest

from chalicelib.notifications.notification import NotificationKind
from chalicelib.notifications.preferences import EMAIL_RULES, Audience, email_choices, wants_email

ISSUE = [
    "application_received",
    "application_decided",
    "link_live",
    "postback_failing",
    "delivery_dead",
    "cap_nearly_reached",
    "cap_reached",
    "postbacks_refused",
    "smartlink_paused",
    "smartlink_resumed",
    "smartlink_deleted",
]


def test_every_kind_has_a_rule() -> None:
    assert set(EMAIL_RULES) == set(NotificationKind)


@pytest.mark.parametrize("kind", ISSUE)
def test_kind_is_sent_by_default(kind: str) -> None:
    assert wants_email({}, NotificationKind(kind))


@pytest.mark.parametrize("kind", ["fallback_share", "poison_record"])
def test_frequent_or_technical_kind_is_not_sent_by_default(kind: str) -> None:
    assert not wants_email({}, NotificationKind(kind))
    assert wants_email({kind: True}, NotificationKind(kind))


def test_kind_that_was_switched_off_is_not_sent() -> None:
    assert not wants_email({"link_live": False}, NotificationKind.LINK_LIVE)


def test_choices_have_each_kind_of_the_audience() -> None:
    staff, publisher = email_choices({}, Audience.STAFF), email_choices({"link_live": False}, Audience.PUBLISHER)
    assert staff.keys() | publisher.keys() == {kind.value for kind in NotificationKind}
    assert staff.keys() & publisher.keys() == set()
    assert [kind for kind, is_on in publisher.items() if not is_on] == ["link_live"]
