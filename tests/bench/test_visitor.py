from collections import Counter
from ipaddress import ip_address
from random import Random

from bench import visitor as bench
from bench.agents import AGENTS
from chalicelib.domain.visitor import Device
from chalicelib.routing.visitor_detection import parse_user_agent


def test_the_agents_differ_and_are_of_every_device_a_few_of_them_bots() -> None:
    found = [parse_user_agent(agent) for agent in AGENTS]

    assert len(set(AGENTS)) == len(AGENTS) == 42
    assert {agent.device for agent in found} == set(Device)
    assert Counter(agent.is_bot for agent in found) == {False: 39, True: 3}


def test_addresses_are_of_the_version_asked_for_and_seldom_the_same() -> None:
    dice = Random(5)  # noqa: S311 - no secrets
    fours, sixes = bench.addresses_4(dice), bench.addresses_6(dice)

    assert {ip_address(each).version for each in fours} == {4}
    assert {ip_address(each).version for each in sixes} == {6}
    assert len({*fours, *sixes}) == 2 * bench.ADDRESSES


def test_only_browsers_that_send_client_hints_send_them() -> None:
    dice = Random(5)  # noqa: S311 - no secrets
    hinting = {"sec-ch-ua-mobile" in headers: headers["user-agent"] for headers in bench.requests(dice)}

    assert "Chrome/" in hinting[True]
    assert "Chrome/" not in hinting[False]


def test_a_work_makes_the_call_for_each_input_and_tells_how_many_it_makes() -> None:
    seen: list[str] = []
    work, calls = bench.over(["a", "b"], seen.append)
    work()

    assert (seen, calls) == (["a", "b"] * bench.COPIES, 2 * bench.COPIES)
