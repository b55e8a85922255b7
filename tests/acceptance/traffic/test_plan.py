from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from random import Random

import pytest

from acceptance.traffic.ledger import Click
from acceptance.traffic.plan import SUBS, Link, PlannedAction, PlannedCampaign, actions, late_actions, rounds, visits
from acceptance.traffic.user_agents import BOTS, HUMANS, Agent
from chalicelib.routing.visitor_detection import parse_user_agent

LINKS = [Link("http://x/s/1", "sml_1", "pub_1"), Link("http://x/s/2", "sml_2", "pub_2", "cmp_once")]
ADDRESSES = {"8.8.8.8": "US", "81.2.69.142": "GB", "192.0.2.1": None}
CAMPAIGNS = [
    PlannedCampaign("cmp_often", "often", "often.example", "t", Decimal("1.37"), Decimal("2.11"), 0.9),
    PlannedCampaign("cmp_never", "never", "never.example", "t", Decimal(1), Decimal(2), 0),
]


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - traffic that can be drawn again


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


def told(count: int = 400) -> list[PlannedAction]:
    return actions(seeded(1), [a_click(n) for n in range(100)], CAMPAIGNS, count)


@pytest.mark.parametrize("agent", [*HUMANS, *BOTS], ids=lambda agent: agent.text[:60])
def test_the_server_reads_each_agent_as_a_person_does(agent: Agent) -> None:
    read = parse_user_agent(agent.text)
    assert (read.device, read.os, read.is_bot) == (agent.device, agent.os, agent.is_bot)


def test_the_agents_are_of_all_kinds() -> None:
    assert {agent.device for agent in HUMANS} == {"mobile", "tablet", "desktop"}
    assert {agent.os for agent in HUMANS} == {"ios", "android", "windows", "macos", "linux", "chromeos"}


def test_the_same_seed_draws_the_same_visits() -> None:
    assert visits(seeded(7), LINKS, ADDRESSES, 50) == visits(seeded(7), LINKS, ADDRESSES, 50)
    assert visits(seeded(7), LINKS, ADDRESSES, 50) != visits(seeded(8), LINKS, ADDRESSES, 50)


def test_visits_use_all_links_labels_and_countries_and_some_visitors_come_again() -> None:
    drawn = visits(seeded(1), LINKS, ADDRESSES, 2000)
    assert len(drawn) == 2000
    assert {visit.link for visit in drawn} == set(LINKS)
    assert {visit.sub1 for visit in drawn} == set(SUBS)
    assert {visit.country for visit in drawn} == {"US", "GB", None}
    assert max(Counter((visit.address, visit.agent) for visit in drawn).values()) > 1
    assert any(visit.agent.is_bot for visit in drawn)


def test_sub1_goes_out_under_one_of_its_names_or_not_at_all() -> None:
    for visit in visits(seeded(2), LINKS, ADDRESSES, 200):
        labels = [value for name, value in visit.query.items() if name != "source"]
        assert labels == ([] if visit.sub1 is None else [visit.sub1])


def test_there_are_exactly_as_many_different_actions_as_asked_for() -> None:
    keys = {(action.click.click_id, action.txid, action.event) for action in told(400)}
    assert len(keys) == 400


def test_only_people_on_offers_convert_and_by_the_offers_rate() -> None:
    clicks = [a_click(1), a_click(2, is_bot=True), a_click(3, None), a_click(4, "cmp_never")]
    assert {action.click.click_id for action in actions(seeded(1), clicks, CAMPAIGNS, 50)} == {"click-1"}
    assert actions(seeded(1), clicks[1:3], CAMPAIGNS, 50) == []


def test_some_actions_bring_figures_and_some_are_rejected() -> None:
    drawn = told(400)
    assert 50 < sum(action.payout is not None for action in drawn) < 150
    assert 20 < sum(action.is_rejected for action in drawn) < 80
    assert max(Counter(action.click.click_id for action in drawn).values()) > 1


def test_every_action_is_told_and_some_twice_at_once_and_some_again() -> None:
    drawn = told(400)
    arriving = rounds(seeded(1), drawn)
    firsts = [post for posts in arriving for post in posts if not post.rejects]
    assert {id(post.action) for post in firsts} == {id(action) for action in drawn}
    assert len(firsts) > 440
    assert {post.method for post in firsts} == {"GET", "POST"}


def test_a_rejection_arrives_in_a_later_round_than_what_it_rejects() -> None:
    drawn = told(400)
    came: set[int] = set()
    rejected: set[int] = set()
    for posts in rounds(seeded(3), drawn):
        now_rejected = {id(post.action) for post in posts if post.rejects}
        assert now_rejected <= came
        rejected |= now_rejected
        came |= {id(post.action) for post in posts}
    assert rejected == {id(action) for action in drawn if action.is_rejected}


def test_what_comes_twice_in_a_round_comes_side_by_side_with_the_same_figures() -> None:
    for posts in rounds(seeded(1), told(400)):
        for action, times in Counter(id(post.action) for post in posts).items():
            places = [n for n, post in enumerate(posts) if id(post.action) == action]
            assert places == list(range(places[0], places[0] + times))
            assert len({tuple(sorted(posts[n].parameters.items())) for n in places}) == 1


def test_late_actions_are_one_for_each_click() -> None:
    late = late_actions([a_click(1), a_click(2)])
    assert [(action.click.click_id, action.is_late) for action in late] == [("click-1", True), ("click-2", True)]
