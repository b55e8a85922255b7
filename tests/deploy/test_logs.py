from typing import Any, cast

import boto3
import pytest

from deploy import logs
from deploy.cloud import Cloud


class _Log:
    """CloudWatch Logs over three looks: each tells again what the look before has told."""

    def __init__(self) -> None:
        self.looks = iter([["START RequestId: 1", "one"], ["START RequestId: 1", "one", "two", "two"], ["two", "two"]])

    def client(self, *_: object, **__: object) -> "_Log":
        return self

    def describe_log_groups(self, **_: object) -> dict[str, Any]:
        return {"logGroups": [{"logGroupName": "/aws/lambda/smartlink-APIHandler-1"}]}

    def get_paginator(self, _: str) -> "_Log":
        return self

    def paginate(self, **_: object) -> list[dict[str, Any]]:
        return [{"events": [{"timestamp": 1, "message": f"{line}\n"} for line in next(self.looks)]}]


def test_each_line_is_told_once_and_the_platforms_own_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_SECONDS_BETWEEN_LOOKS", 0)
    followed = logs.follow(Cloud(cast("boto3.Session", _Log()), None, "prod", "smartlink", ""))
    assert [next(followed) for _ in range(3)] == ["one", "two", "two"]
