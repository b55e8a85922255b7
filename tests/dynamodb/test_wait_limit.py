"""The time limit that all requests of a click share."""

from threading import Thread

import pytest

from chalicelib.dynamodb import wait_limit
from chalicelib.dynamodb.wait_limit import WaitLimit


def test_each_request_outside_of_a_click_has_three_seconds() -> None:
    wait_limit.current().spend(2.9)
    assert wait_limit.current() == WaitLimit(seconds=3.0, attempts=4)
    assert not wait_limit.is_click()


def test_requests_of_a_click_share_half_a_second() -> None:
    @wait_limit.one_click
    def click() -> tuple[bool, float]:
        wait_limit.current().spend(0.2)
        wait_limit.current().spend(0.1)
        return wait_limit.is_click(), wait_limit.current().seconds

    is_click, seconds = click()
    assert is_click
    assert seconds == pytest.approx(0.2)
    assert not wait_limit.is_click()


def test_next_click_has_half_a_second_again() -> None:
    @wait_limit.one_click
    def click() -> float:
        wait_limit.current().spend(0.4)
        return wait_limit.current().seconds

    assert [click(), click()] == pytest.approx([0.1, 0.1])


def test_limit_ends_with_a_click_that_fails() -> None:
    with pytest.raises(ZeroDivisionError):
        wait_limit.one_click(lambda: 1 / 0)()
    assert not wait_limit.is_click()


def test_click_of_another_thread_has_its_own_limit() -> None:
    seen = list[bool]()

    @wait_limit.one_click
    def click() -> None:
        thread = Thread(target=lambda: seen.append(wait_limit.is_click()))
        thread.start()
        thread.join()

    click()
    assert seen == [False]


@pytest.mark.parametrize(("spent", "left"), [(0.0, 0.1), (0.3, 0.1), (0.45, 0.05), (0.6, -0.1)])
def test_after_a_failure_at_most_a_tenth_of_a_second_is_left(spent: float, left: float) -> None:
    limit = WaitLimit(seconds=0.5, seconds_after_failure=0.1, has_failed=True)
    limit.spend(spent)
    assert limit.seconds == pytest.approx(left)


@pytest.mark.parametrize(("setting", "seconds"), [("", 0.5), ("3", 3.0), ("0.25", 0.25)])
def test_time_of_a_click_is_a_setting(setting: str, seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLICK_SECONDS", setting)
    wait_limit.click_seconds.cache_clear()
    limit = wait_limit.one_click(wait_limit.current)()
    wait_limit.click_seconds.cache_clear()
    assert (limit.seconds, limit.attempt_seconds) == (seconds, seconds / 2)
    assert limit.seconds_after_failure == pytest.approx(seconds / 5)


def test_first_read_of_a_link_takes_no_time_of_the_rest_of_the_click() -> None:
    @wait_limit.one_click
    def click() -> float:
        with wait_limit.first_read():
            assert (wait_limit.current().seconds, wait_limit.current().attempts) == (1.2, 2)
            wait_limit.current().spend(1.0)
        return wait_limit.current().seconds

    assert click() == 0.5
