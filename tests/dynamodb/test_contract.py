"""The two clients of the redirect are each other's equal: the lean one, and PynamoDB's."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest

from chalicelib.dynamodb import client as dynamodb_client
from chalicelib.lambdas import write_clicks
from chalicelib.tables.clicks import ClickRow, DuplicateMarkerRow
from chalicelib.tables.counters import CapCounterRow
from tests.conftest import Answered, Api, dynamodb
from tests.documents import clicked, new_campaign, new_link, recorded
from tests.dynamodb.requests import BYTES, CASES, outcomes
from tests.moto_endpoint import noted

CLIENTS = ("lean", "pynamodb")


@pytest.fixture
def use(tables: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Chooses the client: the lean one is the usual."""

    def chooses(client: str) -> None:
        if client == "lean":
            monkeypatch.delenv("TABLE_CLIENT", raising=False)
        else:
            monkeypatch.setenv("TABLE_CLIENT", client)

    return chooses


@pytest.mark.parametrize("once", [False, True], ids=["again", "once"])
@pytest.mark.parametrize("case", CASES)
def test_both_clients_are_told_the_same(use: Callable[[str], None], case: str, once: bool) -> None:
    told = {}
    for client in CLIENTS:
        use(client)
        with noted() as asked:
            told[client] = outcomes(CASES[case], f"key-of-{client}", once=once)
        requests = CASES[case].requests("")
        assert asked == ([operation for operation, _ in requests] if client == "lean" else [])
    assert [each["told"] for each in told["lean"]] == CASES[case].told
    assert told["lean"] == told["pynamodb"]


@pytest.mark.parametrize("client", CLIENTS)
def test_refusals_and_answers_hold_what_was_asked_for(use: Callable[[str], None], client: str) -> None:
    use(client)
    held = {"key": {"S": "KEY"}, "used": {"N": "1"}}
    assert outcomes(CASES["an update that gives what it made"], "key-1")[0]["answer"] == {"Attributes": held}
    assert outcomes(CASES["a refused update that gives what is there"], "key-2")[1]["item"] == held
    assert outcomes(CASES["a refused update"], "key-3")[1]["item"] is None
    (_, cancelled) = outcomes(CASES["a cancelled transaction that gives what is there"], "key-4")
    assert cancelled["reasons"] == [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": held}]


@pytest.mark.parametrize("client", CLIENTS)
def test_items_are_read_alike(use: Callable[[str], None], client: str) -> None:
    use(client)
    outcomes(CASES["bytes"], "key-1")
    read = {"id": "key-1", "version": 7, "snapshot": BYTES, "live": False, "note": ""}
    assert dynamodb_client.get("routes", {"id": {"S": "key-1"}}) == read
    keys = [{"id": {"S": "key-1"}}, {"id": {"S": "none"}}]
    assert dynamodb_client.batch_get("routes", keys, consistent=True) == [read]
    assert dynamodb_client.get("routes", keys[1]) is None


# The redirect by PynamoDB


@pytest.fixture
def by_pynamodb(admin: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """The API, and no request by the lean client."""
    monkeypatch.setenv("TABLE_CLIENT", "pynamodb")
    with noted() as asked:
        yield admin
        assert asked == []


def host(answered: Answered) -> str | None:
    assert answered.status == 302, answered.text
    return urlsplit(answered.headers["Location"]).hostname


def test_by_pynamodb_a_click_is_sent_on_and_recorded(by_pynamodb: Api) -> None:
    campaign = new_campaign(by_pynamodb)
    code = new_link(by_pynamodb, campaign)
    assert host(clicked(code, {"sub1": "é", "source": "blog"})) == "game.example"
    (row,) = recorded().values()
    assert (row.code, row.campaign_id, row.outcome) == (code, campaign["id"], "offer")
    assert (row.sub_ids, row.source, row.country, row.device) == ({"sub1": "é"}, "blog", "US", "mobile")


def test_by_pynamodb_a_cap_is_reached_exactly(by_pynamodb: Api) -> None:
    cap = {"metric": "clicks", "window": "day", "limit": "3"}
    code = new_link(by_pynamodb, new_campaign(by_pynamodb, caps=[cap]))
    assert [host(clicked(code)) for _ in range(5)] == ["game.example"] * 3 + ["network.example"] * 2
    assert [row.used for row in CapCounterRow.scan()] == [3]


def test_by_pynamodb_a_visitor_counts_once(by_pynamodb: Api) -> None:
    code = new_link(by_pynamodb, new_campaign(by_pynamodb, duplicate_filter={"window_seconds": 60}))
    assert [host(clicked(code)) for _ in range(2)] == ["game.example", "network.example"]
    assert len(list(DuplicateMarkerRow.scan())) == 1
    assert sorted(str(row.is_duplicate) for row in recorded().values()) == ["None", "True"]


def test_by_pynamodb_a_duplicate_takes_no_place_under_a_cap(by_pynamodb: Api) -> None:
    cap = {"metric": "clicks", "window": "day", "limit": "3"}
    campaign = new_campaign(by_pynamodb, caps=[cap], duplicate_filter={"window_seconds": 60})
    code = new_link(by_pynamodb, campaign)
    assert [host(clicked(code)) for _ in range(3)] == ["game.example", "network.example", "network.example"]
    assert [row.used for row in CapCounterRow.scan()] == [1]


def test_by_pynamodb_a_click_that_the_table_refuses_is_written_later(by_pynamodb: Api) -> None:
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="unwritten-clicks")["QueueUrl"]
    code = new_link(by_pynamodb, new_campaign(by_pynamodb))
    definition = dynamodb().describe_table(TableName="smartlink-clicks")["Table"]
    dynamodb().delete_table(TableName="smartlink-clicks")
    assert host(clicked(code)) == "game.example"
    taken = ("TableName", "KeySchema", "AttributeDefinitions")
    again: dict[str, Any] = {name: definition[name] for name in taken}
    dynamodb().create_table(**again, BillingMode="PAY_PER_REQUEST")
    (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    write_clicks({"Records": [{"messageId": "1", "body": message["Body"]}]}, None)
    assert [row.code for row in ClickRow.scan()] == [code]
