from typing import Any, cast

import boto3
import pytest

from deploy import logs
from deploy.cloud import Cloud


class _Log:
    """A fake CloudWatch Logs client for three polls: each poll returns the lines of the previous one again."""

    def __init__(self) -> None:
        self.polls = iter([["START RequestId: 1", "one"], ["START RequestId: 1", "one", "two", "two"], ["two", "two"]])

    def client(self, *_: object, **__: object) -> "_Log":
        return self

    def describe_log_groups(self, **_: object) -> dict[str, Any]:
        return {"logGroups": [{"logGroupName": "/aws/lambda/smartlink-APIHandler-1"}]}

    def get_paginator(self, _: str) -> "_Log":
        return self

    def paginate(self, **_: object) -> list[dict[str, Any]]:
        return [{"events": [{"timestamp": 1, "message": f"{line}\n"} for line in next(self.polls)]}]


def test_each_line_is_yielded_once_without_platform_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_POLL_SECONDS", 0)
    followed = logs.follow(Cloud(cast("boto3.Session", _Log()), None, "prod", "smartlink", ""))
    assert [next(followed) for _ in range(3)] == ["one", "two", "two"]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        pytest.param("a click", "a click", id="a line of text"),
        pytest.param('{"a": 1}', '{"a": 1}', id="JSON of something else"),
        pytest.param("[1]", "[1]", id="a list"),
        pytest.param(
            '{"level": "INFO", "message": "3 queued", "function": "Learn", "request_id": "8f5c", "pool": "sml_1"}',
            "INFO Learn 3 queued pool=sml_1",
            id="a message with a field",
        ),
        pytest.param(
            '{"level": "ERROR", "message": "failed", "function": "", "error": "Traceback\\nValueError"}',
            "ERROR failed\nTraceback\nValueError",
            id="an exception",
        ),
        pytest.param(
            '{"_aws": {"Timestamp": 1}, "function": "CountClicks", "request_id": "1", "CountingDelay": 2.5}',
            "METRIC CountClicks CountingDelay=2.5",
            id="metrics",
        ),
    ],
)
def test_line_of_json_is_shown_as_text(line: str, text: str) -> None:
    assert logs.readable(line) == text
