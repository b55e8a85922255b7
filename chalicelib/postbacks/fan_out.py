"""Fan-out of changed conversions, read from the table's stream, to all postbacks that match."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chalicelib.postbacks.delivery_message import FIRST_SERIES, DeliveryMessage
from chalicelib.postbacks.queue import enqueue
from chalicelib.postbacks.subscription_filter import matches
from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.postbacks import PostbackRow

_log = logging.getLogger("smartlink")


def fan_out(records: Sequence[Mapping[str, Any]], now: datetime) -> str | None:
    """Queue one message per conversion and matching postback.

    Return the sequence number of the first record that failed, or None. Processing a record twice requests the
    same deliveries twice. A record that cannot be parsed is logged and skipped, so that it does not block the
    stream.
    """
    postbacks: dict[str, list[PostbackRow]] = {}
    for record in records:
        conversion = _decode_conversion(record)
        try:
            enqueue(_messages(conversion, postbacks, now) if conversion else [], now)
        except Exception:  # noqa: BLE001 - after any error the stream continues from this record
            _log.exception("the postbacks of a conversion were not queued")
            return str(record["dynamodb"]["SequenceNumber"])
    return None


def _decode_conversion(record: Mapping[str, Any]) -> ConversionRow | None:
    """Return the conversion after the change; None if it was removed or cannot be parsed."""
    image = record.get("dynamodb", {}).get("NewImage")
    if not image:
        return None
    row = ConversionRow()
    try:
        row.deserialize(image)
        row.serialize()  # raises if an attribute is missing
    except Exception:  # noqa: BLE001 - a broken record raises many kinds of errors
        _log.exception("a stream record of the conversions table is not a conversion")
        return None
    return row


def _messages(
    conversion: ConversionRow, postbacks: dict[str, list[PostbackRow]], now: datetime
) -> list[DeliveryMessage]:
    """Return one message per matching postback; `postbacks` caches the rows by publisher."""
    publisher_id = conversion.publisher_id
    if publisher_id not in postbacks:
        postbacks[publisher_id] = list(PostbackRow.query(publisher_id, consistent_read=True))
    return [
        DeliveryMessage(publisher_id, row.id, conversion.id, conversion.revision, FIRST_SERIES, 1, now)
        for row in postbacks[publisher_id]
        if matches(row, conversion.attribute_values)
    ]
