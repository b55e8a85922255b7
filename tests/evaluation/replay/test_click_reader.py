from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.clicks import id_lists
from chalicelib.domain import ids
from chalicelib.domain.route import Route
from chalicelib.evaluation.replay import click_reader
from chalicelib.evaluation.replay.click_reader import (
    ClickRewards,
    RecordedClicks,
    current_approvals,
    read_logged_clicks,
    read_recorded_clicks,
    read_rewards,
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
from tests.builders import a_click_context, campaign_document, pool_document

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
PERIOD = Period(NOON, NOON + timedelta(days=2))
LEARNED = int(NOON.timestamp())


def an_id(hours: float) -> str:
    """Return the ID of a click at this number of hours after noon."""
    return ids.time_ordered_id(NOON + timedelta(hours=hours), bytes(10))


def write_list(*hours: float, route: str = "sml_1", shard: str = "") -> list[str]:
    """Write a list of clicks of one day and return their IDs."""
    click_ids = [an_id(hour) for hour in hours]
    day = (NOON + timedelta(hours=hours[0])).date()
    ClickListRow(f"{route}#{day}{shard}", max(click_ids), click_ids=id_lists.encode(click_ids), expires_at=0).save()
    return click_ids


def test_recorded_clicks_are_read_from_daily_lists(tables: None) -> None:
    first, second = write_list(-1, 0, 3), write_list(1, 2, shard="#1")
    third, fourth = write_list(14), write_list(48, 47.9)
    write_list(-2, -3)
    write_list(5, route="sml_2")
    wanted = [first[1], *second, first[2], third[0], fourth[1]]
    assert read_recorded_clicks("sml_1", PERIOD, 9) == RecordedClicks(6, wanted)


@pytest.mark.parametrize("hours", [(0, 1, 2), (0, 1, 14)], ids=["on one day", "on two"])
def test_too_many_recorded_clicks_are_rejected(
    tables: None, monkeypatch: pytest.MonkeyPatch, hours: tuple[int, ...]
) -> None:
    monkeypatch.setattr(click_reader, "MAX_RECORDED", 2)
    for hour in hours:
        write_list(hour)
    with pytest.raises(ValidationFailed, match=r"contains more than 2 clicks\. Request a shorter range\."):
        read_recorded_clicks("sml_1", PERIOD, 9)


def write_conversion(click_id: str, name: str, day: str = "2026-11-01", **changes: Any) -> None:
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


def test_rewards_are_sums_of_approved_conversions(tables: None) -> None:
    write_conversion(an_id(0), "1")
    write_conversion(an_id(0), "2", payout="0.25")
    write_conversion(an_id(1), "3", status="rejected")
    write_conversion(an_id(2), "4")
    write_conversion(an_id(14), "5", "2026-11-02", currency="EUR")
    write_conversion(an_id(0), "6", route_day=None)
    result = read_rewards("sml_1", PERIOD, [an_id(0), an_id(1), an_id(14)])
    once = Reward(1, 1_500_000, 2_000_000)
    assert result == ClickRewards({an_id(0): Reward(2, 1_750_000, 4_000_000), an_id(14): once}, ["EUR", "USD"])


def publish(version: int, **changes: Any) -> None:
    """Store a version of the pool's route, with one campaign."""
    stored = route_codec.encode(pool_document("cmp_1", **changes), [campaign_document("cmp_1")], 1)
    RouteRow(f"sml_1@{version}", version=version, snapshot=stored).save()


def write_click(hours: float, version: int = 1, **changes: Any) -> str:
    """Write a click at this number of hours after noon and return its ID."""
    row = RouteRow.get(f"sml_1@{version}")
    route = route_codec.decode(row.snapshot, version)
    context = replace(a_click_context(), now=NOON + timedelta(hours=hours))
    stored = click_record.record(an_id(hours), context, route, decide(route, context, lambda _: True, lambda _: None))
    ClickRow(**{**stored, "expires_at": 0, **changes}).save()
    return an_id(hours)


def test_logged_click_has_the_route_of_its_time_and_its_reward(tables: None) -> None:
    publish(1)
    publish(2, holdout_percent=20)
    wanted = [write_click(0), write_click(1, version=2)]
    result = list(read_logged_clicks([*wanted, an_id(9)], {wanted[1]: Reward(3)}))
    assert [click and (click.context.now, click.route.holdout_percent, click.reward) for click in result] == [
        (NOON, 5, Reward()),
        (NOON + timedelta(hours=1), 20, Reward(3)),
    ]


def test_bots_and_duplicates_are_left_out(tables: None) -> None:
    publish(1)
    assert list(read_logged_clicks([write_click(0, is_bot=True), write_click(1, is_duplicate=True)], {})) == []


def test_click_with_expired_weights_is_excluded(tables: None) -> None:
    publish(1, rotation="optimized")
    segments = {"*": {"cmp_1": 1.0}}
    WeightHistoryRow(
        pool_month("sml_1", LEARNED), LEARNED, status="published", weights=weights_codec.encode(segments), expires_at=0
    ).save()
    wanted = [write_click(0, weights_version=LEARNED), write_click(1, weights_version=LEARNED + 300)]
    result = list(read_logged_clicks(wanted, {}))
    assert [click and click.route.learned and click.route.learned.segments for click in result] == [segments, None]


def test_click_with_a_failed_decision_is_excluded(tables: None) -> None:
    publish(1)
    assert list(read_logged_clicks([write_click(0, outcome="fallback", campaign_id=None, refusals=None)], {})) == [None]


def test_click_whose_route_version_has_expired_is_none(tables: None) -> None:
    publish(1)
    click_id = write_click(0)
    RouteRow("sml_1@1").delete()
    assert list(read_logged_clicks([click_id], {})) == [None]


def test_clicks_are_read_in_parts(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(click_reader, "_MAX_CLICKS_IN_MEMORY", 2)
    publish(1)
    result = read_logged_clicks([write_click(hour) for hour in range(5)], {})
    assert [click and click.context.now.hour for click in result] == [12, 13, 14, 15, 16]


def test_parts_have_a_limited_number_of_weight_versions(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def counting(rows: list[ClickRow]) -> Mapping[Version, Route]:
        sizes.append(len(rows))
        return routes_of(rows)

    monkeypatch.setattr(click_reader, "_MAX_VERSIONS_IN_MEMORY", 2)
    monkeypatch.setattr(click_reader, "routes_of", counting)
    publish(1)
    wanted = [write_click(hour, weights_version=version) for hour, version in enumerate((1, 1, 2, None, 3))]
    assert len(list(read_logged_clicks(wanted, {}))) == 5
    assert sizes == [3, 2]


def test_many_recorded_clicks_are_sampled(tables: None) -> None:
    wanted, later = write_list(0, 1, 2), write_list(14)
    result = read_recorded_clicks("sml_1", PERIOD, 2)
    assert (result.count, len(result.sample)) == (4, 2)
    assert set(result.sample) < {*wanted, *later}


def test_current_approvals_are_the_active_ones(tables: None) -> None:
    for campaign, active in (("cmp_1", True), ("cmp_2", False)):
        CampaignApprovalRow("pub_1", campaign, tracking_key=campaign, active=active, approved_at="").save()
    is_approved = current_approvals()
    pairs = [("pub_1", "cmp_1"), ("pub_1", "cmp_2"), ("pub_1", "cmp_3"), ("pub_2", "cmp_1")]
    assert [is_approved(*pair) for pair in pairs] == [True, False, False, False]
