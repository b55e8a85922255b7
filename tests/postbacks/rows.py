"""Builders of rows and messages with defaults, and access to the queue."""

from dataclasses import replace
from typing import Any

from chalicelib import sqs
from chalicelib.postbacks.delivery_message import DeliveryMessage, decode
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.postbacks import PostbackRow
from tests.builders import NOW

AT = 1_793_795_400_000
"""`NOW` in milliseconds."""


def a_postback(postback_id: str = "pbk_1", **changes: Any) -> PostbackRow:
    fields = {
        "version": 1,
        "url": "https://pub.example/?cid={external_click_id}&p={payout}",
        "event": "*",
        "status": "approved",
        "secret": "5ec2e7",
        "created_at": "2026-11-01T00:00:00.000Z",
        "updated_at": "2026-11-01T00:00:00.000Z",
    }
    return PostbackRow(changes.pop("publisher_id", "pub_1"), postback_id, **{**fields, **changes})


def a_conversion(conversion_id: str = "cnv_1", **changes: Any) -> ConversionRow:
    fields = {
        "click_id": "click-1",
        "txid": "tx 1",
        "event": "install",
        "status": "approved",
        "revision": 1,
        "at": AT,
        "click_at": AT - 60_999,
        "campaign_id": "cmp_1",
        "route_id": "sml_1",
        "epoch": 1,
        "publisher_id": "pub_1",
        "payout": "1.50",
        "revenue": "2.75",
        "currency": "EUR",
        "country": "US",
        "device": "mobile",
        "os": "ios",
        "sub1": "news",
        "places": [],
        "day_shard": "2026-11-04#3",
        "moment": "0",
    }
    return ConversionRow(conversion_id, **{**fields, **changes})


def a_click(click_id: str = "click-1", **changes: Any) -> ClickRow:
    fields = {
        "at": AT - 60_999,
        "expires_at": 1_829_560_000,
        "code": "abcde12345",
        "route_id": "sml_1",
        "route_version": 7,
        "epoch": 1,
        "publisher_id": "pub_1",
        "outcome": "offer",
        "campaign_id": "cmp_1",
        "arm": "weighted",
        "country": "US",
        "region": "US-CA",
        "city": "Fresno",
        "device": "mobile",
        "os": "ios",
        "browser": "safari",
        "language": "en",
        "sub_ids": {"sub1": "news", "sub10": "a&b"},
        "source": "fb",
        "external_click_id": "their id",
        "parameters": "a=1&b=%20",
    }
    return ClickRow(click_id, **{**fields, **changes})


def a_message(**changes: Any) -> DeliveryMessage:
    return replace(DeliveryMessage("pub_1", "pbk_1", "cnv_1", 1, "first", 1, NOW), **changes)


def make_queue() -> None:
    """Create the queue of the settings, empty."""
    sqs.client().create_queue(QueueName="postbacks")


def queued() -> list[DeliveryMessage]:
    """Return the messages in the queue in order, including delayed ones."""
    return [decode(message.body) for message in _messages()]


def delays() -> list[int]:
    """Return the delay of each message in the queue in seconds."""
    return [max(0, round((message.delayed_until - message.sent_timestamp) / 1000)) for message in _messages()]


def _messages() -> list[Any]:
    from moto.sqs.models import sqs_backends

    return list(sqs_backends["123456789012"]["us-east-1"].queues["postbacks"]._messages)
