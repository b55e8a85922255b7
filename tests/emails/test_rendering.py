import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.emails.rendering import MAX_SUBJECT, Email, one_line, render
from chalicelib.notifications.notification import Notification, NotificationKind

URL = "https://go.network.example"
SUBJECT = {"smartlink_id": "sml_1", "campaign_id": "cmp_1", "publisher_id": None}
kinds = pytest.mark.parametrize("kind", NotificationKind)


def rendered(kind: NotificationKind, text: str = "Something happened.", url: str = URL, network: str = "Net") -> Email:
    return render(Notification(kind, SUBJECT, text), network, url)


def test_email_of_a_live_link() -> None:
    email = rendered(NotificationKind.LINK_LIVE, "Your link abc to Summer App Deals is live.")
    assert email.subject == "Your link abc to Summer App Deals is live."
    assert email.text == (
        "Your link is live.\n\nYour link abc to Summer App Deals is live.\n\nYou can send traffic to it now.\n\n"
        "Open your tracking link: https://go.network.example/portal#/smartlinks/sml_1\n\n-- \n"
        "Net sent you this e-mail because of your settings. To get no more e-mails of the kind “Your link is live” "
        "(link_live), switch it off in your account in the portal, under E-mail notifications.\n"
    )
    assert '<a href="https://go.network.example/portal#/smartlinks/sml_1">Open your tracking link</a>' in email.html


@kinds
def test_each_kind_has_its_text_one_link_and_the_way_to_switch_it_off(kind: NotificationKind) -> None:
    email = rendered(kind, "Ann & Bob.")
    assert email.subject == "Ann & Bob."
    assert "<p>Ann &amp; Bob.</p>" in email.html
    assert email.html.count("<a ") == email.text.count(URL) == 1
    assert all(f"({kind}), switch it off" in body for body in (email.text, email.html))
    assert "<img" not in email.html


@kinds
def test_email_has_no_link_without_a_public_url(kind: NotificationKind) -> None:
    email = rendered(kind, url="")
    assert ("href" in email.html, "http" in email.text) == (False, False)


def test_link_leads_to_the_list_if_the_subject_has_no_id() -> None:
    email = render(Notification(NotificationKind.CAP_REACHED, {"campaign_id": None}, "A cap."), "Net", URL)
    assert f"{URL}/console#/campaigns\n" in email.text


def test_id_in_the_link_is_encoded() -> None:
    email = render(Notification(NotificationKind.CAP_REACHED, {"campaign_id": 'a"/b'}, "A cap."), "Net", URL)
    assert 'href="https://go.network.example/console#/campaigns/a%22%2Fb"' in email.html


def test_name_with_line_breaks_adds_no_paragraph_to_the_text() -> None:
    email = rendered(NotificationKind.APPLICATION_RECEIVED, "Ann\n\nUrgent: pay\u2028now\u202e applied.")
    assert "\n\nAnn Urgent: pay now applied.\n\n" in email.text
    assert "<p>Ann Urgent: pay now applied.</p>" in email.html


def test_long_subject_is_cut() -> None:
    email = rendered(NotificationKind.FALLBACK_SHARE, "x" * 500)
    assert (len(email.subject), email.subject[-2:]) == (MAX_SUBJECT, "x…")


@given(st.text())
def test_no_text_breaks_the_subject_or_the_html(text: str) -> None:
    email = rendered(NotificationKind.APPLICATION_RECEIVED, f"<b>{text}", network=f"{text}</p>")
    assert email.subject.isprintable()
    assert len(email.subject) <= MAX_SUBJECT
    tags = re.findall(r"<(/?[a-z!][a-z0-9]*)", email.html)
    assert tags == re.findall(r"<(/?[a-z!][a-z0-9]*)", rendered(NotificationKind.APPLICATION_RECEIVED).html)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("Evil\r\nBcc: all@x.example", "Evil Bcc: all@x.example", id="header injection"),
        pytest.param("a\u2028b\u0000c", "a b c", id="other line breaks and control characters"),
        pytest.param("  Zoë — 100 %  ", "Zoë — 100 %", id="letters and signs stay"),
    ],
)
def test_text_becomes_one_line(text: str, line: str) -> None:
    assert one_line(text) == line
