import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from chalice.app import CloudWatchEvent

from acceptance.learning import learning_runs
from acceptance.learning.smartlink import Market, seats
from acceptance.traffic.network import TestNetwork
from acceptance.traffic.plan import Link
from deploy import cloud
from deploy.errors import CommandError


class Aws:
    """A session and all its clients at once; answers an invocation with what it was given."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer
        self.asked: list[Any] = []

    def client(self, service: str, endpoint_url: str) -> "Aws":
        assert endpoint_url
        self.asked.append(service)
        return self

    def describe_stack_resource(self, **named: str) -> Any:
        if named["LogicalResourceId"] != "Learn":
            raise ClientError({"Error": {"Code": "ValidationError"}}, "DescribeStackResource")
        return {"StackResourceDetail": {"PhysicalResourceId": "smartlink-learn"}}

    def invoke(self, **named: Any) -> Any:
        self.asked.append((named["FunctionName"], json.loads(named["Payload"])))
        return self.answer


def aws(monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]) -> Aws:
    made = Aws(answer)
    session: Any = made
    monkeypatch.setattr(cloud, "local", lambda: cloud.Cloud(session, "http://127.0.0.1:1", "local", "smartlink", ""))
    return made


def test_the_function_is_found_by_its_place_in_the_template_and_called_as_its_schedule_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = aws(monkeypatch, {})
    learning_runs.invoke(learning_runs.LOGICAL_ID)
    ((name, event),) = [each for each in made.asked if isinstance(each, tuple)]
    assert name == "smartlink-learn"
    assert CloudWatchEvent(event, None).detail_type == "Scheduled Event"


def test_a_function_that_fails_or_is_not_there_ends_the_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    aws(monkeypatch, {"FunctionError": "Unhandled", "Payload": io.BytesIO(b'{"errorMessage": "no"}')})
    with pytest.raises(CommandError, match=r'Learn failed: .*"no"'):
        learning_runs.invoke("Learn")
    with pytest.raises(CommandError, match="Teach could not be called"):
        learning_runs.invoke("Teach")


class Pages:
    """An API that has two pages of whatever is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def get(self, path: str) -> Any:
        self.asked.append(path)
        return {"items": [len(self.asked)], "next_cursor": "a=b" if len(self.asked) == 1 else None}


def test_clicks_are_read_page_by_page() -> None:
    pages: Any = Pages()
    market = Market(pages, TestNetwork("m", {"sml_1": "learning"}, (), (Link("http://x/s/1", "sml_1", "pub_1"),)), {})
    assert list(market.clicks("2026-11-21")) == [1, 2]
    asked = "/admin/clicks?smartlink_id=sml_1&from=2026-11-21&limit=200"
    assert pages.asked == [asked, f"{asked}&cursor=a%3Db"]


def test_seats_stand_in_the_order_asked_for() -> None:
    assert seats({"cmp_1": "sale", "cmp_2": "lead"}, ["lead", "sale"]) == [
        {"campaign_id": "cmp_2"},
        {"campaign_id": "cmp_1"},
    ]
