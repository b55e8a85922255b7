from collections.abc import Iterator
from typing import Any

import pytest

from deploy import old_versions
from tests.deploy.fake_cloudformation import FakeCloudFormation


class _Lambda:
    """A fake client of Lambda with one function. Its alias is at `version`, and takes weights."""

    def __init__(self, version: str, **weights: float) -> None:
        self.alias: dict[str, Any] = {"FunctionVersion": version}
        if weights:
            names = {name.removeprefix("v"): weight for name, weight in weights.items()}
            self.alias["RoutingConfig"] = {"AdditionalVersionWeights": names}
        self.deleted: list[str] = []

    def get_paginator(self, _: str) -> "_Lambda":
        return self

    def paginate(self, **_: object) -> Iterator[dict[str, Any]]:
        yield {"Versions": [{"Version": "$LATEST"}, {"Version": "10"}, {"Version": "2"}]}
        yield {"Versions": [{"Version": str(number)} for number in (3, 4, 9, 5, 1)]}

    def get_alias(self, **_: object) -> dict[str, Any]:
        return self.alias

    def delete_function(self, **sent: str) -> None:
        self.deleted.append(sent["Qualifier"])


@pytest.mark.parametrize(
    ("client", "deleted"),
    [
        pytest.param(_Lambda("10"), ["1", "2"], id="the newest version is live"),
        pytest.param(_Lambda("1"), ["2"], id="an old version is live"),
        pytest.param(_Lambda("10", v2=0.9), ["1"], id="an old version has a share of the clicks"),
    ],
)
def test_five_newest_versions_and_those_in_use_stay(
    client: _Lambda, deleted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeCloudFormation()
    fake.resources = {"AWS::Lambda::Function": ["smartlink-Redirect"]}
    monkeypatch.setattr(fake, "client", lambda name, **_: client if name == "lambda" else fake)
    assert old_versions.delete(fake.cloud) == len(deleted)
    assert client.deleted == deleted
