"""URLs of AWS services by region."""

from chalicelib import settings

_DOMAINS = {
    "cn-": "amazonaws.com.cn",
    "us-isob-": "sc2s.sgov.gov",
    "us-isof-": "csp.hci.ic.gov",
    "us-iso-": "c2s.ic.gov",
    "eu-isoe-": "cloud.adc-e.uk",
    "eusc-": "amazonaws.eu",
}
"""AWS domains other than `amazonaws.com`, by the prefix of the region."""


def service_url(service: str) -> str:
    """Return the URL of a service (`dynamodb`, `sqs`): the configured one, or that of the region."""
    region = settings.region()
    return settings.service_endpoint(service) or f"https://{service}.{region}.{_domain(region)}"


def _domain(region: str) -> str:
    return next((domain for start, domain in _DOMAINS.items() if region.startswith(start)), "amazonaws.com")
