"""Every endpoint of the deployed stack, asked with real keys by callers of every kind."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.access_walk import NO_VERSION, PUBLISHERS, USERS, Call, Caller, walk, wrong_answers
from tests.stack.network import Network, run_concurrently, wait_for
from tests.stack.test_postbacks import Publisher

SECONDS = 120
"""Time in which a walk must be over: several hundred requests, sixteen at a time."""


@contextmanager
def staff(network: Network) -> Iterator[dict[Caller, tuple[str, str]]]:
    """Provide ID and key of a user of each role, and remove the created ones afterwards."""
    users: dict[Caller, tuple[str, str]] = {
        Caller.OWNER: (network.good("GET", "/admin/me")["user"]["id"], network.admin_key)
    }
    try:
        for role in (Caller.MANAGER, Caller.ANALYST):
            body = {"name": role, "email": f"{role}-{network.mark}@network.example", "role": role}
            user_id = network.good("POST", "/admin/users", body)["id"]
            users[role] = user_id, network.good("POST", f"/admin/users/{user_id}/keys")["api_key"]
        yield users
    finally:
        for role in (Caller.MANAGER, Caller.ANALYST):
            if role in users:
                network.good("DELETE", f"/admin/users/{users[role][0]}")


def asked(network: Network, keys: dict[Caller, str], calls: list[Call]) -> list[str]:
    """Ask for the calls at once and return those that were answered wrongly."""

    def ask(call: Call) -> int:
        body: object = None if call.endpoint.method == "GET" else {}
        return network.call(call.endpoint.method, call.path, body, key=keys[call.caller], **headers).status

    headers = {name.replace("-", "_"): value for name, value in NO_VERSION.items()}
    found = run_concurrently(len(calls), lambda n: wrong_answers(iter([calls[n]]), ask))
    return [each for wrong in found for each in wrong]


def resources_of(network: Network, publisher: Publisher) -> dict[str, str]:
    """Create resources of a publisher. `test_isolation.py` has those that take longer: deliveries, notifications."""
    private = network.smartlink({"campaign_id": publisher.campaign}, visibility="private")
    network.link(private, publisher.id)
    return {
        "smartlink_id": private,
        "click_id": network.click(publisher.link).click_id,
        "postback_id": publisher.postback("https://pub.example/")["id"],
        "key_id": publisher.good("POST", "/publisher/me/keys")["key_id"],
    }


def test_exactly_the_allowed_callers_are_answered(network: Network) -> None:
    one, other, suspended = Publisher(network), Publisher(network), Publisher(network)
    network.good("PATCH", f"/admin/publishers/{suspended.id}", {"status": "suspended"})
    with staff(network) as users:
        things = resources_of(network, one)
        keys = {each: key for each, (_, key) in users.items()}
        keys |= {Caller.NOBODY: "", Caller.PUBLISHER: one.key}
        keys |= {Caller.OTHER_PUBLISHER: other.key, Caller.SUSPENDED: suspended.key}
        calls = list(walk({each: user_id for each, (user_id, _) in users.items()}, things))
        began = time.monotonic()
        for callers in ((Caller.NOBODY, *USERS), *((each,) for each in PUBLISHERS)):
            assert asked(network, keys, [call for call in calls if call.caller in callers]) == []
        assert time.monotonic() - began < SECONDS


def test_change_of_role_and_removal_are_in_force_at_once(network: Network) -> None:
    body: dict[str, Any] = {"name": "game", "destination_url": "https://game.example/"}
    with staff(network) as users:
        user_id, key = users[Caller.ANALYST]
        statuses = [network.call("POST", "/admin/campaigns", body, key=key).status]
        for role in ("manager", "analyst"):
            network.good("PATCH", f"/admin/users/{user_id}", {"role": role})
            statuses.append(network.call("POST", "/admin/campaigns", body, key=key).status)
        assert statuses == [403, 201, 403]
    assert network.call("GET", "/admin/me", key=key).status == 401


def test_sixteen_calls_at_once_leave_a_publisher_with_five_keys(network: Network) -> None:
    publisher_id, key = network.publisher()
    answers = run_concurrently(16, lambda _: network.call("POST", "/publisher/me/keys", key=key).status)
    assert sorted(answers) == [201] * 4 + [409] * 12
    keys = network.good("GET", f"/admin/publishers/{publisher_id}/keys")["items"]
    assert len(keys) == 5
    wait_for(5, lambda: network.good("GET", "/publisher/me/keys", key=key)["items"] == keys, wanted=True)


def test_sixteen_users_at_once_do_not_get_one_email_address(network: Network) -> None:
    body = {"name": "one", "email": f"one-{network.mark}@network.example", "role": "analyst"}
    answers = run_concurrently(16, lambda _: network.call("POST", "/admin/users", body))
    assert sorted(each.status for each in answers) == [201] + [422] * 15
    (made,) = [each.json()["id"] for each in answers if each.status == 201]
    network.good("DELETE", f"/admin/users/{made}")
