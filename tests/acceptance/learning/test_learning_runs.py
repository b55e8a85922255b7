import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from chalice.app import CloudWatchEvent

from acceptance.learning import learning_runs
from acceptance.learning.smartlink import OptimizedSmartlink, offer_documents
from acceptance.traffic.network import TrafficNetwork
from acceptance.traffic.plan import Link
from deploy import cloud
from deploy.errors import CommandError


class Aws:
    """A fake session and its clients. `response` is the response to an invocation."""

    def __init__(self, response: dict[str, Any]) -> None:
        self.response = response
        self.calls: list[Any] = []

    def client(self, service: str, endpoint_url: str) -> "Aws":
        assert endpoint_url
        self.calls.append(service)
        return self

    def describe_stack_resource(self, **named: str) -> Any:
        if named["LogicalResourceId"] != "Learn":
            raise ClientError({"Error": {"Code": "ValidationError"}}, "DescribeStackResource")
        return {"StackResourceDetail": {"PhysicalResourceId": "smartlink-learn"}}

    def invoke(self, **named: Any) -> Any:
        self.calls.append((named["FunctionName"], json.loads(named["Payload"])))
        return self.response


def aws(monkeypatch: pytest.MonkeyPatch, response: dict[str, Any]) -> Aws:
    session_and_clients = Aws(response)
    session: Any = session_and_clients
    monkeypatch.setattr(cloud, "local", lambda: cloud.Cloud(session, "http://127.0.0.1:1", "local", "smartlink", ""))
    return session_and_clients


def test_function_is_found_by_logical_id_and_invoked_with_a_schedule_event(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session_and_clients = aws(monkeypatch, {})
    learning_runs.invoke(learning_runs.LOGICAL_ID)
    ((name, event),) = [each for each in session_and_clients.calls if isinstance(each, tuple)]
    assert name == "smartlink-learn"
    assert CloudWatchEvent(event, None).detail_type == "Scheduled Event"


def test_failed_or_missing_function_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    aws(monkeypatch, {"FunctionError": "Unhandled", "Payload": io.BytesIO(b'{"errorMessage": "no"}')})
    with pytest.raises(CommandError, match=r'Learn failed: .*"no"'):
        learning_runs.invoke("Learn")
    with pytest.raises(CommandError, match="Teach could not be invoked"):
        learning_runs.invoke("Teach")


class Pages:
    """A fake API client that returns two pages for every list."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def get(self, path: str) -> Any:
        self.calls.append(path)
        return {"items": [len(self.calls)], "next_cursor": "a=b" if len(self.calls) == 1 else None}


def test_clicks_are_read_page_by_page() -> None:
    pages: Any = Pages()
    smartlink = OptimizedSmartlink(
        pages, TrafficNetwork("m", {"sml_1": "learning"}, (), (Link("http://x/s/1", "sml_1", "pub_1"),)), {}
    )
    assert list(smartlink.clicks("2026-11-21")) == [1, 2]
    calls = "/admin/clicks?smartlink_id=sml_1&from=2026-11-21&limit=200"
    assert pages.calls == [calls, f"{calls}&cursor=a%3Db"]


def test_offer_documents_are_in_the_requested_order() -> None:
    assert offer_documents({"cmp_1": "sale", "cmp_2": "lead"}, ["lead", "sale"]) == [
        {"campaign_id": "cmp_2"},
        {"campaign_id": "cmp_1"},
    ]
