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
