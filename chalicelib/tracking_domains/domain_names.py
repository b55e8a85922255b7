"""Domain names at API Gateway and their mapping to the tracking API."""

from collections.abc import Mapping
from typing import Any, Protocol

from botocore.exceptions import ClientError

from chalicelib.tracking_domains.state import DomainName

_STAGE = "$default"
_NOT_FOUND, _TAKEN = "NotFoundException", "ConflictException"


class Gateway(Protocol):
    """The calls of the client of API Gateway (version 2) that are used."""

    def create_domain_name(self, **arguments: Any) -> Mapping[str, Any]: ...  # noqa: ANN401 - as boto3

    def get_domain_name(self, **arguments: Any) -> Mapping[str, Any]: ...  # noqa: ANN401 - as boto3

    def delete_domain_name(self, **arguments: Any) -> Mapping[str, Any]: ...  # noqa: ANN401 - as boto3

    def create_api_mapping(self, **arguments: Any) -> Mapping[str, Any]: ...  # noqa: ANN401 - as boto3

    def get_api_mappings(self, **arguments: Any) -> Mapping[str, Any]: ...  # noqa: ANN401 - as boto3

    def update_api_mapping(self, **arguments: Any) -> Mapping[str, Any]: ...  # noqa: ANN401 - as boto3

    def delete_api_mapping(self, **arguments: Any) -> Mapping[str, Any]: ...  # noqa: ANN401 - as boto3


def find(gateway: Gateway, host: str) -> DomainName | None:
    """Return the domain name of a host in this account and region, or None."""
    try:
        found = gateway.get_domain_name(DomainName=host)
    except ClientError as error:
        if error.response["Error"]["Code"] != _NOT_FOUND:
            raise
        return None
    return _domain_name(found)


def create(gateway: Gateway, host: str, certificate_arn: str) -> DomainName | None:
    """Create the domain name of a host; return None if another account or region has it."""
    configuration = {"CertificateArn": certificate_arn, "EndpointType": "REGIONAL", "SecurityPolicy": "TLS_1_2"}
    try:
        created = gateway.create_domain_name(DomainName=host, DomainNameConfigurations=[configuration])
    except ClientError as error:
        if error.response["Error"]["Code"] != _TAKEN:
            raise
        return None
    return _domain_name(created)


def map_to(gateway: Gateway, host: str, api_id: str) -> None:
    """Map the whole host to the API, unless it is. A deployment may have replaced the API."""
    whole = _mapping(gateway, host)
    if whole is None:
        gateway.create_api_mapping(DomainName=host, ApiId=api_id, Stage=_STAGE)
    elif whole["ApiId"] != api_id:
        mapping = whole["ApiMappingId"]
        gateway.update_api_mapping(DomainName=host, ApiMappingId=mapping, ApiId=api_id, Stage=_STAGE)


def is_mapped_to(gateway: Gateway, host: str, api_id: str) -> bool:
    """Return whether the whole host is mapped to the API."""
    whole = _mapping(gateway, host)
    return whole is not None and whole["ApiId"] == api_id


def _mapping(gateway: Gateway, host: str) -> Mapping[str, Any] | None:
    """Return the mapping of the whole host; those below a path have a key."""
    found = gateway.get_api_mappings(DomainName=host).get("Items", [])
    return next((each for each in found if not each.get("ApiMappingKey")), None)


def delete(gateway: Gateway, host: str) -> None:
    """Delete the domain name of a host with its mappings."""
    for each in gateway.get_api_mappings(DomainName=host).get("Items", []):
        gateway.delete_api_mapping(DomainName=host, ApiMappingId=each["ApiMappingId"])
    gateway.delete_domain_name(DomainName=host)


def _domain_name(found: Mapping[str, Any]) -> DomainName:
    configuration = found["DomainNameConfigurations"][0]
    return DomainName(
        target=configuration["ApiGatewayDomainName"],
        certificate_arn=configuration.get("CertificateArn") or "",
        is_available=configuration.get("DomainNameStatus", "AVAILABLE") == "AVAILABLE",
    )
