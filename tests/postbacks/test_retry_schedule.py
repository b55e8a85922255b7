from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.postbacks.retry_schedule import ATTEMPTS, wait

JITTER = st.floats(0, 1, exclude_max=True)


def test_without_jitter_the_waits_are_those_of_the_schedule() -> None:
    waits = [wait(attempt, 0) for attempt in range(1, ATTEMPTS)]
    seconds = [5, 30, 180, 900, 3600, 18_000, 61_200]
    assert waits == [timedelta(seconds=each) for each in seconds]


def test_the_last_try_is_not_waited_after() -> None:
    assert [wait(8, 0.5), wait(9, 0.5)] == [None, None]


@pytest.mark.parametrize(("jitter", "seconds"), [(0.0, 30), (0.5, 27), (1.0, 24)])
def test_jitter_takes_up_to_a_fifth_off(jitter: float, seconds: int) -> None:
    assert wait(2, jitter) == timedelta(seconds=seconds)


@given(st.lists(JITTER, min_size=ATTEMPTS - 1, max_size=ATTEMPTS - 1))
def test_all_tries_fall_within_a_day_and_the_first_retry_within_a_minute(jitters: list[float]) -> None:
    waits = [wait(attempt, jitter) or timedelta() for attempt, jitter in enumerate(jitters, 1)]
    assert timedelta(hours=18) < sum(waits, timedelta()) < timedelta(days=1)
    assert timedelta(0) < waits[0] < timedelta(minutes=1)


@given(JITTER, JITTER)
def test_every_wait_is_longer_than_the_one_before_it(one: float, other: float) -> None:
    waits = [wait(attempt, (one, other)[attempt % 2]) or timedelta() for attempt in range(1, ATTEMPTS)]
    assert waits == sorted(set(waits))
