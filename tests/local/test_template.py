from copy import deepcopy

import pytest

from local import template
from tests.deploy import packaged


def test_emulator_deletes_every_resource_with_its_stack() -> None:
    original = packaged.template("local")
    before = deepcopy(original)
    changed = template.for_emulator(original)
    policies = {"DeletionPolicy", "UpdateReplacePolicy"}
    assert not [name for name, each in changed["Resources"].items() if policies & each.keys()]
    assert original == before


def test_links_have_the_address_of_the_http_api_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMARTLINK_PORT", "4599")
    changed = template.for_emulator(packaged.template("local"))
    variables = changed["Resources"]["APIHandler"]["Properties"]["Environment"]["Variables"]
    assert variables["TRACKING_URL"] == {"Fn::Sub": "http://${TrackingApi}.execute-api.localhost:4599"}
