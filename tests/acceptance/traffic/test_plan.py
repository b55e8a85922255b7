from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from acceptance.traffic.addresses import Address
from acceptance.traffic.goals import PlannedGoal
from acceptance.traffic.ledger import Click
from acceptance.traffic.plan import (
    SUBS,
    Link,
    PlannedAction,
    PlannedCampaign,
    draw_actions,
    draw_rounds,
    draw_visits,
)
from acceptance.traffic.user_agents import BOTS, HUMANS, Agent
from chalicelib.routing.user_agent import parse_user_agent

LINKS = [Link("http://x/s/1", "sml_1", "pub_1"), Link("http://x/s/2", "sml_2", "pub_2", "cmp_once")]
ADDRESSES = [Address("8.8.8.8", "US", "AS15169"), Address("81.2.69.142", "GB"), Address("192.0.2.1", None)]
CAMPAIGNS = [
    PlannedCampaign("cmp_often", "often", "often.example", "t", PlannedGoal(payout=Decimal("1.37")), 0.9),
    PlannedCampaign("cmp_never", "never", "never.example", "t", PlannedGoal(), 0),
]


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - reproducible traffic


def a_click(n: int, campaign: str | None = "cmp_often", *, is_bot: bool = False) -> Click:
    return Click(
        click_id=f"click-{n}",
        at=datetime(2026, 11, 20, tzinfo=UTC),
        smartlink="sml_1",
        publisher="pub_1",
        campaign=campaign,
        country="US",
        device="mobile",
        os="ios",
        sub1=None,
        is_bot=is_bot,
        is_duplicate=False,
        visitor=str(n),
    )


def some_actions(count: int = 400) -> list[PlannedAction]:
    return draw_actions(seeded(1), [a_click(n) for n in range(100)], CAMPAIGNS, count)


@pytest.mark.parametrize("agent", [*HUMANS, *BOTS], ids=lambda agent: agent.text[:60])
def test_server_classifies_each_user_agent_as_expected(agent: Agent) -> None:
    read = parse_user_agent(agent.text)
    assert (read.device, read.os, read.browser, read.is_bot) == (agent.device, agent.os, agent.browser, agent.is_bot)


def test_user_agents_cover_all_devices_and_operating_systems() -> None:
    assert {agent.device for agent in HUMANS} == {"mobile", "tablet", "desktop"}
    assert {agent.os for agent in HUMANS} == {"ios", "android", "windows", "macos", "linux", "chromeos"}


def test_same_seed_draws_the_same_visits() -> None:
    assert draw_visits(seeded(7), LINKS, ADDRESSES, 50) == draw_visits(seeded(7), LINKS, ADDRESSES, 50)
    assert draw_visits(seeded(7), LINKS, ADDRESSES, 50) != draw_visits(seeded(8), LINKS, ADDRESSES, 50)


def test_visits_cover_all_links_sub_ids_and_countries_with_repeated_visitors() -> None:
    drawn = draw_visits(seeded(1), LINKS, ADDRESSES, 2000)
    assert len(drawn) == 2000
    assert {visit.link for visit in drawn} == set(LINKS)
    assert {visit.sub1 for visit in drawn} == set(SUBS)
    assert {visit.country for visit in drawn} == {"US", "GB", None}
    assert max(Counter((visit.address, visit.agent) for visit in drawn).values()) > 1
    assert any(visit.agent.is_bot for visit in drawn)


def test_sub1_is_sent_under_one_of_its_names_or_not_at_all() -> None:
    for visit in draw_visits(seeded(2), LINKS, ADDRESSES, 200):
        values = [value for name, value in visit.query.items() if name not in visit.details.query]
        assert values == ([] if visit.sub1 is None else [visit.sub1])


def test_number_of_distinct_actions_is_exact() -> None:
    keys = {(action.click.click_id, action.txid, action.event) for action in some_actions(400)}
    assert len(keys) == 400


def test_only_human_clicks_on_offers_convert_by_the_campaign_rate() -> None:
    clicks = [a_click(1), a_click(2, is_bot=True), a_click(3, None), a_click(4, "cmp_never")]
    assert {action.click.click_id for action in draw_actions(seeded(1), clicks, CAMPAIGNS, 50)} == {"click-1"}
    assert draw_actions(seeded(1), clicks[1:3], CAMPAIGNS, 50) == []


def test_some_actions_have_amounts_and_some_are_rejected() -> None:
    drawn = some_actions(400)
    assert 50 < sum(action.payout is not None for action in drawn) < 150
    assert 20 < sum(action.is_rejected for action in drawn) < 80
    assert max(Counter(action.click.click_id for action in drawn).values()) > 1


def test_every_action_is_posted_and_some_more_than_once() -> None:
    drawn = some_actions(400)
    posts_by_round = draw_rounds(seeded(1), drawn)
    firsts = [post for posts in posts_by_round for post in posts if not post.changes_status]
    assert {id(post.action) for post in firsts} == {id(action) for action in drawn}
    assert len(firsts) > 440
    assert {post.method for post in firsts} == {"GET", "POST"}


def test_rejection_is_in_a_later_round_than_its_conversion() -> None:
    drawn = some_actions(400)
    posted: set[int] = set()
    rejected: set[int] = set()
    for posts in draw_rounds(seeded(3), drawn):
        now_rejected = {id(post.action) for post in posts if post.parameters.get("status") == "rejected"}
        assert now_rejected <= posted
        rejected |= now_rejected
        posted |= {id(post.action) for post in posts}
    assert rejected == {id(action) for action in drawn if action.is_rejected}


def test_repeated_posts_of_a_round_are_adjacent_and_equal() -> None:
    for posts in draw_rounds(seeded(1), some_actions(400)):
        for action, times in Counter(id(post.action) for post in posts).items():
            places = [n for n, post in enumerate(posts) if id(post.action) == action]
            assert places == list(range(places[0], places[0] + times))
            assert len({tuple(sorted(posts[n].parameters.items())) for n in places}) == 1


SHOP = PlannedCampaign(
    "cmp_often",
    "shop",
    "shop.example",
    "t",
    PlannedGoal(payout=Decimal(1)),
    0.9,
    goals=(PlannedGoal("install", once=True), PlannedGoal("sale", payout_percent=Decimal(5))),
)


def test_actions_reach_all_goals_and_one_that_counts_once_once_per_click() -> None:
    drawn = draw_actions(seeded(1), [a_click(n) for n in range(50)], [SHOP], 400)
    assert {action.event for action in drawn} == {None, "install", "sale"}
    installs = Counter(action.click.click_id for action in drawn if action.event == "install")
    assert set(installs.values()) == {1}
    assert {action.event for action in drawn if action.amount is not None} == {"sale"}


@pytest.mark.parametrize(
    ("changes", "auto", "manual"),
    [
        ({}, "approved", "pending"),
        ({"is_pending": True}, "pending", "pending"),
        ({"is_pending": True, "is_confirmed": True}, "approved", "pending"),
        ({"is_pending": True, "is_confirmed": True, "is_rejected": True}, "rejected", "rejected"),
    ],
    ids=["no status", "pending", "confirmed", "rejected"],
)
def test_status_in_the_end_follows_from_the_posts_and_the_approval(
    changes: dict[str, Any], auto: str, manual: str
) -> None:
    action = PlannedAction(a_click(1), "tx", None, **changes)
    assert (action.status(is_manual=False), action.status(is_manual=True)) == (auto, manual)


def test_pending_actions_are_confirmed_in_a_later_round_and_before_their_rejection() -> None:
    drawn = some_actions(400)
    places: dict[int, list[str]] = {}
    for posts in draw_rounds(seeded(3), drawn):
        for key, status in {(id(post.action), post.parameters.get("status", "")) for post in posts}:
            places.setdefault(key, []).append(status)
    confirmed = [places[id(action)] for action in drawn if action.is_confirmed]
    assert len(confirmed) > 10
    assert all(statuses[0] == "pending" and "approved" in statuses[1:3] for statuses in confirmed)
    assert all(
        "approved" not in statuses[statuses.index("rejected") :] for statuses in confirmed if "rejected" in statuses
    )
