from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.domain.timestamps import timestamp
from chalicelib.http import dispatch
from chalicelib.reporting.lists import click_quarters, click_queries, page
from chalicelib.routing import route_codec, weights_codec
from chalicelib.routing.route_history import pool_month
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.routes import RouteRow, WeightHistoryRow
from tests.builders import campaign_document, pool_document
from tests.conftest import Api
from tests.counted_clicks import count_clicks, write_click
from tests.documents import errors_by_pointer, good, new_campaign, new_smartlink, pages

NOW = datetime.now(UTC)
NOON = datetime.combine(NOW.date() - timedelta(days=2), datetime.min.time(), UTC) + timedelta(hours=12)


def write_clicks(count: int, route: str = "sml_1", day: datetime = NOON, **changes: Any) -> list[str]:
    """Write clicks a minute apart, in overlapping lists of three; return their IDs, newest first."""
    click_ids = [write_click(day + timedelta(minutes=n), route, **changes) for n in range(count)]
    for n in range(0, count, 6):
        batch = click_ids[n : n + 6]
        for part in (batch[::2], batch[1::2]):
            if part:
                count_clicks(*part)
    return click_ids[::-1]


@pytest.fixture
def routes(admin: Api) -> None:
    """Write the first version of two routes."""
    campaigns = [campaign_document("cmp_1")]
    RouteRow("sml_1@1", version=1, snapshot=route_codec.encode(pool_document("cmp_1"), campaigns, 0)).save()
    RouteRow("sml_2@1", version=1, snapshot=route_codec.encode(pool_document("cmp_1"), campaigns, 0)).save()


def list_pages(admin: Api, query: str = "", limit: int = 50) -> list[list[str]]:
    return [[each["click_id"] for each in page] for page in pages(admin, f"/admin/clicks?{query}", limit)]


def flat(listing: list[list[str]]) -> Iterator[str]:
    return (each for page in listing for each in page)


def test_clicks_are_listed_newest_first(admin: Api, routes: None) -> None:
    click_ids = write_clicks(14)
    assert list_pages(admin, "smartlink_id=sml_1") == [click_ids]
    assert list_pages(admin, "smartlink_id=sml_1", limit=5) == [click_ids[:5], click_ids[5:10], click_ids[10:]]
    assert list_pages(admin, "smartlink_id=sml_1", limit=7) == [click_ids[:7], click_ids[7:]]
    assert list_pages(admin, "smartlink_id=sml_2") == [[]]


def test_listed_click_has_its_document(admin: Api, routes: None) -> None:
    (click_id,) = write_clicks(1)
    (item,) = good(admin.get("/admin/clicks?smartlink_id=sml_1"))["items"]
    assert item == good(admin.get(f"/admin/clicks/{click_id}"))


def test_listed_clicks_are_explained_by_the_weights_of_their_times(admin: Api, routes: None) -> None:
    earlier = int(NOON.timestamp())
    for version, share in ((earlier, 0.25), (earlier + 300, 0.75)):
        weights = weights_codec.encode({"US|mobile": {"cmp_1": share}, "*": {"cmp_1": 1.0}})
        WeightHistoryRow(
            pool_month("sml_1", version), version, status="published", weights=weights, expires_at=0
        ).save()
    versions = [None, earlier, earlier + 300, earlier + 600]
    arms = ["weighted", "optimized", "optimized", "optimized"]
    click_ids = [
        write_click(NOON + timedelta(minutes=n), country="US", arm=arm, weights_version=version)
        for n, (arm, version) in enumerate(zip(arms, versions, strict=True))
    ]
    count_clicks(*click_ids)
    items = good(admin.get("/admin/clicks?smartlink_id=sml_1"))["items"]
    assert [each["decision"]["weights_version"] for each in items] == versions[::-1]
    assert [each["decision"]["considered"][0]["weight"] for each in items] == [1, 0.75, 0.25, 1]
    assert items == [good(admin.get(f"/admin/clicks/{each}")) for each in click_ids[::-1]]


def test_clicks_of_several_days_are_listed_in_order(admin: Api, routes: None) -> None:
    older, newer = write_clicks(3, day=NOON - timedelta(days=1)), write_clicks(3)
    assert list_pages(admin, "smartlink_id=sml_1", limit=2) == [newer[:2], [newer[2], older[0]], older[1:]]


def test_clicks_of_all_smartlinks_and_direct_links_are_merged(admin: Api) -> None:
    campaign = new_campaign(admin)
    pools = [new_smartlink(admin, campaign)["id"] for _ in range(2)]
    routes = [*pools, campaign["id"]]
    click_ids = [write_click(NOON + timedelta(minutes=n), routes[n % 3], campaign_id=campaign["id"]) for n in range(9)]
    count_clicks(*click_ids)
    assert list(flat(list_pages(admin, limit=4))) == click_ids[::-1]


def test_range_is_exact(admin: Api, routes: None) -> None:
    click_ids = write_clicks(10)
    since, until = (f"{NOON + timedelta(minutes=n):%Y-%m-%dT%H:%M:%SZ}" for n in (2, 5))
    assert list_pages(admin, f"smartlink_id=sml_1&from={since}&to={until}") == [click_ids[5:8]]
    assert list_pages(admin, f"smartlink_id=sml_1&from={NOON.date()}&to={NOON.date()}") == [click_ids]
    assert list_pages(admin, f"smartlink_id=sml_1&to={NOON.date() - timedelta(days=1)}") == [[]]


def test_without_a_range_the_last_seven_days_are_shown(admin: Api, routes: None) -> None:
    write_clicks(1, day=NOON - timedelta(days=6))
    (recent,) = write_clicks(1, day=NOON - timedelta(days=4))
    assert list_pages(admin, "smartlink_id=sml_1") == [[recent]]
    assert len(list_pages(admin, f"smartlink_id=sml_1&from={NOON.date() - timedelta(days=6)}")[0]) == 2


def test_range_outside_the_retention_has_no_clicks(admin: Api, routes: None) -> None:
    write_clicks(1)
    assert list_pages(admin, "smartlink_id=sml_1&from=0001-01-01&to=0001-01-02") == [[]]
    assert list_pages(admin, "smartlink_id=sml_1&from=9000-01-01&to=9998-01-02") == [[]]


def test_filters_apply_to_each_page(admin: Api, routes: None) -> None:
    own, others = (
        write_clicks(4),
        write_clicks(4, day=NOON - timedelta(days=1), publisher_id="pub_2", outcome="fallback", campaign_id=None),
    )
    assert list_pages(admin, "publisher_id=pub_1", limit=3) == [own[:3], own[3:]]
    assert list_pages(admin, "publisher_id=pub_2") == [others]
    assert list_pages(admin, "publisher_id=pub_2&campaign_id=cmp_1") == [[]]
    assert list_pages(admin, "smartlink_id=sml_1&campaign_id=cmp_1") == [own]
    assert list_pages(admin, "publisher_id=pub_1&publisher_id=pub_2&publisher_id=pub_3") == [[*own, *others]]
    assert others[0] not in flat(list_pages(admin, "smartlink_id=sml_1&publisher_id=pub_1"))


def test_outcome_is_a_filter(admin: Api, routes: None) -> None:
    offers = write_clicks(3)
    (lost,) = write_clicks(1, day=NOON + timedelta(hours=1), outcome="fallback", campaign_id=None)
    assert list_pages(admin, "smartlink_id=sml_1&outcome=fallback") == [[lost]]
    assert list_pages(admin, "smartlink_id=sml_1&outcome=offer") == [offers]
    assert list_pages(admin, "outcome=paused&outcome=fail_url") == [[]]
    assert list_pages(admin, "outcome=offer&outcome=fallback") == [[lost, *offers]]
    assert errors_by_pointer(admin.get("/admin/clicks?outcome=won")).keys() == {"/outcome"}


def a_mixed_quarter(count: int) -> list[str]:
    """Write clicks of two publishers and two campaigns on one route, of which each pair but one occurs."""
    pairs = [("pub_1", "cmp_1"), ("pub_2", "cmp_2"), ("pub_1", "cmp_1")]
    click_ids = [
        write_click(
            NOON + timedelta(seconds=n), publisher_id=pairs[n % 3][0], campaign_id=pairs[n % 3][1], is_bot=n > 2
        )
        for n in range(count)
    ]
    count_clicks(*click_ids)
    return click_ids[::-1]


def test_page_that_ends_at_another_click_does_not_show_its_id(
    admin: Api, routes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(click_queries, "MAX_CLICKS", 1)
    monkeypatch.setattr(click_queries, "_MIN_BATCH", 1)
    newest, other, _ = a_mixed_quarter(3)
    found = good(admin.get("/admin/clicks?publisher_id=pub_1&limit=1"))
    assert ([each["click_id"] for each in found["items"]], found["next_cursor"]) == ([newest], f"{other[:18]}00000000")


def test_page_ends_at_the_maximum_number_of_clicks_read(
    admin: Api, routes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(click_queries, "MAX_CLICKS", 4)
    click_ids = a_mixed_quarter(9)
    own = [each for n, each in enumerate(click_ids) if n % 3 != 1]
    listing = list_pages(admin, "smartlink_id=sml_1&publisher_id=pub_1", limit=200)
    assert (list(flat(listing)), len(listing)) == (own, 2)


def test_page_ends_at_a_day_once_it_has_read_the_maximum_of_counters(
    admin: Api, routes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    click_ids = [*write_clicks(2), *write_clicks(2, day=NOON - timedelta(days=3))]
    for name, value in (("MAX_PARTITIONS", 3), ("MAX_CELLS", 1)):
        with monkeypatch.context() as patch:
            patch.setattr(click_quarters, name, value)
            listing = list_pages(admin, "smartlink_id=sml_1")
            assert len(listing) > 1
            assert list(flat(listing)) == click_ids


def test_expired_click_is_skipped(admin: Api, routes: None) -> None:
    click_ids = write_clicks(4)
    ClickRow(click_ids[1]).delete()
    assert list_pages(admin, "smartlink_id=sml_1") == [[click_ids[0], *click_ids[2:]]]


def test_list_says_since_when_all_clicks_are_stored(admin: Api, routes: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLICK_DAYS", "30")
    monkeypatch.setattr(dispatch, "datetime", SimpleNamespace(now=lambda _: NOON))
    kept_from = timestamp(NOON - timedelta(days=30))
    assert good(admin.get("/admin/clicks"))["clicks_kept_from"] == kept_from


def test_page_is_limited_by_the_size_of_a_response(admin: Api, routes: None, monkeypatch: pytest.MonkeyPatch) -> None:
    click_ids = write_clicks(3)
    size = len(admin.get(f"/admin/clicks/{click_ids[0]}").text)
    monkeypatch.setattr(page, "MAX_BYTES", 2 * size + 10)
    assert list_pages(admin, "smartlink_id=sml_1") == [click_ids[:2], click_ids[2:]]
    monkeypatch.setattr(page, "MAX_BYTES", 1)
    assert list_pages(admin, "smartlink_id=sml_1") == [[each] for each in click_ids]


@pytest.mark.parametrize(
    ("query", "pointers"),
    [
        pytest.param("from=2026-11-02&to=2026-11-01", ["/from"], id="before it begins"),
        pytest.param("from=2026-02-30&to=9999-12-31", ["/from", "/to"], id="no days"),
        pytest.param("from=noon&limit=0&colour=red", ["/colour", "/from", "/limit"], id="all at once"),
        pytest.param("cursor=elsewhere", ["/cursor"], id="no cursor of this list"),
    ],
)
def test_invalid_query_is_rejected(admin: Api, query: str, pointers: list[str]) -> None:
    assert sorted(errors_by_pointer(admin.get(f"/admin/clicks?{query}"))) == pointers


def test_empty_parameters_are_ignored(admin: Api, routes: None) -> None:
    click_ids = write_clicks(2)
    assert list_pages(admin, "smartlink_id=sml_1&from=&to=&publisher_id=") == [click_ids]
