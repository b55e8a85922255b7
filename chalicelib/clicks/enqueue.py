"""Send a click that the table did not take to the backlog queue while a visitor waits: without the AWS SDK.

Importing the SDK alone takes longer than this may.
"""

import json
import time

from chalicelib import settings
from chalicelib.aws_json import credentials, transport
from chalicelib.dynamodb import wait_limit

SQS = transport.Service("sqs", "AmazonSQS")

_ATTEMPTS = 2


class NotQueued(Exception):  # noqa: N818 - a fact about a click
    """The queue did not accept the click in time, or its answer was lost."""


def enqueue(body: str) -> None:
    """Send the click to the queue, in half a second (`CLICK_SECONDS`) with one retry.

    It may be sent twice, and is written once all the same: under its own ID. Raises NotQueued, KeyError or
    NoCredentials.
    """
    if settings.table_client() == "pynamodb":
        from chalicelib import sqs  # noqa: PLC0415 - loads the SDK, as the table's client did

        sqs.send(settings.click_backlog_queue(), body)
        return
    message = json.dumps({"QueueUrl": settings.click_backlog_queue(), "MessageBody": body}).encode()
    transport.prepare(SQS)
    end, error = time.monotonic() + wait_limit.click_seconds(), ""
    for attempts_left in range(_ATTEMPTS, 0, -1):
        now = time.monotonic()
        try:
            request = transport.signed_request(SQS, "SendMessage", message)
            response = transport.round_trip(SQS, request, now + (end - now) / attempts_left)
        except transport.ConnectionBroken as broken:
            error = str(broken)
            continue
        if response.is_ok and "MessageId" in response.document:
            return
        error = f"{response.code}: {response.message}"
        credentials.provider.cache_clear()  # they may have expired
    raise NotQueued(error)
