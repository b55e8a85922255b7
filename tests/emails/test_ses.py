from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from chalicelib.emails import ses
from chalicelib.emails.rendering import Email

EMAIL = Email("Zoë applies.", "plain", "<p>html</p>")


class Client:
    """A fake client of SES, which answers with an error if it has one."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.sent: list[dict[str, Any]] = []

    def send_email(self, **request: Any) -> None:
        if self.error:
            raise self.error
        self.sent.append(request)


def send(monkeypatch: pytest.MonkeyPatch, client: Client, network: str = "Summer Network") -> list[dict[str, Any]]:
    monkeypatch.setattr(ses, "_client", lambda: client)
    ses.send(EMAIL, "ann@pub.example", sender="network@smartlink.example", network=network)
    return client.sent


def an_error(code: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "SendEmail")


def test_email_is_sent_as_text_and_html(monkeypatch: pytest.MonkeyPatch) -> None:
    (request,) = send(monkeypatch, Client())
    assert request["FromEmailAddress"] == "Summer Network <network@smartlink.example>"
    assert request["Destination"] == {"ToAddresses": ["ann@pub.example"]}
    assert request["Content"]["Simple"] == {
        "Subject": {"Data": "Zoë applies.", "Charset": "UTF-8"},
        "Body": {
            "Text": {"Data": "plain", "Charset": "UTF-8"},
            "Html": {"Data": "<p>html</p>", "Charset": "UTF-8"},
        },
    }


@pytest.mark.parametrize(
    ("network", "sender"),
    [
        pytest.param("Net\r\nBcc: x@y.example", '"Net Bcc: x@y.example" <network@smartlink.example>', id="line break"),
        pytest.param('A "B"', '"A \\"B\\"" <network@smartlink.example>', id="quotes"),
        pytest.param("Zoë", "=?utf-8?q?Zo=C3=AB?= <network@smartlink.example>", id="beyond ASCII"),
        pytest.param("n" * 99, f"{'n' * 60} <network@smartlink.example>", id="long"),
    ],
)
def test_name_of_the_network_is_a_valid_header(monkeypatch: pytest.MonkeyPatch, network: str, sender: str) -> None:
    assert send(monkeypatch, Client(), network)[0]["FromEmailAddress"] == sender


@pytest.mark.parametrize("code", ["BadRequestException", "MessageRejected"])
def test_refusal_is_final(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    with pytest.raises(ses.EmailRefused, match="no"):
        send(monkeypatch, Client(an_error(code)))


@pytest.mark.parametrize(
    "error",
    [
        an_error("TooManyRequestsException"),
        an_error("SendingPausedException"),
        an_error("AccessDeniedException"),
        an_error("MessageRejected", "Email address is not verified. The following identities failed the check"),
        ReadTimeoutError(endpoint_url="https://email.us-east-1.amazonaws.com"),
    ],
    ids=["throttled", "paused", "not allowed", "sender not verified", "no answer"],
)
def test_other_error_is_raised_so_that_the_email_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    with pytest.raises(type(error)):
        send(monkeypatch, Client(error))


def test_client_makes_one_attempt() -> None:
    client = ses._client()
    assert client.meta.service_model.service_name == "sesv2"
    assert client.meta.config.retries["total_max_attempts"] == 1
