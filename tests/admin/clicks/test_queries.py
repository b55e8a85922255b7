from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.admin.clicks import queries, views
from chalicelib.clicks.id_lists import packed
from chalicelib.domain import ids
from chalicelib.routing import route_codec, weights_codec
from chalicelib.routing.route_history import pool_month
from chalicelib.tables.clicks import ClickListRow, ClickRow
from chalicelib.tables.publishers import CampaignApprovalRow, MembershipRow
from chalicelib.tables.routes import RouteRow, WeightHistoryRow
from tests.builders import campaign_document, pool_document
from tests.conftest import Api
from tests.documents import complaints, good, new_campaign, new_smartlink, pages

NOW = datetime.now(UTC)
NOON = datetime.combine(NOW.date() - timedelta(days=2), datetime.min.time(), UTC) + timedelta(hours=12)


def an_id(at: datetime, n: int = 0) -> str:
    return ids.time_ordered_id(at, n.to_bytes(10))


def click(at: datetime, route: str = "sml_1", n: int = 0, **changes: Any) -> str:
    """Writes a click of this moment on the route; its ID."""
    row = {
        "at": int(at.timestamp() * 1000),
        "expires_at": 0,
        "code": "abcde12345",
        "route_id": route,
        "route_version": 1,
        "epoch": 0,
        "publisher_id": "pub_1",
        "outcome": "offer",
        "campaign_id": "cmp_1",
        "refusals": "-",
        "arm": "weighted",
        "device": "mobile",
        "os": "ios",
    }
    ClickRow(an_id(at, n), **{**row, **changes}).save()
    return an_id(at, n)


def listed(*click_ids: str, route: str = "sml_1", day: datetime = NOON) -> None:
    """Writes the list of one run's clicks."""
    greatest = max(click_ids)
    ClickListRow(f"{route}#{day.date()}", greatest, click_ids=packed(click_ids), expires_at=0).save()


def clicks(count: int, route: str = "sml_1", day: datetime = NOON, **changes: Any) -> list[str]:
    """Clicks a minute apart, in lists of three that overlap in time; their IDs, newest first."""
    made = [click(day + timedelta(minutes=n), route, **changes) for n in range(count)]
    for n in range(0, count, 6):
        some = made[n : n + 6]
        for part in (some[::2], some[1::2]):
            if part:
                listed(*part, route=route, day=day)
    return made[::-1]


@pytest.fixture
def routes(admin: Api) -> None:
    """A smartlink and a campaign's direct link, each in its first version."""
    campaigns = [campaign_document("cmp_1")]
    RouteRow("sml_1@1", version=1, snapshot=route_codec.packed(pool_document("cmp_1"), campaigns, 0)).save()
    RouteRow("sml_2@1", version=1, snapshot=route_codec.packed(pool_document("cmp_1"), campaigns, 0)).save()


def shown(admin: Api, query: str = "", limit: int = 50) -> list[list[str]]:
    return [[each["click_id"] for each in page] for page in pages(admin, f"/admin/clicks?{query}", limit)]


def flat(of: list[list[str]]) -> Iterator[str]:
    return (each for page in of for each in page)


def test_the_clicks_of_a_smartlink_come_newest_first(admin: Api, routes: None) -> None:
    made = clicks(14)
    assert shown(admin, "smartlink_id=sml_1") == [made]
    assert shown(admin, "smartlink_id=sml_1", limit=5) == [made[:5], made[5:10], made[10:]]
    assert shown(admin, "smartlink_id=sml_1", limit=7) == [made[:7], made[7:]]
    assert shown(admin, "smartlink_id=sml_2") == [[]]


def test_a_listed_click_is_the_click_itself(admin: Api, routes: None) -> None:
    (click_id,) = clicks(1)
    (item,) = good(admin.get("/admin/clicks?smartlink_id=sml_1"))["items"]
    assert item == good(admin.get(f"/admin/clicks/{click_id}"))


def test_listed_clicks_are_told_with_the_weights_of_their_times(admin: Api, routes: None) -> None:
    earlier = int(NOON.timestamp())
    for version, share in ((earlier, 0.25), (earlier + 300, 0.75)):
        kept = weights_codec.packed({"US|mobile": {"cmp_1": share}, "*": {"cmp_1": 1.0}})
        WeightHistoryRow(pool_month("sml_1", version), version, status="published", weights=kept, expires_at=0).save()
    versions = [None, earlier, earlier + 300, earlier + 600]
    arms = ["weighted", "optimized", "optimized", "optimized"]
    made = [
        click(NOON + timedelta(minutes=n), country="US", arm=arm, weights_version=version)
        for n, (arm, version) in enumerate(zip(arms, versions, strict=True))
    ]
    listed(*made)
    items = good(admin.get("/admin/clicks?smartlink_id=sml_1"))["items"]
    assert [each["decision"]["weights_version"] for each in items] == versions[::-1]
    assert [each["decision"]["considered"][0]["weight"] for each in items] == [1, 0.75, 0.25, 1]
    assert items == [good(admin.get(f"/admin/clicks/{each}")) for each in made[::-1]]


def test_clicks_of_several_days_follow_each_other(admin: Api, routes: None) -> None:
    older, newer = clicks(3, day=NOON - timedelta(days=1)), clicks(3)
    assert shown(admin, "smartlink_id=sml_1", limit=2) == [newer[:2], [newer[2], older[0]], older[1:]]


def test_clicks_of_all_smartlinks_and_direct_links_are_merged(admin: Api) -> None:
    campaign = new_campaign(admin)
    pools = [new_smartlink(admin, campaign)["id"] for _ in range(2)]
    routes = [*pools, campaign["id"]]
    made = [click(NOON + timedelta(minutes=n), routes[n % 3], campaign_id=campaign["id"]) for n in range(9)]
    for n, route in enumerate(routes):
        listed(*made[n::3], route=route)
    assert list(flat(shown(admin, limit=4))) == made[::-1]


def test_the_range_is_exact(admin: Api, routes: None) -> None:
    made = clicks(10)
    since, until = (f"{NOON + timedelta(minutes=n):%Y-%m-%dT%H:%M:%SZ}" for n in (2, 5))
    assert shown(admin, f"smartlink_id=sml_1&from={since}&to={until}") == [made[5:8]]
    assert shown(admin, f"smartlink_id=sml_1&from={NOON.date()}&to={NOON.date()}") == [made]
    assert shown(admin, f"smartlink_id=sml_1&to={NOON.date() - timedelta(days=1)}") == [[]]


def test_without_a_range_the_last_seven_days_are_shown(admin: Api, routes: None) -> None:
    clicks(1, day=NOON - timedelta(days=6))
    (recent,) = clicks(1, day=NOON - timedelta(days=4))
    assert shown(admin, "smartlink_id=sml_1") == [[recent]]
    assert len(shown(admin, f"smartlink_id=sml_1&from={NOON.date() - timedelta(days=6)}")[0]) == 2


def test_nothing_is_sought_where_no_click_can_be(admin: Api, routes: None) -> None:
    clicks(1)
    assert shown(admin, "smartlink_id=sml_1&from=0001-01-01&to=0001-01-02") == [[]]
    assert shown(admin, "smartlink_id=sml_1&from=9000-01-01&to=9998-01-02") == [[]]


def test_filters_go_through_the_clicks_page_by_page(admin: Api, routes: None) -> None:
    MembershipRow("pub_1", "sml_1", status="approved", code="abcde12345").save()
    MembershipRow("pub_2", "sml_2", status="pending").save()
    CampaignApprovalRow("pub_1", "cmp_1", tracking_key="a", active=True, approved_at="2026-11-01T00:00:00Z").save()
    own, others = clicks(4), clicks(4, day=NOON - timedelta(days=1), publisher_id="pub_2", campaign_id="cmp_2")
    assert shown(admin, "publisher_id=pub_1", limit=3) == [own[:3], own[3:]]
    assert shown(admin, "publisher_id=pub_2") == [[]]
    assert shown(admin, "smartlink_id=sml_1&campaign_id=cmp_1") == [own]
    assert others[0] not in flat(shown(admin, "smartlink_id=sml_1&publisher_id=pub_1"))


def test_a_page_ends_where_it_has_read_enough(admin: Api, routes: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MAX_CLICKS", 4)
    made = clicks(10)
    assert shown(admin, "smartlink_id=sml_1&publisher_id=pub_2", limit=3) == [[], [], []]
    assert list(flat(shown(admin, "smartlink_id=sml_1&publisher_id=pub_1", limit=3))) == made


def test_a_page_ends_where_it_has_looked_into_enough_days(
    admin: Api, routes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MAX_LISTS", 2)
    made = [*clicks(2), *clicks(2, day=NOON - timedelta(days=1))]
    found = shown(admin, "smartlink_id=sml_1")
    assert len(found) == 4
    assert list(flat(found)) == made


def test_a_click_that_has_expired_is_passed_over(admin: Api, routes: None) -> None:
    made = clicks(4)
    ClickRow(made[1]).delete()
    assert shown(admin, "smartlink_id=sml_1") == [[made[0], *made[2:]]]


def test_a_page_holds_no_more_than_an_answer_can(admin: Api, routes: None, monkeypatch: pytest.MonkeyPatch) -> None:
    made = clicks(3)
    size = len(admin.get(f"/admin/clicks/{made[0]}").text)
    monkeypatch.setattr(views, "PAGE_BYTES", 2 * size + 10)
    assert shown(admin, "smartlink_id=sml_1") == [made[:2], made[2:]]
    monkeypatch.setattr(views, "PAGE_BYTES", 1)
    assert shown(admin, "smartlink_id=sml_1") == [[each] for each in made]


@pytest.mark.parametrize(
    ("query", "pointers"),
    [
        pytest.param("from=2026-11-02&to=2026-11-01", ["/from"], id="before it begins"),
        pytest.param("from=2026-02-30&to=9999-12-31", ["/from", "/to"], id="no days"),
        pytest.param("from=noon&limit=0&colour=red", ["/colour", "/from", "/limit"], id="all at once"),
        pytest.param("cursor=elsewhere", ["/cursor"], id="no cursor of this list"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(admin: Api, query: str, pointers: list[str]) -> None:
    assert sorted(complaints(admin.get(f"/admin/clicks?{query}"))) == pointers


def test_what_is_empty_is_not_given(admin: Api, routes: None) -> None:
    made = clicks(2)
    assert shown(admin, "smartlink_id=sml_1&from=&to=&publisher_id=") == [made]
