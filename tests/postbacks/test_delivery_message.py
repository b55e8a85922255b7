import json
import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.postbacks.delivery_message import decode, delivery_id, encode, next_attempt, queue_delay
from tests.builders import NOW
from tests.postbacks.rows import a_message


def test_message_is_encoded_as_json() -> None:
    assert json.loads(encode(a_message())) == {
        "publisher_id": "pub_1",
        "postback_id": "pbk_1",
        "conversion_id": "cnv_1",
        "revision": 1,
        "series": "first",
        "attempt": 1,
        "due": "2026-11-04T12:30:00+00:00",
    }


@given(st.text(), st.none() | st.text(), st.none() | st.integers(), st.integers(1, 8))
def test_decoded_message_equals_the_encoded_one(
    series: str, conversion: str | None, revision: Any, attempt: int
) -> None:
    message = a_message(series=series, conversion_id=conversion, revision=revision, attempt=attempt)
    assert decode(encode(message)) == message


BROKEN = {
    "no JSON": "not json",
    "a list": "[]",
    "empty": "{}",
    "one field too many": encode(a_message())[:-1] + ',"more":1}',
    "one field missing": encode(a_message()).replace('"series":"first",', ""),
    "no time": encode(a_message()).replace("2026", "soon"),
    "a time without offset": encode(a_message()).replace("+00:00", ""),
    "an attempt that is no number": encode(a_message()).replace('"attempt":1', '"attempt":"1"'),
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_invalid_message_raises(body: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        decode(body)


def test_delivery_id_depends_on_every_field_except_the_due_time() -> None:
    first = a_message()
    others = [
        a_message(postback_id="pbk_2"),
        a_message(conversion_id="cnv_2"),
        a_message(conversion_id=None),
        a_message(revision=2),
        a_message(series="rpl_1"),
        a_message(attempt=2),
    ]
    assert (
        delivery_id(first) == delivery_id(a_message(due=NOW + timedelta(hours=1))) == "dlv_vf42x9m3qb0m5013s0s4v2z813"
    )
    assert len({delivery_id(message) for message in (first, *others)}) == 7


@given(st.text())
def test_delivery_id_has_the_form_of_every_id(series: str) -> None:
    assert re.fullmatch("dlv_[0-9a-hjkmnp-tv-z]{26}", delivery_id(a_message(series=series)))


def test_next_attempt_is_of_the_same_series() -> None:
    due = NOW + timedelta(seconds=5)
    assert next_attempt(a_message(series="rpl_1"), due) == a_message(series="rpl_1", attempt=2, due=due)


@pytest.mark.parametrize(
    ("seconds", "delay"),
    [(-5, 0), (0, 0), (0.2, 1), (5, 5), (899.5, 900), (900, 900), (61_200, 900)],
)
def test_message_is_delayed_until_it_is_due_by_at_most_15_minutes(seconds: float, delay: int) -> None:
    assert queue_delay(a_message(due=NOW + timedelta(seconds=seconds)), NOW) == delay
