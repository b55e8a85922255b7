import pytest

from chalicelib.emails.message import EmailMessage, decode, encode

MESSAGE = EmailMessage("pub_1#2026", "ntf_1", "pub_1")


def test_message_is_the_same_after_the_queue() -> None:
    assert decode(encode(MESSAGE)) == MESSAGE


@pytest.mark.parametrize(("owner_year", "owner"), [("admin#2026", "admin"), ("pub_1#2027", "pub_1")])
def test_owner_is_the_key_without_the_year(owner_year: str, owner: str) -> None:
    assert EmailMessage(owner_year, "ntf_1", "usr_1").owner == owner


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "null",
        '{"owner_year": "", "notification_id": "ntf_1", "person": "p"}',
        '{"owner_year": 1, "notification_id": "n", "person": "p"}',
    ],
)
def test_another_body_is_refused(body: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        decode(body)
