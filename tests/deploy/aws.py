"""Targets of commands in tests: moto, or a fake client."""

from typing import Any, cast

import boto3

from deploy.cloud import Cloud


class _Moto:
    """A session whose clients reach moto, whatever the endpoint."""

    def client(self, name: Any, **_: object) -> Any:
        return boto3.client(name)


class _Fake:
    """A session that returns the same client for every service."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def client(self, *_: object, **__: object) -> Any:
        return self._client


def moto_cloud(endpoint: str | None = None) -> Cloud:
    """Return the stack `smartlink` in moto. An endpoint makes it a local one."""
    return Cloud(cast("boto3.Session", _Moto()), endpoint, "prod", "smartlink", "")


def fake_cloud(client: Any) -> Cloud:
    """Return a stack on AWS whose services are all the client."""
    return Cloud(cast("boto3.Session", _Fake(client)), None, "prod", "smartlink", "")
