from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.domain.tracking_domain import validation_record
from chalicelib.tracking_domains import certificates
from chalicelib.tracking_domains.state import Certificate
from tests.tracking_domains.fake_aws import FakeAws, aws_error
from tests.tracking_domains.rows import HOST

RECORD = validation_record("CNAME", "_x.go.brand.example.", "_y.acm-validations.aws.")
AGAIN = "Delete the domain here and add it again."


def described(**changes: Any) -> Certificate:
    """Return a certificate with these changes, at the second look."""
    aws = FakeAws()
    arn = certificates.request(aws, HOST, "dom_1")
    certificates.describe(aws, arn)
    aws.issue(**changes)
    return certificates.describe(aws, arn)


def test_repeated_request_of_a_domain_is_for_the_same_certificate() -> None:
    aws = FakeAws()
    first, second, other = (certificates.request(aws, HOST, key) for key in ("dom_1", "dom_1", "dom_2"))
    assert first == second != other


def test_record_is_there_some_seconds_after_the_request() -> None:
    aws = FakeAws()
    arn = certificates.request(aws, HOST, "dom_1")
    found = [certificates.describe(aws, arn) for _ in range(2)]
    assert found == [Certificate(), Certificate(record=RECORD)]


def test_issued_certificate_can_be_used() -> None:
    assert described() == Certificate(is_issued=True, record=RECORD)


@pytest.mark.parametrize(
    ("changes", "failure"),
    [
        pytest.param(
            {"Status": "VALIDATION_TIMED_OUT"},
            f"The DNS record of the certificate was not found within 72 hours. {AGAIN}",
            id="timed out",
        ),
        pytest.param(
            {"Status": "FAILED", "FailureReason": "CAA_ERROR"},
            "A CAA record forbids Amazon to issue a certificate for the host. Allow amazon.com in it. " + AGAIN,
            id="CAA",
        ),
        pytest.param({"Status": "FAILED"}, f"AWS refused it (OTHER). {AGAIN}", id="no reason"),
        pytest.param({"Status": "EXPIRED"}, f"The certificate is expired. {AGAIN}", id="expired"),
    ],
)
def test_certificate_that_failed_says_why_and_what_to_do(changes: dict[str, str], failure: str) -> None:
    assert described(**changes) == Certificate(record=RECORD, failure=failure)


def test_certificate_that_was_deleted_at_aws_has_failed() -> None:
    found = certificates.describe(FakeAws(), "arn:none")
    assert found == Certificate(failure=f"The certificate was deleted at AWS. {AGAIN}")


@pytest.mark.parametrize("status", ["PENDING_VALIDATION", "FAILED"])
def test_certificate_that_cannot_be_renewed_carries_a_warning(status: str) -> None:
    until = datetime(2027, 12, 1, tzinfo=UTC)
    found = described(RenewalSummary={"RenewalStatus": status}, NotAfter=until)
    assert found.warning == (
        "AWS cannot renew the certificate, because its DNS record is not found. Create the record again before "
        "2027-12-01."
    )


def test_certificate_in_use_is_deleted_later() -> None:
    aws = FakeAws(in_use=1)
    arn = certificates.request(aws, HOST, "dom_1")
    assert [certificates.delete(aws, arn) for _ in range(3)] == [False, True, True]


def test_host_that_aws_refuses_has_no_certificate_to_find() -> None:
    aws = FakeAws(errors=[aws_error("InvalidParameterException")])
    assert certificates.find_requested(aws, HOST, "dom_1") is None
    assert certificates.find_requested(aws, HOST, "dom_1") == certificates.request(aws, HOST, "dom_1")


def test_other_errors_are_the_callers() -> None:
    aws = FakeAws(errors=[aws_error(f"{each}Exception") for each in ("LimitExceeded", "Throttling", "AccessDenied")])
    with pytest.raises(ClientError, match="LimitExceeded"):
        certificates.find_requested(aws, HOST, "dom_1")
    with pytest.raises(ClientError, match="Throttling"):
        certificates.describe(aws, "arn")
    with pytest.raises(ClientError, match="AccessDenied"):
        certificates.delete(aws, "arn")
