"""Write a click to its table, or to the backlog queue."""

import sys
from collections.abc import Mapping
from typing import Any

from chalicelib.clicks.item_codec import encode
from chalicelib.dynamodb.client import call, table_name
from chalicelib.settings import ATTRIBUTION_GRACE_DAYS, click_days


def write_click(click: Mapping[str, Any], attribution_window_days: int = 0) -> bool:
    """Write the click and return whether the table took it; otherwise it goes to the backlog queue.

    It expires `CLICK_DAYS` after the click, or a week after the attribution window of its campaign if that is later.
    If the queue rejects it too, it goes to the log. Never raises: the visitor is waiting.
    """
    days = max(click_days(), attribution_window_days + ATTRIBUTION_GRACE_DAYS)
    item = encode(click, click["at"] // 1000 + days * 86_400)
    try:
        _write(item)
    except Exception as error:  # noqa: BLE001 - whatever it is, the click must not be lost
        print(f"click {click['click_id']} queued for retry: {error!r}", file=sys.stderr)
        _send_to_backlog(click["click_id"], item)
        return False
    return True


def _write(stored: str) -> None:
    # Whole and under its own ID: to write it twice is to write it once.
    call("PutItem", f'{{"TableName":"{table_name("clicks")}","Item":{stored}}}')


def _send_to_backlog(click_id: str, stored: str) -> None:
    try:
        from chalicelib.clicks.enqueue import enqueue  # noqa: PLC0415 - needed only when the table fails

        enqueue(stored)
    except Exception as error:  # noqa: BLE001 - see above
        print(f"click {click_id} not queued: {error!r}", file=sys.stderr)
        # The last resort that can still be replayed by hand; `ClicksNotWrittenAlarm` watches for the word.
        print(f"CLICK_NOT_WRITTEN {stored}", file=sys.stderr, flush=True)
