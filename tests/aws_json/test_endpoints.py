"""URLs of services, compared with the SDK's for every region."""

from functools import cache
from typing import Any

import pytest
from botocore.endpoint_provider import EndpointProvider
from botocore.session import Session

from chalicelib.aws_json.endpoints import service_url


@cache
def sdk() -> Session:
    return Session()


def regions() -> list[str]:
    """Return every region of every partition of AWS."""
    partitions = sdk().get_available_partitions()
    return [region for partition in partitions for region in sdk().get_available_regions("dynamodb", partition)]


@cache
def resolver(service: str) -> EndpointProvider:
    """Return the SDK's resolver of a service's endpoints."""
    loader: Any = sdk().get_component("data_loader")
    rules = loader.load_service_model(service, "endpoint-rule-set-1")
    return EndpointProvider(rules, loader.load_data("partitions"))


@pytest.fixture
def no_endpoint(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No configured endpoint."""
    for name in ("AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize("service", ["dynamodb", "sqs"])
def test_url_in_every_region_is_that_of_the_sdk(no_endpoint: pytest.MonkeyPatch, service: str) -> None:
    urls = {}
    for region in regions():
        no_endpoint.setenv("AWS_DEFAULT_REGION", region)
        urls[region] = service_url(service)
    assert len(urls) >= 40
    assert urls == {region: resolver(service).resolve_endpoint(Region=region).url for region in urls}


@pytest.mark.parametrize("region", ["eu-central-1", "cn-north-1", "us-gov-west-1"])
def test_url_is_that_of_the_sdk_client(no_endpoint: pytest.MonkeyPatch, region: str) -> None:
    no_endpoint.setenv("AWS_DEFAULT_REGION", region)
    for service in ("dynamodb", "sqs"):
        client = sdk().create_client(service, region_name=region)
        assert service_url(service) == client.meta.endpoint_url


def test_url_of_a_service_takes_precedence(no_endpoint: pytest.MonkeyPatch) -> None:
    no_endpoint.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert service_url("dynamodb") == "http://127.0.0.1:1"
    no_endpoint.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:2")
    assert (service_url("dynamodb"), service_url("sqs")) == ("http://127.0.0.1:2", "http://127.0.0.1:1")
    no_endpoint.delenv("AWS_ENDPOINT_URL")
    assert service_url("dynamodb") == "http://127.0.0.1:2"
