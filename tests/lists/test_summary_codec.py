from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.lists.summary_codec import decode, encode

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda some: st.lists(some) | st.dictionaries(st.text(), some),
)
CAMPAIGN = {
    "id": "cmp_01m8gejes9nwds5dz7net3fvep",
    "version": 3,
    "created_at": "2026-11-04T12:00:00.000Z",
    "updated_at": "2026-11-28T08:00:00.000Z",
    "name": "Game A, summer",
    "advertiser": "Acme",
    "tags": ["app"],
    "status": "active",
    "payout": "1.50",
    "revenue": "2.00",
    "payout_percent": "0",
    "revenue_percent": "0",
    "currency": "USD",
    "tracking": "postback",
    "approval": "auto",
    "caps": [{"metric": "clicks", "window": "day", "limit": "1000", "scope": "campaign", "timezone": "UTC"}],
    "goal_count": 0,
    "countries": ["US", "GB"],
}


@given(st.dictionaries(st.text(), VALUES))
def test_any_summary_is_decoded_as_it_was(summary: dict[str, Any]) -> None:
    assert decode(encode(summary)) == summary


def test_usual_summary_has_less_than_two_hundred_bytes() -> None:
    assert len(encode(CAMPAIGN)) < 200


def test_stored_summary_can_still_be_read() -> None:
    stored = bytes.fromhex(
        "43493db916e9a959a9c59679e529c5a62955e679a925c66965e02085a72a635ca9ca24c4d08888546564116260813555b903"
        "2905471d85e2d2dc5c7026440977c7e4dc5444d8833cad34e823004b3ea64a31412056c125546c2d00"
    )
    assert decode(stored) == CAMPAIGN
