from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.postbacks.retry_schedule import MAX_ATTEMPTS, retry_delay

JITTER = st.floats(0, 1, exclude_max=True)


def test_delays_without_jitter_are_those_of_the_schedule() -> None:
    delays = [retry_delay(attempt, 0) for attempt in range(1, MAX_ATTEMPTS)]
    seconds = [5, 30, 180, 900, 3600, 18_000, 61_200]
    assert delays == [timedelta(seconds=n) for n in seconds]


def test_last_attempt_has_no_delay() -> None:
    assert [retry_delay(8, 0.5), retry_delay(9, 0.5)] == [None, None]


@pytest.mark.parametrize(("jitter", "seconds"), [(0.0, 30), (0.5, 27), (1.0, 24)])
def test_jitter_shortens_the_delay_by_up_to_a_fifth(jitter: float, seconds: int) -> None:
    assert retry_delay(2, jitter) == timedelta(seconds=seconds)


@given(st.lists(JITTER, min_size=MAX_ATTEMPTS - 1, max_size=MAX_ATTEMPTS - 1))
def test_all_attempts_are_within_a_day_and_the_first_retry_within_a_minute(jitters: list[float]) -> None:
    delays = [retry_delay(attempt, jitter) or timedelta() for attempt, jitter in enumerate(jitters, 1)]
    assert timedelta(hours=18) < sum(delays, timedelta()) < timedelta(days=1)
    assert timedelta(0) < delays[0] < timedelta(minutes=1)


@given(JITTER, JITTER)
def test_every_delay_is_longer_than_the_one_before(odd: float, even: float) -> None:
    delays = [retry_delay(attempt, (even, odd)[attempt % 2]) or timedelta() for attempt in range(1, MAX_ATTEMPTS)]
    assert delays == sorted(set(delays))
