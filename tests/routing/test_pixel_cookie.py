from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.ids import time_ordered_id
from chalicelib.routing import pixel_cookie
from chalicelib.routing.pixel_cookie import MAX_CAMPAIGNS, click_id, is_navigation, set_cookie
from tests.builders import NOW, a_campaign

CLICK = time_ordered_id(NOW, bytes(10))
SECONDS = int(NOW.timestamp())
DAY = timedelta(days=1)


def cookie_after(*visits: tuple[str, int], window: int = 30) -> str:
    """Return the cookie of a browser after clicks on campaigns, each a number of days after `NOW`."""
    cookie = ""
    for campaign_id, day in visits:
        campaign = a_campaign(campaign_id, attribution_window_days=window)
        cookie = set_cookie(cookie, campaign, f"click{day}", NOW + day * DAY).partition(";")[0]
    return cookie


def click_of(cookie: str, campaign_id: str) -> str:
    name, _, value = cookie.partition("=")
    return click_id({name: value}, campaign_id)


def test_cookie_holds_the_click_until_the_window_ends() -> None:
    header = set_cookie("", a_campaign("cmp_1", attribution_window_days=7), CLICK, NOW)
    assert header == (
        f"clicks=cmp_1.{CLICK}.{SECONDS + 604_800}; Path=/; Max-Age=604800; Secure; HttpOnly; SameSite=None"
    )
    assert click_of(header.partition(";")[0], "cmp_1") == CLICK


def test_newest_click_of_a_campaign_replaces_the_earlier_one() -> None:
    cookie = cookie_after(("cmp_1", 0), ("cmp_2", 1), ("cmp_1", 2))
    assert (click_of(cookie, "cmp_1"), click_of(cookie, "cmp_2")) == ("click2", "click1")
    assert cookie.count("cmp_1") == 1


def test_entry_ends_with_the_window_of_its_campaign() -> None:
    cookie = cookie_after(("cmp_1", 0), ("cmp_2", 5), window=5)
    assert (click_of(cookie, "cmp_1"), click_of(cookie, "cmp_2")) == ("", "click5")


def test_cookie_lasts_as_long_as_its_longest_entry() -> None:
    first = set_cookie("", a_campaign("cmp_1", attribution_window_days=30), "a", NOW).partition(";")[0]
    header = set_cookie(first, a_campaign("cmp_2", attribution_window_days=1), "b", NOW + DAY)
    assert f"Max-Age={29 * 86_400};" in header


def test_full_cookie_drops_the_oldest_click() -> None:
    cookie = cookie_after(*((f"cmp_{n}", 0) for n in range(MAX_CAMPAIGNS + 1)))
    assert [click_of(cookie, f"cmp_{n}") for n in (0, 1, MAX_CAMPAIGNS)] == ["", "click0", "click0"]


def test_full_cookie_fits_into_a_browser() -> None:
    cookie = ""
    for n in range(2 * MAX_CAMPAIGNS):
        campaign = a_campaign(f"cmp_{n:026d}", attribution_window_days=365)
        header = set_cookie(cookie, campaign, CLICK, NOW)
        cookie = header.partition(";")[0]
    assert cookie.count("~") == MAX_CAMPAIGNS - 1
    assert len(header) < 1500


def test_other_cookies_are_ignored() -> None:
    cookie = f"a=b; {cookie_after(('cmp_1', 0))} ; clicks2=cmp_3.x.9"
    header = set_cookie(cookie, a_campaign("cmp_2"), "new", NOW)
    assert header.partition(";")[0] == f"clicks=cmp_2.new.{SECONDS + 30 * 86_400}~cmp_1.click0.{SECONDS + 30 * 86_400}"


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "~~~",
        "cmp_1",
        "cmp_1.click",
        "cmp_1.click.soon",
        "cmp_1.click.-5",
        "cmp_1.click.99999999999",
        "cmp_1.a b.9999999999",
        "cmp_1.click.1.2",
        "é.click.9999999999",
        "cmp_1.<script>.9999999999",
    ],
)
def test_damaged_entry_is_skipped(damage: str) -> None:
    header = set_cookie(f"clicks={damage}~cmp_2.good.9999999999", a_campaign("cmp_3"), "new", NOW)
    assert header.partition(";")[0] == f"clicks=cmp_3.new.{SECONDS + 30 * 86_400}~cmp_2.good.9999999999"


@given(st.text())
def test_any_cookie_header_leaves_a_cookie_of_plain_letters(header: str) -> None:
    value = set_cookie(header, a_campaign("cmp_1"), CLICK, NOW).partition(";")[0].removeprefix("clicks=")
    assert value.startswith(f"cmp_1.{CLICK}.")
    assert value.replace("_", "").replace(".", "").replace("~", "").isalnum()
    assert value.isascii()


def test_cookie_of_an_earlier_release_is_still_read() -> None:
    assert click_id({"click_cmp_1": "old"}, "cmp_1") == "old"
    assert click_id({"click_cmp_1": "old", "clicks": "cmp_1.new.9999999999"}, "cmp_1") == "new"
    assert click_id({"click_cmp_2": "old"}, "cmp_1") == ""


@pytest.mark.parametrize(
    ("destination", "expected"),
    [("", True), ("document", True), ("image", False), ("script", False), ("iframe", False), ("empty", False)],
)
def test_only_a_visit_to_a_page_is_a_navigation(destination: str, *, expected: bool) -> None:
    assert is_navigation(destination) is expected


def test_huge_cookie_is_cut() -> None:
    assert len(list(pixel_cookie._entries("~".join(["c.d.1"] * 100_000)))) < 1000
