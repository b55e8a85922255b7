from chalicelib.emails.templates import TEMPLATES, interface_of
from chalicelib.notifications.notification import NotificationKind


def test_every_kind_has_a_template_of_its_own() -> None:
    assert set(TEMPLATES) == set(NotificationKind)
    assert len({template.title for template in TEMPLATES.values()}) == len(NotificationKind)


def test_staff_is_sent_to_the_console_and_publishers_to_the_portal() -> None:
    assert interface_of(NotificationKind.CAP_REACHED) == "console"
    assert interface_of(NotificationKind.LINK_LIVE) == "portal"
