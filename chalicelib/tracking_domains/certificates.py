"""Certificates of tracking domains: requests, describes and deletes them at AWS Certificate Manager."""

from collections.abc import Mapping
from typing import Any, Protocol

from botocore.exceptions import ClientError

from chalicelib.domain.tracking_domain import DnsRecord, validation_record
from chalicelib.tracking_domains.state import REFUSALS, Certificate

_NOT_FOUND, _IN_USE = "ResourceNotFoundException", "ResourceInUseException"
_AGAIN = "Delete the domain here and add it again."
_FAILURES = {
    "CAA_ERROR": "A CAA record forbids Amazon to issue a certificate for the host. Allow amazon.com in it. " + _AGAIN,
    "DOMAIN_NOT_ALLOWED": "AWS issues no certificate for this host. Use another host.",
    "INVALID_PUBLIC_DOMAIN": "The host ends in no public suffix. Use another host.",
    "ADDITIONAL_VERIFICATION_REQUIRED": "AWS has to verify the host first: open a case at AWS Support. " + _AGAIN,
    "DOMAIN_VALIDATION_DENIED": "The owner of the host refused the certificate. " + _AGAIN,
}
"""What AWS's reasons of failed requests mean, and what to do."""

_TIMED_OUT = "The DNS record of the certificate was not found within 72 hours. "
_RENEWAL = (
    "AWS cannot renew the certificate, because its DNS record is not found. Create the record again before {until}."
)


class Acm(Protocol):
    """The calls of the client of ACM that are used."""

    def request_certificate(self, **arguments: Any) -> Mapping[str, Any]: ...  # noqa: ANN401 - as boto3

    def describe_certificate(self, **arguments: Any) -> Mapping[str, Any]: ...  # noqa: ANN401 - as boto3

    def delete_certificate(self, **arguments: Any) -> Mapping[str, Any]: ...  # noqa: ANN401 - as boto3


def request(acm: Acm, host: str, domain_id: str) -> str:
    """Request the certificate of a host and return its ARN. For an hour AWS takes repeated requests for the same."""
    answer = acm.request_certificate(DomainName=host, ValidationMethod="DNS", IdempotencyToken=domain_id)
    return str(answer["CertificateArn"])


def find_requested(acm: Acm, host: str, domain_id: str) -> str | None:
    """Return the ARN of a certificate that was requested before; None if AWS refuses the host, so that there is none.

    A run that was killed may not have stored the ARN: AWS answers a repeated request with the same.
    """
    try:
        return request(acm, host, domain_id)
    except ClientError as error:
        if error.response["Error"]["Code"] not in REFUSALS:
            raise
        return None


def describe(acm: Acm, arn: str) -> Certificate:
    """Return the certificate. One that does not exist any more has failed."""
    try:
        found = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    except ClientError as error:
        if error.response["Error"]["Code"] != _NOT_FOUND:
            raise
        return Certificate(failure=f"The certificate was deleted at AWS. {_AGAIN}")
    return _certificate(found)


def delete(acm: Acm, arn: str) -> bool:
    """Delete the certificate; return False if AWS still takes it for used, as for some minutes after its last use."""
    try:
        acm.delete_certificate(CertificateArn=arn)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in {_NOT_FOUND, _IN_USE}:
            raise
        return bool(code == _NOT_FOUND)
    return True


def _certificate(found: Mapping[str, Any]) -> Certificate:
    record = _record(found)
    match found["Status"]:
        case "ISSUED":
            return Certificate(is_issued=True, record=record, warning=_warning(found))
        case "PENDING_VALIDATION":
            return Certificate(record=record)
        case "VALIDATION_TIMED_OUT":
            return Certificate(record=record, failure=_TIMED_OUT + _AGAIN)
        case "FAILED":
            reason = found.get("FailureReason", "OTHER")
            return Certificate(record=record, failure=_FAILURES.get(reason, f"AWS refused it ({reason}). {_AGAIN}"))
        case other:
            return Certificate(record=record, failure=f"The certificate is {other.lower()}. {_AGAIN}")


def _record(found: Mapping[str, Any]) -> DnsRecord | None:
    """Return the DNS record, which AWS makes some seconds after the request."""
    options = found.get("DomainValidationOptions") or [{}]
    record = options[0].get("ResourceRecord")
    return validation_record(record["Type"], record["Name"], record["Value"]) if record else None


def _warning(found: Mapping[str, Any]) -> str | None:
    if found.get("RenewalSummary", {}).get("RenewalStatus") not in {"PENDING_VALIDATION", "FAILED"}:
        return None
    return _RENEWAL.format(until=f"{found['NotAfter']:%Y-%m-%d}")
