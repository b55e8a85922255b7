import json

import pytest

from chalicelib.settings import learning_minutes
from tests.conftest import RESOURCES


def test_the_configuration_says_how_often_is_learned() -> None:
    config = json.loads((RESOURCES.parent / "config.json").read_text())
    assert config["environment_variables"] == {"LEARNING_MINUTES": "5"}


def test_how_often_is_learned_can_be_changed_and_is_five_minutes_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEARNING_MINUTES", raising=False)
    assert learning_minutes() == 5
    monkeypatch.setenv("LEARNING_MINUTES", "2")
    assert learning_minutes() == 2
