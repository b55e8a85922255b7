"""Every function runs with the rights of its own role: without one of them, its call is denied."""

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import pytest

from deploy import cloud
from tests.stack.network import Network

pytestmark = pytest.mark.alone  # while a right is missing, it is missing for other tests too

_UNKNOWN = "none"
"""An ID that nothing has."""


@dataclass(frozen=True)
class Roles:
    """The functions of the stack and the inline policies of their roles."""

    here: cloud.Cloud

    @cached_property
    def _functions(self) -> dict[str, dict[str, Any]]:
        listed = self._client("lambda").get_paginator("list_functions").paginate()
        return {each["FunctionName"].split("-")[1]: each for page in listed for each in page["Functions"]}

    def _client(self, service: str) -> Any:
        return self.here.session.client(service, endpoint_url=self.here.endpoint)  # type: ignore[call-overload]

    def call(self, function: str, event: dict[str, Any]) -> str:
        """Call a function and return "" if it succeeded, else its error or what it reports as failed."""
        answer = self._client("lambda").invoke(
            FunctionName=self._functions[function]["FunctionName"], Payload=json.dumps(event)
        )
        document = json.loads(answer["Payload"].read())
        if answer.get("FunctionError"):
            return str(document.get("errorMessage", document))
        return str((document or {}).get("batchItemFailures") or "") if isinstance(document, dict) else ""

    def item(self, table: str, **key: str) -> dict[str, Any]:
        """Return an item in DynamoDB's JSON."""
        typed = {name: {"S": value} for name, value in key.items()}
        found: dict[str, Any] = self._client("dynamodb").get_item(TableName=f"smartlink-{table}", Key=typed)["Item"]
        return found

    @contextmanager
    def without(self, function: str, action: str, table: str) -> Iterator[None]:
        """Take one right from a function: an action on the resources whose ARN contains `table`."""
        iam = self._client("iam")
        role = self._functions[function]["Role"].rpartition("/")[2]
        (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
        policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        reduced = _without(policy, action, table)
        assert reduced != policy, f"{function} has no {action} on {table}"
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(reduced))
        try:
            yield
        finally:
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))


def _without(policy: dict[str, Any], action: str, table: str) -> dict[str, Any]:
    reduced = deepcopy(policy)
    statements = []
    for statement in reduced["Statement"]:
        resources, actions = (_list(statement[part]) for part in ("Resource", "Action"))
        touched = [each for each in resources if table in each]
        if action in actions and touched:
            others = [each for each in resources if each not in touched]
            rest = [each for each in actions if each != action]
            statements += [{**statement, "Resource": others}] * bool(others)
            statements += [{**statement, "Resource": touched, "Action": rest}] * bool(rest)
        else:
            statements.append(statement)
    return {**reduced, "Statement": statements}


def _list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


@pytest.fixture(scope="module")
def roles(deployed: dict[str, Any]) -> Roles:
    return Roles(cloud.local())


def _messages(body: Any) -> dict[str, Any]:
    return {"Records": [{"messageId": "1", "body": json.dumps(body)}]}


def _records(image: dict[str, Any] | None = None, name: str = "MODIFY") -> dict[str, Any]:
    """Return a stream event of one record, after all others in the order of the stream."""
    sequence = f"9{secrets.randbelow(10**20):020}"
    content = {"SequenceNumber": sequence, "ApproximateCreationDateTime": int(time.time())}
    return {"Records": [{"eventName": name, "dynamodb": {**content, **({"NewImage": image} if image else {})}}]}


_SCHEDULED = {
    "version": "0",
    "id": _UNKNOWN,
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "1",
    "time": "2026-01-01T00:00:00Z",
    "region": "us-east-1",
    "resources": [],
    "detail": {},
}
_DELIVERY = {
    "publisher_id": _UNKNOWN,
    "postback_id": _UNKNOWN,
    "conversion_id": _UNKNOWN,
    "revision": 1,
    "series": "first",
    "attempt": 1,
    "due": "2026-01-01T00:00:00+00:00",
}
_CAP = {
    "key": {"S": "none|clicks|day|UTC|2026-01-01|*"},
    "used": {"N": "1"},
    "expires_at": {"N": "1"},
}


@pytest.mark.parametrize(
    ("function", "action", "table", "event"),
    [
        ("CountClicks", "dynamodb:GetItem", "-runs", _records()),
        ("WatchCaps", "dynamodb:BatchGetItem", "-campaigns", _records(_CAP)),
        ("ArchiveConversions", "dynamodb:GetItem", "-runs", _records()),
        (
            "QueueEmails",
            "dynamodb:Query",
            "-users",
            _records(
                {"owner_year": {"S": "admin#2026"}, "id": {"S": _UNKNOWN}, "kind": {"S": "cap_reached"}}, "INSERT"
            ),
        ),
        ("DeliverPostbacks", "dynamodb:GetItem", "-postbacks", _messages(_DELIVERY)),
        (
            "SendEmails",
            "dynamodb:GetItem",
            "-notifications",
            _messages({"owner_year": "pub_none#2026", "notification_id": _UNKNOWN, "person": _UNKNOWN}),
        ),
        ("LearnPools", "dynamodb:GetItem", "-routes", _messages({"at": 1, "pools": [_UNKNOWN]})),
        (
            "ImportConversions",
            "dynamodb:GetItem",
            "-conversion_imports",
            _messages({"import_id": _UNKNOWN, "chunk": 1, "at": 1}),
        ),
        ("MergeCounters", "dynamodb:Query", "-counters", _SCHEDULED),
        ("WatchFallbacks", "dynamodb:Query", "-counters", _SCHEDULED),
        ("Learn", "dynamodb:Query", "-pools", _SCHEDULED),
        ("ApproveConversions", "dynamodb:Query", "-conversions", _SCHEDULED),
        ("IndexLists", "dynamodb:GetItem", "-list_entries", _SCHEDULED),
        ("FinishTasks", "dynamodb:Query", "-smartlink_tasks", _SCHEDULED),
    ],
)
def test_function_fails_without_one_of_its_rights_and_works_with_it(
    function: str, action: str, table: str, event: dict[str, Any], roles: Roles
) -> None:
    _fails_only_without(roles, function, action, table, event)


def test_backlog_and_announcements_fail_without_one_of_their_rights(network: Network, roles: Roles) -> None:
    campaign = network.campaign("rights")
    clicked = network.click(network.link(network.smartlink({"campaign_id": campaign})))
    token = network.good("GET", f"/admin/campaigns/{campaign}")["postback_token"]
    path = f"/postback?{urlencode({'click_id': clicked.click_id, 'token': token})}"
    conversion_id = network.good("GET", path)["conversion_id"]
    click = roles.item("clicks", click_id=clicked.click_id)
    conversion = roles.item("conversions", id=conversion_id)
    _fails_only_without(roles, "WriteClicks", "dynamodb:PutItem", "-clicks", _messages(click))
    _fails_only_without(roles, "AnnounceConversions", "dynamodb:Query", "-postbacks", _records(conversion))


def test_api_and_redirect_fail_without_one_of_their_rights(network: Network, roles: Roles) -> None:
    link = network.link(network.smartlink({"campaign_id": network.campaign("rights")}))
    assert (network.call("GET", "/admin/me").status, network.click(link).status) == (200, 302)
    with roles.without("APIHandler", "dynamodb:GetItem", "-api_keys"):
        assert network.call("GET", "/admin/me").status == 503
    with roles.without("Redirect", "dynamodb:GetItem", "-links"):
        assert network.click(link[:-10] + secrets.token_hex(5)).status == 503
    assert (network.call("GET", "/admin/me").status, network.click(link).status) == (200, 302)


def _fails_only_without(roles: Roles, function: str, action: str, table: str, event: dict[str, Any]) -> None:
    assert roles.call(function, event) == ""
    with roles.without(function, action, table):
        assert roles.call(function, event) != ""
    assert roles.call(function, event) == ""
