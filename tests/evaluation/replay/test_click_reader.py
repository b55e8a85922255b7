from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.clicks.id_lists import packed
from chalicelib.domain import ids
from chalicelib.domain.route import Route as RouteNoun
from chalicelib.evaluation.replay import click_reader
from chalicelib.evaluation.replay.click_reader import (
    Earnings,
    Recorded,
    approved_now,
    earnings,
    logged_clicks,
    recorded,
)
from chalicelib.evaluation.reward import Reward
from chalicelib.http.problems import ValidationFailed
from chalicelib.reporting.date_range import Period
from chalicelib.routing import click_record, route_codec, weights_codec
from chalicelib.routing.decision import decide
from chalicelib.routing.route_history import Version, pool_month, routes_of
from chalicelib.tables.clicks import ClickListRow, ClickRow
from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.publishers import CampaignApprovalRow
from chalicelib.tables.routes import RouteRow, WeightHistoryRow
from tests.builders import an_arrival, campaign_document, pool_document

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
PERIOD = Period(NOON, NOON + timedelta(days=2))
LEARNED = int(NOON.timestamp())


def an_id(hours: float) -> str:
    """The ID of a click so many hours after noon."""
    return ids.time_ordered_id(NOON + timedelta(hours=hours), bytes(10))


def listed(*hours: float, route: str = "sml_1") -> list[str]:
    """Writes the list of one run's clicks, all of one day; their IDs."""
    click_ids = [an_id(each) for each in hours]
    day = (NOON + timedelta(hours=hours[0])).date()
    ClickListRow(f"{route}#{day}", max(click_ids), click_ids=packed(click_ids), expires_at=0).save()
    return click_ids


def test_the_clicks_of_the_period_are_those_of_its_days_lists(tables: None) -> None:
    first, second = listed(-1, 0, 3), listed(1, 2)
    third, fourth = listed(14), listed(48, 47.9)
    listed(-2, -3)
    listed(5, route="sml_2")
    wanted = [first[1], *second, first[2], third[0], fourth[1]]
    assert recorded("sml_1", PERIOD, 9) == Recorded(6, wanted)


@pytest.mark.parametrize("hours", [(0, 1, 2), (0, 1, 14)], ids=["on one day", "on two"])
def test_more_clicks_than_can_be_listed_are_refused(
    tables: None, monkeypatch: pytest.MonkeyPatch, hours: tuple[int, ...]
) -> None:
    monkeypatch.setattr(click_reader, "MAX_RECORDED", 2)
    for hour in hours:
        listed(hour)
    with pytest.raises(ValidationFailed, match="holds more than 2 clicks; ask for a shorter time"):
        recorded("sml_1", PERIOD, 9)


def convert(click_id: str, name: str, day: str = "2026-11-01", **changes: Any) -> None:
    row = {
        "status": "approved",
        "revision": 1,
        "at": 0,
        "click_at": 0,
        "campaign_id": "cmp_1",
        "route_id": "sml_1",
        "epoch": 1,
        "publisher_id": "pub_1",
        "payout": "1.50",
        "revenue": "2.00",
        "currency": "USD",
        "device": "mobile",
        "os": "ios",
        "places": [],
        "day_shard": "2026-11-09#1",
        "moment": "1",
        "route_day": f"sml_1#{day}",
    }
    ConversionRow(f"cnv_{name}", click_id=click_id, **{**row, **changes}).save()


def test_what_clicks_earned_is_the_sum_of_their_approved_conversions(tables: None) -> None:
    convert(an_id(0), "1")
    convert(an_id(0), "2", payout="0.25")
    convert(an_id(1), "3", status="rejected")
    convert(an_id(2), "4")
    convert(an_id(14), "5", "2026-11-02", currency="EUR")
    convert(an_id(0), "6", route_day=None)
    found = earnings("sml_1", PERIOD, [an_id(0), an_id(1), an_id(14)])
    once = Reward(1, 1_500_000, 2_000_000)
    assert found == Earnings({an_id(0): Reward(2, 1_750_000, 4_000_000), an_id(14): once}, ["EUR", "USD"])


def publish(version: int, **changes: Any) -> None:
    """Keeps a version of the pool's route, with one campaign."""
    stored = route_codec.packed(pool_document("cmp_1", **changes), [campaign_document("cmp_1")], 1)
    RouteRow(f"sml_1@{version}", version=version, snapshot=stored).save()


def click(hours: float, version: int = 1, **changes: Any) -> str:
    """Writes a click so many hours after noon; its ID."""
    row = RouteRow.get(f"sml_1@{version}")
    route = route_codec.unpacked(row.snapshot, version)
    arrival = replace(an_arrival(), now=NOON + timedelta(hours=hours))
    stored = click_record.record(an_id(hours), arrival, route, decide(route, arrival, lambda _: True, lambda _: None))
    ClickRow(**{**stored, "expires_at": 0, **changes}).save()
    return an_id(hours)


def test_clicks_are_told_with_the_route_of_their_time_and_what_they_earned(tables: None) -> None:
    publish(1)
    publish(2, holdout_percent=20)
    wanted = [click(0), click(1, version=2)]
    found = list(logged_clicks([*wanted, an_id(9)], {wanted[1]: Reward(3)}))
    assert [each and (each.arrival.now, each.route.holdout_percent, each.earning) for each in found] == [
        (NOON, 5, Reward()),
        (NOON + timedelta(hours=1), 20, Reward(3)),
    ]


def test_bots_and_duplicates_are_not_told(tables: None) -> None:
    publish(1)
    assert list(logged_clicks([click(0, is_bot=True), click(1, is_duplicate=True)], {})) == []


def test_a_click_by_weights_that_are_gone_is_left_out(tables: None) -> None:
    publish(1, rotation="optimized")
    segments = {"*": {"cmp_1": 1.0}}
    WeightHistoryRow(
        pool_month("sml_1", LEARNED), LEARNED, status="published", weights=weights_codec.packed(segments), expires_at=0
    ).save()
    wanted = [click(0, weights_version=LEARNED), click(1, weights_version=LEARNED + 300)]
    found = list(logged_clicks(wanted, {}))
    assert [each and each.route.learned and each.route.learned.segments for each in found] == [segments, None]


def test_a_click_that_a_fault_stopped_is_left_out(tables: None) -> None:
    publish(1)
    assert list(logged_clicks([click(0, outcome="fallback", campaign_id=None, refusals=None)], {})) == [None]


def test_clicks_are_read_some_at_a_time(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(click_reader, "_HELD", 2)
    publish(1)
    found = logged_clicks([click(hour) for hour in range(5)], {})
    assert [each and each.arrival.now.hour for each in found] == [12, 13, 14, 15, 16]


def test_few_versions_of_weights_are_held_at_a_time(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[int] = []

    def counted(rows: list[ClickRow]) -> Mapping[Version, RouteNoun]:
        held.append(len(rows))
        return routes_of(rows)

    monkeypatch.setattr(click_reader, "_VERSIONS_HELD", 2)
    monkeypatch.setattr(click_reader, "routes_of", counted)
    publish(1)
    wanted = [click(hour, weights_version=version) for hour, version in enumerate((1, 1, 2, None, 3))]
    assert len(list(logged_clicks(wanted, {}))) == 5
    assert held == [3, 2]


def test_of_many_clicks_a_sample_is_told(tables: None) -> None:
    wanted, later = listed(0, 1, 2), listed(14)
    found = recorded("sml_1", PERIOD, 2)
    assert (found.count, len(found.sample)) == (4, 2)
    assert set(found.sample) < {*wanted, *later}


def test_approvals_are_those_that_stand_now(tables: None) -> None:
    for campaign, active in (("cmp_1", True), ("cmp_2", False)):
        CampaignApprovalRow("pub_1", campaign, tracking_key=campaign, active=active, approved_at="").save()
    approved = approved_now()
    asked = [("pub_1", "cmp_1"), ("pub_1", "cmp_2"), ("pub_1", "cmp_3"), ("pub_2", "cmp_1")]
    assert [approved(*each) for each in asked] == [True, False, False, False]
