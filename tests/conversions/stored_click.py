"""A stored click for conversions that tests make without a table."""

from typing import Any

CLICK_ID = "01m7y0t1vmy3cyr3ct0v4mvta8"
CLICK_AT = 1_793_700_000_123
NOW_MS = 1_793_795_400_000
"""The time `tests.builders.NOW` in milliseconds."""

CLICK: dict[str, Any] = {
    "at": CLICK_AT,
    "route_id": "sml_1",
    "epoch": 3,
    "campaign_id": "cmp_1",
    "publisher_id": "pub_1",
    "country": "US",
    "device": "mobile",
    "os": "ios",
    "sub_ids": {"sub1": "jan", "sub2": "x"},
    "outcome": "offer",
    "arm": "optimized",
}
