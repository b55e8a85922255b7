"""Edits, archiving and restoring that race on the deployed stack. After each race a checker walks the tables."""

import json
import zlib
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.domain.compressed_text import decompress
from deploy import cloud
from local.http import LocalResponse
from tests.stack.network import Network, run_concurrently

ROUNDS = 2
JsonObject = dict[str, Any]


class Tables:
    """The tables of the stack, item by item."""

    def __init__(self) -> None:
        here = cloud.local()
        self._client = here.session.client("dynamodb", endpoint_url=here.endpoint)
        self._stack = here.stack

    def item(self, table: str, key: str) -> JsonObject:
        found = self._client.get_item(TableName=f"{self._stack}-{table}", Key={"id": {"S": key}}, ConsistentRead=True)
        item: JsonObject = found["Item"]
        return item

    def versions(self, smartlink_id: str) -> list[JsonObject]:
        """Return the stored versions of a smartlink, the first one first."""
        found: list[JsonObject] = self._client.query(
            TableName=f"{self._stack}-smartlink_versions",
            KeyConditionExpression="smartlink_id = :id",
            ExpressionAttributeValues={":id": {"S": smartlink_id}},
            ConsistentRead=True,
        )["Items"]
        return found


def settings_of(item: JsonObject) -> JsonObject:
    """Return the settings of a smartlink, campaign or version."""
    stored = item["settings"]
    text = zlib.decompress(stored["B"]) if "B" in stored else decompress(stored["S"])
    settings: JsonObject = json.loads(text)
    return settings


def check_smartlink(tables: Tables, smartlink_id: str) -> None:
    """Fail if a smartlink is in an impossible state: it, its versions, its route and its campaigns do not agree."""
    pool = tables.item("pools", smartlink_id)
    versions, version = tables.versions(smartlink_id), int(pool["version"]["N"])
    assert [int(each["version"]["N"]) for each in versions] == [*range(1, version + 1)]
    assert (settings_of(versions[-1]), versions[-1]["status"]) == (settings_of(pool), pool["status"])
    assert ["expires_at" in each for each in versions] == [True] * (version - 1) + [False]
    _check_route(tables, smartlink_id, pool)
    held = {offer["campaign_id"] for offer in settings_of(pool)["offers"]}
    assert {settings_of(tables.item("campaigns", each))["status"] for each in held} <= {"active"}


def _check_route(tables: Tables, smartlink_id: str, pool: JsonObject) -> None:
    route = tables.item("routes", smartlink_id)
    newest = tables.item("routes", f"{smartlink_id}@{route['version']['N']}")
    assert newest["snapshot"] == route["snapshot"]
    compiled = json.loads(zlib.decompress(route["snapshot"]["B"]))["pool"]
    expected = {name: value for name, value in settings_of(pool).items() if name != "format"}
    assert compiled == {**expected, "id": smartlink_id, "status": pool["status"]["S"]}


def offers_of(campaign_id: str) -> JsonObject:
    return {"offers": [{"campaign_id": campaign_id}]}


Edit = Callable[[Network, str, str], LocalResponse]


def a_patch(network: Network, smartlink: str, campaign: str) -> LocalResponse:
    return network.call("PATCH", f"/admin/smartlinks/{smartlink}", offers_of(campaign))


def a_restoration(network: Network, smartlink: str, _: str) -> LocalResponse:
    return network.call("POST", f"/admin/smartlinks/{smartlink}/versions/1/restore")


@pytest.mark.parametrize("edit", [a_patch, a_restoration])
def test_campaign_is_added_or_archived_but_never_both(network: Network, edit: Edit) -> None:
    tables, seen = Tables(), Counter[tuple[bool, bool]]()
    for _ in range(ROUNDS):
        campaign = network.campaign("raced")
        with_it = [{"campaign_id": campaign}] if edit is a_restoration else []
        smartlinks = [network.smartlink(*with_it) for _ in range(8)]
        for each in smartlinks if with_it else []:
            network.good("PATCH", f"/admin/smartlinks/{each}", {"offers": []})

        def act(n: int, smartlinks: list[str] = smartlinks, campaign: str = campaign) -> int:
            if n % 2:
                return network.call("DELETE", f"/admin/campaigns/{campaign}").status
            return edit(network, smartlinks[n // 2], campaign).status

        statuses = run_concurrently(16, act)
        is_added, is_archived = 200 in statuses[::2], 204 in statuses[1::2]
        assert set(statuses[::2]) <= {200, 409 if edit is a_restoration else 422}
        assert set(statuses[1::2]) <= {204, 409}
        seen[is_added, is_archived] += 1
        for each in smartlinks:
            check_smartlink(tables, each)
    assert set(seen) <= {(True, False), (False, True)}


def test_new_smartlinks_and_clones_hold_no_archived_campaign(network: Network) -> None:
    tables, campaign = Tables(), network.campaign("cloned")
    source = network.smartlink({"campaign_id": campaign})

    def act(n: int) -> str | None:
        if n == 3:
            network.good("DELETE", f"/admin/smartlinks/{source}")
        if n % 4 == 3:
            network.call("DELETE", f"/admin/campaigns/{campaign}")
            return None
        body = None if n % 2 else {"name": f"New {network.mark}", **offers_of(campaign)}
        path = f"/admin/smartlinks/{source}/clone" if n % 2 else "/admin/smartlinks"
        answer = network.call("POST", path, body)
        assert answer.status in {201, 404, 409, 422}
        return str(answer.json()["id"]) if answer.status == 201 else None

    for created in filter(None, run_concurrently(32, act)):
        check_smartlink(tables, created)


@pytest.mark.parametrize("header", [{}, {"If_Match": '"1"'}], ids=["any version", "If-Match"])
def test_16_concurrent_edits_make_one_version_each(network: Network, header: dict[str, str]) -> None:
    smartlink = network.smartlink({"campaign_id": network.campaign("edited")})
    path = f"/admin/smartlinks/{smartlink}"
    answers = run_concurrently(16, lambda n: network.call("PATCH", path, {"description": f"edit {n}"}, **header))
    done = [answer.json() for answer in answers if answer.status == 200]
    assert Counter(answer.status for answer in answers) == ({200: 1, 412: 15} if header else {200: 16})
    assert sorted(each["version"] for each in done) == [*range(2, len(done) + 2)]
    stored = {int(each["version"]["N"]): settings_of(each)["description"] for each in Tables().versions(smartlink)}
    assert stored == {1: "", **{each["version"]: each["description"] for each in done}}
    check_smartlink(Tables(), smartlink)


def test_16_concurrent_changes_of_every_kind_leave_a_smartlink_consistent(network: Network) -> None:
    campaigns = [network.campaign(f"kind{n}") for n in range(2)]
    smartlink = network.smartlink({"campaign_id": campaigns[0]})
    path = f"/admin/smartlinks/{smartlink}"
    network.good("PATCH", path, offers_of(campaigns[1]))
    calls: list[tuple[str, str, JsonObject | None]] = [
        ("POST", f"{path}/pause", None),
        ("POST", f"{path}/resume", None),
        ("POST", f"{path}/versions/1/restore", None),
        ("PATCH", path, {"offers": [{"campaign_id": each} for each in campaigns]}),
        ("PATCH", path, {"offers": []}),
        ("PATCH", f"/admin/campaigns/{campaigns[0]}", {"payout": "3"}),
    ]
    answers = run_concurrently(48, lambda n: network.call(*calls[n % len(calls)]))
    assert {answer.status for answer in answers} == {200}
    of_smartlink = [answer.json()["version"] for n, answer in enumerate(answers) if n % len(calls) != 5]
    assert sorted(of_smartlink) == [*range(3, 43)]
    check_smartlink(Tables(), smartlink)
