"""Changed conversions, from their table's stream, to all postbacks that want to hear of them."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chalicelib.postbacks.delivery_message import FIRST, DeliveryMessage
from chalicelib.postbacks.queue import send
from chalicelib.postbacks.subscription_filter import matches
from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.postbacks import PostbackRow

_log = logging.getLogger("smartlink")


def fan_out(records: Sequence[Mapping[str, Any]], now: datetime) -> str | None:
    """Queues a message for each conversion and postback; the sequence number of the first record not done, or None.

    A record read again queues the same messages again, which ask for the same deliveries. What is no
    conversion is logged and left out: it must not hold up those after it.
    """
    known: dict[str, list[PostbackRow]] = {}
    for record in records:
        conversion = _conversion(record)
        try:
            send(_messages(conversion, known, now) if conversion else [], now)
        except Exception:  # noqa: BLE001 - whatever it was, the stream comes again from here
            _log.exception("conversion not announced")
            return str(record["dynamodb"]["SequenceNumber"])
    return None


def _conversion(record: Mapping[str, Any]) -> ConversionRow | None:
    """The conversion as the record leaves it; None where it leaves none, or nothing that can be read."""
    image = record.get("dynamodb", {}).get("NewImage")
    if not image:
        return None
    row = ConversionRow()
    try:
        row.deserialize(image)
        row.serialize()  # raises where an attribute is missing
    except Exception:  # noqa: BLE001 - a broken record breaks in many ways
        _log.exception("a record of the conversions' stream is no conversion")
        return None
    return row


def _messages(conversion: ConversionRow, known: dict[str, list[PostbackRow]], now: datetime) -> list[DeliveryMessage]:
    publisher_id = conversion.publisher_id
    if publisher_id not in known:
        known[publisher_id] = list(PostbackRow.query(publisher_id, consistent_read=True))
    told = [row.id for row in known[publisher_id] if matches(row, conversion.attribute_values)]
    return [
        DeliveryMessage(publisher_id, postback_id, conversion.id, conversion.revision, FIRST, 1, now)
        for postback_id in told
    ]
