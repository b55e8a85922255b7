from collections import Counter
from ipaddress import ip_address
from random import Random

from bench import visitor as bench
from bench.agents import AGENTS
from chalicelib.domain.visitor import Device
from chalicelib.routing.user_agent import parse_user_agent


def test_user_agents_are_distinct_and_cover_all_devices_and_bots() -> None:
    found = [parse_user_agent(agent) for agent in AGENTS]

    assert len(set(AGENTS)) == len(AGENTS) == 44
    assert {agent.device for agent in found} == set(Device)
    assert Counter(agent.is_bot for agent in found) == {False: 41, True: 3}


def test_addresses_have_the_requested_version_and_rarely_repeat() -> None:
    rng = Random(5)  # noqa: S311 - no secrets
    fours, sixes = bench.addresses_4(rng), bench.addresses_6(rng)

    assert {ip_address(each).version for each in fours} == {4}
    assert {ip_address(each).version for each in sixes} == {6}
    assert len({*fours, *sixes}) == 2 * bench.ADDRESSES


def test_only_chromium_user_agents_have_client_hints() -> None:
    rng = Random(5)  # noqa: S311 - no secrets
    hinting = {"sec-ch-ua-mobile" in headers: headers["user-agent"] for headers in bench.requests(rng)}

    assert "Chrome/" in hinting[True]
    assert "Chrome/" not in hinting[False]


def test_work_calls_once_per_input_and_reports_the_number_of_calls() -> None:
    seen: list[str] = []
    work, calls = bench.over(["a", "b"], seen.append)
    work()

    assert (seen, calls) == (["a", "b"] * bench.COPIES, 2 * bench.COPIES)
