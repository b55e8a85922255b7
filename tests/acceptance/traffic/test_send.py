from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from acceptance.traffic.backdate import _backdated
from acceptance.traffic.goals import PlannedGoal
from acceptance.traffic.ledger import Click
from acceptance.traffic.network import TrafficNetwork
from acceptance.traffic.plan import Kind, Link, PlannedAction, PlannedCampaign, PlannedVisit, Post
from acceptance.traffic.send import (
    PostResult,
    click_from_location,
    click_time,
    count_posts,
    expected_conversions,
    unexpected_results,
)
from acceptance.traffic.user_agents import BOTS, HUMANS, Agent
from chalicelib.domain.ids import time_ordered_id

NOW = datetime(2026, 11, 20, 12, 0, 0, 123_000, tzinfo=UTC)
CLICK_ID = time_ordered_id(NOW, bytes(10))
SALE = PlannedGoal("sale", payout_percent=Decimal(10))
GOAL = PlannedGoal(payout=Decimal("0.57"), revenue=Decimal("0.91"))
ONCE = PlannedCampaign("cmp_once", "once", "once.example", "token", GOAL, 0.1, "EUR", (SALE,))
LINK = Link("http://x/s/1", "sml_1", "pub_1")
FILTERED = Link("http://x/s/2", "sml_2", "pub_1", filtered="cmp_once")
NETWORK = TrafficNetwork("mark", {"sml_1": "mixed", "sml_2": "single"}, (ONCE,), (LINK, FILTERED))


def a_click(link: Link = LINK, host: str = "once.example", agent: Agent = HUMANS[0]) -> Click:
    visit = PlannedVisit(link, agent, "8.8.8.8", "US", {"sub1": "a"}, "a")
    click = click_from_location(NETWORK, visit, f"https://{host}/?cid={CLICK_ID}&s=a")
    assert click
    return click


def a_result(action: PlannedAction, status: int, outcome: str | None, /, **parameters: str) -> PostResult:
    return PostResult(Post(action, "GET", parameters), NOW, status, outcome)


def an_action(kind: Kind = Kind.COUNTED, **changes: Any) -> PlannedAction:
    return PlannedAction(a_click(), "tx", **{"event": None, **changes}, kind=kind)


def test_destination_url_identifies_campaign_and_time_of_the_click() -> None:
    click = a_click()
    assert (click.campaign, click.click_id, click.at) == ("cmp_once", CLICK_ID, NOW)
    assert (click.device, click.os, click.country, click.sub1) == ("mobile", "ios", "US", "a")
    assert click.currency == "EUR"


def test_host_of_no_campaign_is_the_fallback() -> None:
    assert a_click(host="fallback.example").campaign is None


def test_destination_url_without_click_id_gives_no_click() -> None:
    visit = PlannedVisit(LINK, HUMANS[0], "8.8.8.8", "US", {}, None)
    assert click_from_location(NETWORK, visit, "https://network.example/more") is None


def test_human_click_that_misses_the_filtered_campaign_is_a_duplicate() -> None:
    assert a_click(FILTERED, "fallback.example").is_duplicate
    assert not a_click(FILTERED).is_duplicate
    assert not a_click(LINK, "fallback.example").is_duplicate
    assert not a_click(FILTERED, "fallback.example", BOTS[0]).is_duplicate


def test_click_id_contains_the_time_in_milliseconds() -> None:
    assert click_time(time_ordered_id(NOW, b"\xff" * 10)) == NOW


def test_backdated_click_differs_only_in_id_and_times() -> None:
    before = NOW - timedelta(days=9)
    real = {"click_id": {"S": CLICK_ID}, "at": {"N": "1"}, "expires_at": {"N": "2"}, "ca": {"S": "cmp_once"}}
    item, click = _backdated(real, a_click(), before)
    assert item == {
        "click_id": {"S": click.click_id},
        "at": {"N": str(int(before.timestamp() * 1000))},
        "expires_at": {"N": str(int(before.timestamp()) + 90 * 86_400)},
        "ca": {"S": "cmp_once"},
    }
    assert (click.at, click_time(click.click_id), click.campaign) == (before, before, "cmp_once")
    assert click.click_id != CLICK_ID


def test_action_posted_three_times_counts_once_with_the_campaign_amounts() -> None:
    action = an_action()
    results = [a_result(action, 200, "duplicate"), *[a_result(action, 200, "recorded")] * 2]
    (conversion,) = expected_conversions(NETWORK, results)
    assert (conversion.payout, conversion.revenue) == (Decimal("0.57"), Decimal("0.91"))
    assert (conversion.status, conversion.goal) == ("approved", "default")


def test_amount_of_an_action_overrides_only_that_amount() -> None:
    action = PlannedAction(a_click(), "tx", None, payout=Decimal("3.33"))
    (conversion,) = expected_conversions(NETWORK, [a_result(action, 200, "recorded")])
    assert (conversion.payout, conversion.revenue) == (Decimal("3.33"), Decimal("0.91"))


def test_late_or_rejected_posts_do_not_count() -> None:
    results = [a_result(an_action(Kind.LATE), 410, None), a_result(an_action(), 422, None)]
    assert expected_conversions(NETWORK, results) == []


def test_expected_responses_give_no_message() -> None:
    action, rejected, late = an_action(), an_action(is_rejected=True), an_action(Kind.LATE)
    results = [
        a_result(action, 200, "recorded"),
        a_result(action, 200, "duplicate"),
        a_result(rejected, 200, "recorded"),
        a_result(rejected, 200, "duplicate", status="rejected"),
        a_result(late, 410, None),
    ]
    assert unexpected_results(results) == []
    assert count_posts(results) == {
        "recorded": 2,
        "repeated": 1,
        "of a status": 1,
        "late": 1,
        "no goal": 0,
        "second": 0,
    }


def test_actions_recorded_twice_or_never_or_late_give_a_message_each() -> None:
    twice, never, late = an_action(), an_action(), an_action(Kind.LATE)
    results = [
        *[a_result(twice, 200, "recorded")] * 2,
        a_result(never, 200, "duplicate"),
        a_result(late, 200, "recorded"),
    ]
    prefix = f"click {CLICK_ID} transaction tx event None"
    assert unexpected_results(results) == [
        f"{prefix} {{}}: returned 200 recorded, not 410",
        f"{prefix}: recorded 2 times",
        f"{prefix}: recorded 0 times",
    ]


def test_conversion_of_a_goal_is_worth_a_percentage_of_the_amount() -> None:
    action = an_action(event="sale", amount=Decimal("19.99"), is_pending=True)
    (conversion,) = expected_conversions(NETWORK, [a_result(action, 200, "recorded")])
    assert (conversion.goal, conversion.payout, conversion.status) == ("sale", Decimal("1.999"), "pending")


def test_terms_of_the_publisher_set_the_payout_of_the_goal_default_only() -> None:
    network = replace(NETWORK, terms={("pub_1", "cmp_once"): Decimal("0.99")})
    results = [
        a_result(an_action(), 200, "recorded"),
        a_result(an_action(event="sale", amount=Decimal(1)), 200, "recorded"),
    ]
    payouts = [conversion.payout for conversion in expected_conversions(network, results)]
    assert payouts == [Decimal("0.99"), Decimal("0.1")]


def test_second_action_and_label_count_nowhere_and_must_be_answered_so() -> None:
    second, label = an_action(Kind.SECOND), an_action(Kind.NO_GOAL, event="made-up")
    good = [a_result(second, 200, "duplicate"), a_result(label, 200, "recorded"), a_result(label, 200, "duplicate")]
    assert (expected_conversions(NETWORK, good), unexpected_results(good)) == ([], [])
    assert len(unexpected_results([a_result(second, 200, "recorded"), a_result(label, 200, "duplicate")])) == 2
