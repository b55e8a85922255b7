"""Sends e-mails with Amazon SES."""

from email.utils import formataddr
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.emails.rendering import Email, one_line

_MAX_SENDER = 60
_REFUSALS = {"BadRequestException", "MessageRejected"}
_UNVERIFIED = "not verified"


class EmailRefused(Exception):  # noqa: N818 - an expected outcome, not a fault
    """SES never sends this e-mail, for example because the address is not valid."""


def send(email: Email, address: str, *, sender: str, network: str) -> None:
    """Send an e-mail from the address `sender`, which is shown with the network's name.

    Raise `EmailRefused` if it cannot ever be sent. After any other error, such as throttling, try again later.
    """
    name = one_line(network)[:_MAX_SENDER]
    body = {"Text": _content(email.text), "Html": _content(email.html)}
    try:
        _client().send_email(
            FromEmailAddress=formataddr((name, sender)),
            Destination={"ToAddresses": [address]},
            Content={"Simple": {"Subject": _content(email.subject), "Body": body}},
        )
    except ClientError as error:
        if is_refusal(error):
            raise EmailRefused(str(error)) from error
        raise


def is_refusal(error: ClientError) -> bool:
    """Return whether SES will never send the e-mail.

    An unverified address, that of the sender or in the sandbox that of the recipient, is an error of configuration:
    the e-mail waits until it is corrected.
    """
    details = error.response["Error"]
    return details["Code"] in _REFUSALS and _UNVERIFIED not in details.get("Message", "")


def _content(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}


@cache
def _client() -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
    import boto3  # noqa: PLC0415 - only where e-mails are sent
    from botocore.config import Config  # noqa: PLC0415

    # One attempt: after a timeout it is unknown whether the e-mail was sent.
    return boto3.client("sesv2", config=Config(connect_timeout=2, read_timeout=8, retries={"total_max_attempts": 1}))
