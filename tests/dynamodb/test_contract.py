"""The contract of the redirect's two clients: the lean one and PynamoDB's must return the same."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest

from chalicelib.dynamodb import client as dynamodb_client
from chalicelib.lambdas import write_clicks
from chalicelib.tables.clicks import ClickRow, DuplicateMarkerRow
from chalicelib.tables.counters import CapCounterRow
from tests.conftest import Api, ApiResponse, dynamodb
from tests.documents import clicked, new_campaign, new_link, recorded
from tests.dynamodb.requests import BYTES, CASES, outcomes
from tests.moto_endpoint import noted

CLIENTS = ("lean", "pynamodb")


@pytest.fixture
def use(tables: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that selects the client; the lean one is the default."""

    def select(client: str) -> None:
        if client == "lean":
            monkeypatch.delenv("TABLE_CLIENT", raising=False)
        else:
            monkeypatch.setenv("TABLE_CLIENT", client)

    return select


@pytest.mark.parametrize("at_most_once", [False, True], ids=["with retries", "at most once"])
@pytest.mark.parametrize("case", CASES)
def test_both_clients_return_the_same(use: Callable[[str], None], case: str, at_most_once: bool) -> None:
    results = {}
    for client in CLIENTS:
        use(client)
        with noted() as operations:
            results[client] = outcomes(CASES[case], f"key-of-{client}", at_most_once=at_most_once)
        requests = CASES[case].requests("")
        assert operations == ([operation for operation, _ in requests] if client == "lean" else [])
    assert [result["told"] for result in results["lean"]] == CASES[case].told
    assert results["lean"] == results["pynamodb"]


@pytest.mark.parametrize("client", CLIENTS)
def test_responses_and_errors_contain_the_requested_items(use: Callable[[str], None], client: str) -> None:
    use(client)
    item = {"key": {"S": "KEY"}, "used": {"N": "1"}}
    assert outcomes(CASES["an update that returns the new item"], "key-1")[0]["answer"] == {"Attributes": item}
    assert outcomes(CASES["a rejected update that returns the item"], "key-2")[1]["item"] == item
    assert outcomes(CASES["a rejected update"], "key-3")[1]["item"] is None
    (_, cancelled) = outcomes(CASES["a cancelled transaction that returns the item"], "key-4")
    assert cancelled["reasons"] == [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": item}]


@pytest.mark.parametrize("client", CLIENTS)
def test_both_clients_read_the_same_items(use: Callable[[str], None], client: str) -> None:
    use(client)
    outcomes(CASES["bytes"], "key-1")
    row = {"id": "key-1", "version": 7, "snapshot": BYTES, "live": False, "note": ""}
    assert dynamodb_client.get("routes", {"id": {"S": "key-1"}}) == row
    keys = [{"id": {"S": "key-1"}}, {"id": {"S": "none"}}]
    assert dynamodb_client.batch_get("routes", keys, consistent=True) == [row]
    assert dynamodb_client.get("routes", keys[1]) is None


# The redirect with PynamoDB


@pytest.fixture
def by_pynamodb(admin: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """The API, with no request of the lean client."""
    monkeypatch.setenv("TABLE_CLIENT", "pynamodb")
    with noted() as operations:
        yield admin
        assert operations == []


def host(response: ApiResponse) -> str | None:
    assert response.status == 302, response.text
    return urlsplit(response.headers["Location"]).hostname


def test_pynamodb_redirects_and_records_a_click(by_pynamodb: Api) -> None:
    campaign = new_campaign(by_pynamodb)
    code = new_link(by_pynamodb, campaign)
    assert host(clicked(code, {"sub1": "é", "source": "blog"})) == "game.example"
    (row,) = recorded().values()
    assert (row.code, row.campaign_id, row.outcome) == (code, campaign["id"], "offer")
    assert (row.sub_ids, row.source, row.country, row.device) == ({"sub1": "é"}, "blog", "US", "mobile")


def test_pynamodb_never_exceeds_a_cap(by_pynamodb: Api) -> None:
    cap = {"metric": "clicks", "window": "day", "limit": "3"}
    code = new_link(by_pynamodb, new_campaign(by_pynamodb, caps=[cap]))
    assert [host(clicked(code)) for _ in range(5)] == ["game.example"] * 3 + ["network.example"] * 2
    assert [row.used for row in CapCounterRow.scan()] == [3]


def test_pynamodb_rejects_a_duplicate(by_pynamodb: Api) -> None:
    code = new_link(by_pynamodb, new_campaign(by_pynamodb, duplicate_filter={"window_seconds": 60}))
    assert [host(clicked(code)) for _ in range(2)] == ["game.example", "network.example"]
    assert len(list(DuplicateMarkerRow.scan())) == 1
    assert sorted(str(row.is_duplicate) for row in recorded().values()) == ["None", "True"]


def test_pynamodb_does_not_count_a_duplicate_under_a_cap(by_pynamodb: Api) -> None:
    cap = {"metric": "clicks", "window": "day", "limit": "3"}
    campaign = new_campaign(by_pynamodb, caps=[cap], duplicate_filter={"window_seconds": 60})
    code = new_link(by_pynamodb, campaign)
    assert [host(clicked(code)) for _ in range(3)] == ["game.example", "network.example", "network.example"]
    assert [row.used for row in CapCounterRow.scan()] == [1]


def test_pynamodb_queues_a_click_that_the_table_rejects(by_pynamodb: Api) -> None:
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="unwritten-clicks")["QueueUrl"]
    code = new_link(by_pynamodb, new_campaign(by_pynamodb))
    definition = dynamodb().describe_table(TableName="smartlink-clicks")["Table"]
    dynamodb().delete_table(TableName="smartlink-clicks")
    assert host(clicked(code)) == "game.example"
    names = ("TableName", "KeySchema", "AttributeDefinitions")
    table: dict[str, Any] = {name: definition[name] for name in names}
    dynamodb().create_table(**table, BillingMode="PAY_PER_REQUEST")
    (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    write_clicks({"Records": [{"messageId": "1", "body": message["Body"]}]}, None)
    assert [row.attribute_values["code"] for row in ClickRow.scan()] == [code]
