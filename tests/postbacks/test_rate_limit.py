from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pynamodb.exceptions import UpdateError

from chalicelib.domain.timestamps import milliseconds
from chalicelib.http.problems import TooManyRequests
from chalicelib.http.transactions import TransactionConflict
from chalicelib.postbacks import rate_limit
from chalicelib.postbacks.rate_limit import TESTS, recent_tests, take_place
from chalicelib.tables.base import get_or_none
from chalicelib.tables.postbacks import PostbackDeliveryRow
from tests.builders import NOW
from tests.conftest import dynamodb

AT = milliseconds(NOW)


@given(st.lists(st.integers(0, 30_000), max_size=60))
def test_any_minute_has_at_most_ten_tests(waits: list[int]) -> None:
    taken, counted, at = list[int](), list[int](), AT
    for wait in waits:
        at += wait
        try:
            counted = [*recent_tests(counted, at), at]
        except TooManyRequests:
            continue
        taken.append(at)
    assert max((sum(start <= each < start + 60_000 for each in taken) for start in taken), default=0) <= TESTS


@given(st.lists(st.integers(AT - 59_999, AT), min_size=10, max_size=10))
def test_wait_is_the_shortest_after_which_a_test_is_accepted(counted: list[int]) -> None:
    with pytest.raises(TooManyRequests) as refused:
        recent_tests(counted, AT)
    seconds = refused.value.seconds
    assert len(recent_tests(counted, AT + seconds * 1000)) < TESTS
    assert seconds == 1 or AT + (seconds - 1) * 1000 < min(counted) + 60_000


@pytest.mark.usefixtures("tables")
def test_each_publisher_has_ten_of_their_own_and_one_more_after_a_minute() -> None:
    for _ in range(TESTS):
        take_place("pub_1", NOW)
    take_place("pub_2", NOW)
    with pytest.raises(TooManyRequests, match=r"Try again in 60 s\."):
        take_place("pub_1", NOW)
    take_place("pub_1", NOW + timedelta(minutes=1))
    row = PostbackDeliveryRow.get("tests#pub_1")
    assert (row.tested_at, row.expires_at) == ([AT + 60_000], AT // 1000 + 60 + 86_400)


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("earlier", [0, 1])
def test_test_that_is_counted_at_the_same_time_is_a_conflict(monkeypatch: pytest.MonkeyPatch, earlier: int) -> None:
    for _ in range(earlier):
        take_place("pub_1", NOW)
    stale = get_or_none(PostbackDeliveryRow, "tests#pub_1")
    take_place("pub_1", NOW)
    monkeypatch.setattr(rate_limit, "get_or_none", lambda *_: stale)
    with pytest.raises(TransactionConflict):
        take_place("pub_1", NOW)
    assert len(PostbackDeliveryRow.get("tests#pub_1").tested_at) == earlier + 1


@pytest.mark.usefixtures("tables")
def test_other_errors_of_the_table_are_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "get_or_none", lambda *_: None)
    dynamodb().delete_table(TableName="smartlink-postback_deliveries")
    with pytest.raises(UpdateError):
        take_place("pub_1", NOW)
