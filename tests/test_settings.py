import json
from functools import cache
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore.endpoint_provider import EndpointProvider
from botocore.session import Session

from chalicelib import settings
from chalicelib.settings import optimizer_interval_minutes
from tests.conftest import RESOURCES


def test_the_configuration_says_how_often_is_learned() -> None:
    config = json.loads((RESOURCES.parent / "config.json").read_text())
    assert config["environment_variables"] == {"LEARNING_MINUTES": "5"}


def test_how_often_is_learned_can_be_changed_and_is_five_minutes_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEARNING_MINUTES", raising=False)
    assert optimizer_interval_minutes() == 5
    monkeypatch.setenv("LEARNING_MINUTES", "2")
    assert optimizer_interval_minutes() == 2


# Where DynamoDB is, and whom to trust about it


@cache
def sdk() -> Session:
    return Session()


def regions() -> list[str]:
    """Every region of every partition of AWS."""
    partitions = sdk().get_available_partitions()
    return [region for each in partitions for region in sdk().get_available_regions("dynamodb", each)]


@cache
def resolver() -> EndpointProvider:
    """What the SDK asks for a client's address."""
    loader: Any = sdk().get_component("data_loader")
    rules = loader.load_service_model("dynamodb", "endpoint-rule-set-1")
    return EndpointProvider(rules, loader.load_data("partitions"))


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No endpoint named."""
    for name in ("AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_in_every_region_dynamodb_is_where_the_sdk_finds_it(nowhere: pytest.MonkeyPatch) -> None:
    ours = {}
    for region in regions():
        nowhere.setenv("AWS_DEFAULT_REGION", region)
        ours[region] = settings.dynamodb_endpoint()
    assert len(ours) >= 40
    assert ours == {region: resolver().resolve_endpoint(Region=region).url for region in ours}


@pytest.mark.parametrize("region", ["eu-central-1", "cn-north-1", "us-gov-west-1"])
def test_the_sdks_own_client_agrees(nowhere: pytest.MonkeyPatch, region: str) -> None:
    nowhere.setenv("AWS_DEFAULT_REGION", region)
    client = sdk().create_client("dynamodb", region_name=region)
    assert settings.dynamodb_endpoint() == client.meta.endpoint_url


def test_an_endpoint_of_ones_own_is_the_most_exact_one(nowhere: pytest.MonkeyPatch) -> None:
    nowhere.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert settings.dynamodb_endpoint() == "http://127.0.0.1:1"
    nowhere.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:2")
    assert settings.dynamodb_endpoint() == "http://127.0.0.1:2"
    nowhere.delenv("AWS_ENDPOINT_URL")
    assert settings.dynamodb_endpoint() == "http://127.0.0.1:2"


def test_the_region_is_the_functions_own_before_the_usual_one(nowhere: pytest.MonkeyPatch) -> None:
    assert settings.region() == "us-east-1"
    nowhere.setenv("AWS_REGION", "eu-west-1")
    assert settings.region() == "eu-west-1"
    nowhere.setenv("AWS_REGION", "")
    assert settings.region() == "us-east-1"
    nowhere.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(KeyError, match="AWS_DEFAULT_REGION"):
        settings.region()


def test_the_client_is_the_lean_one_unless_another_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TABLE_CLIENT", raising=False)
    assert settings.table_client() == "lean"
    monkeypatch.setenv("TABLE_CLIENT", "pynamodb")
    assert settings.table_client() == "pynamodb"


def test_certificates_are_those_that_are_set_or_the_sdks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    shipped = settings.ca_bundle()
    assert shipped == str(Path(botocore.__file__).parent / "cacert.pem")
    assert "BEGIN CERTIFICATE" in Path(shipped).read_text()
    monkeypatch.setenv("AWS_CA_BUNDLE", "/mine.pem")
    assert settings.ca_bundle() == "/mine.pem"


def test_without_the_sdk_or_its_certificates_the_systems_are_trusted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    for found in (None, _Package(None), _Package([str(tmp_path)])):
        monkeypatch.setattr(settings, "find_spec", lambda _, found=found: found)
        assert settings.ca_bundle() is None


class _Package:
    """A package in these folders."""

    def __init__(self, folders: list[str] | None) -> None:
        self.submodule_search_locations = folders
