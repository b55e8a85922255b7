from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from pynamodb.exceptions import UpdateError

from chalicelib.domain.timestamps import timestamp
from chalicelib.tables.base import get_or_none
from chalicelib.tables.tracking_domains import HOSTS, NETWORK, DomainRow, active_hosts
from chalicelib.tracking_domains import dns, job
from tests.tracking_domains.fake_aws import API, TARGET, FakeAws, a_cloud, aws_error
from tests.tracking_domains.rows import HOST, NOW, a_domain, an_active_domain

pytestmark = pytest.mark.usefixtures("tables")
MINUTE = timedelta(minutes=1)
NO_NAME = aws_error("NotFoundException")
"""The answer to the first call: the host has no domain name yet."""


def run(aws: FakeAws, now: datetime = NOW, **changes: Any) -> int:
    return job.manage_due(a_cloud(aws, **changes), lambda: now)


def stored(**changes: Any) -> Any:
    return a_domain(**changes)


def read(row: Any) -> Any:
    """Return the row as it is stored now."""
    row.refresh(consistent_read=True)
    return row


def remove(row: DomainRow, now: datetime = NOW) -> None:
    """Mark a domain as removed, as `DELETE` does."""
    at = timestamp(now)
    row.update([DomainRow.removed_at.set(at), DomainRow.check_at.set(at), DomainRow.version.add(1)])


def test_domain_is_active_in_one_run_if_everything_is_there() -> None:
    row = stored()
    assert run(FakeAws(issues_at_once=True)) == 1
    read(row)
    assert (row.status, row.reason, row.version, row.leased_until) == ("active", None, 2, None)
    assert [each["purpose"] for each in row.records] == ["traffic"]
    assert row.check_at == timestamp(NOW + timedelta(hours=1))
    assert active_hosts() == {HOST}


def test_check_that_finds_nothing_new_keeps_the_version() -> None:
    aws, row = FakeAws(), stored()
    for n in range(3):
        assert run(aws, NOW + n * MINUTE) == 1
    assert (read(row).version, row.updated_at) == (2, timestamp(NOW + MINUTE))
    assert run(aws, NOW + 2 * MINUTE) == 0


def test_failed_domain_is_not_looked_at_again() -> None:
    aws, row = FakeAws(), stored()
    run(aws)
    aws.issue(Status="VALIDATION_TIMED_OUT")
    run(aws, NOW + MINUTE)
    assert (read(row).status, row.check_at) == ("failed", None)
    assert run(aws, NOW + timedelta(days=9)) == 0


def test_active_domain_whose_certificate_expires_fails() -> None:
    aws, row = FakeAws(issues_at_once=True), stored()
    run(aws)
    aws.issue(Status="EXPIRED")
    run(aws, NOW + timedelta(hours=1))
    assert (read(row).status, active_hosts()) == ("failed", frozenset())


def test_removed_domain_is_deleted_with_the_reservation_of_its_host() -> None:
    aws, row = FakeAws(issues_at_once=True), stored()
    run(aws)
    aws.in_use = 2
    remove(row)
    for n in range(4):
        run(aws, NOW + n * MINUTE)
    assert (aws.certificates, aws.names) == ({}, {})
    assert aws.calls.count("delete_certificate") == 3
    assert get_or_none(DomainRow, NETWORK, row.id) is None
    assert get_or_none(DomainRow, HOSTS, HOST) is None


def test_domain_of_another_run_is_left_alone_until_its_lease_ends() -> None:
    aws, row = FakeAws(), stored(leased_until=timestamp(NOW + job.LEASE))
    assert run(aws) == 0
    assert aws.calls == []
    assert run(aws, NOW + job.LEASE + MINUTE) == 1
    assert read(row).requested_at


def test_removal_during_a_run_is_kept_and_due() -> None:
    aws, row = FakeAws(issues_at_once=True), stored()

    def leads_here(*_: object) -> bool:
        remove(DomainRow.get(NETWORK, row.id))
        return True

    run(aws, leads_to=leads_here)
    assert read(row).removed_at == row.check_at == timestamp(NOW)
    assert (row.status, row.leased_until) == ("pending_certificate", None)
    run(aws)
    assert (aws.certificates, aws.names) == ({}, {})


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        pytest.param(aws_error("ThrottlingException"), MINUTE, id="throttled"),
        pytest.param(EndpointConnectionError(endpoint_url="https://acm"), MINUTE, id="no answer"),
    ],
)
def test_busy_aws_is_asked_again_in_a_minute(error: Any, wait: timedelta, caplog: pytest.LogCaptureFixture) -> None:
    aws, row = FakeAws(errors=[error]), stored()
    assert run(aws) == 1
    assert (read(row).check_at, row.version, row.reason) == (timestamp(NOW + wait), 1, None)
    assert f"tracking domain {row.id} waits" in caplog.text
    run(aws, NOW + wait)
    assert row.certificate_arn is None
    assert read(row).certificate_arn in aws.certificates


def test_reached_quota_is_shown_once_and_goes_away() -> None:
    aws, row = FakeAws(errors=[aws_error("LimitExceededException", "Too many.")] * 2), stored()
    later = timedelta(minutes=15)
    for n in range(2):
        run(aws, NOW + n * later)
    assert (read(row).version, row.status, row.check_at) == (2, "pending_certificate", timestamp(NOW + 2 * later))
    assert row.reason == "AWS answered LimitExceededException: Too many. It is tried again every 15 minutes."
    run(aws, NOW + 2 * later)
    assert read(row).reason is None


def test_host_that_aws_refuses_has_failed() -> None:
    aws, row = FakeAws(errors=[NO_NAME, aws_error("ValidationException", "No.")]), stored()
    run(aws)
    assert (read(row).status, row.check_at) == ("failed", None)


def test_error_of_a_table_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    a_domain()

    def refuse(*_: object, **__: object) -> None:
        raise UpdateError

    monkeypatch.setattr(DomainRow, "update", refuse)
    with pytest.raises(UpdateError):
        run(FakeAws())


def test_domains_that_are_not_due_cost_one_query() -> None:
    an_active_domain()
    aws = FakeAws()
    assert (run(aws), aws.calls) == (0, [])


def test_clients_are_those_of_the_region_and_api_of_the_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKING_API_ID", "api1")
    monkeypatch.setenv("EDGE_DOMAINS", "a.example=d1.cloudfront.net,b.example=d2.cloudfront.net")
    job.cloud.cache_clear()
    cloud: Any = job.cloud()
    assert (cloud.api_id, cloud.leads_to) == ("api1", dns.leads_to)
    assert cloud.edges == {"a.example": "d1.cloudfront.net", "b.example": "d2.cloudfront.net"}
    assert {each.meta.service_model.service_name for each in (cloud.acm, cloud.gateway)} == {"acm", "apigatewayv2"}
    monkeypatch.setenv("TRACKING_DNS_CHECK", "0")
    monkeypatch.delenv("EDGE_DOMAINS")
    job.cloud.cache_clear()
    assert job.cloud().leads_to(HOST, [TARGET])
    assert job.cloud().edges == {}
    job.cloud.cache_clear()


def test_failed_domain_is_removed_even_if_aws_is_busy_then() -> None:
    aws, row = FakeAws(), stored()
    run(aws)
    aws.issue(Status="FAILED")
    run(aws, NOW + MINUTE)
    remove(row, NOW + 2 * MINUTE)
    aws.errors = [aws_error("ThrottlingException"), aws_error("AccessDeniedException")]
    for minutes in (2, 3, 18):
        run(aws, NOW + minutes * MINUTE)
    assert aws.certificates == {}
    assert get_or_none(DomainRow, NETWORK, row.id) is None


def test_host_that_aws_refuses_is_removed() -> None:
    refusal = aws_error("InvalidDomainValidationOptionsException")
    aws, row = FakeAws(errors=[NO_NAME, refusal]), stored()
    run(aws)
    remove(row)
    aws.errors = [refusal]
    run(aws)
    assert get_or_none(DomainRow, NETWORK, row.id) is None
    assert get_or_none(DomainRow, HOSTS, HOST) is None


def test_foreign_domain_name_that_is_mapped_here_makes_the_domain_active() -> None:
    aws, row = FakeAws(), stored()
    aws.names[HOST] = {"CertificateArn": "arn:own", "ApiGatewayDomainName": TARGET}
    aws.mappings[HOST] = [{"ApiMappingId": "m1", "ApiId": "rest"}]
    run(aws)
    assert read(row).status == "failed"
    aws.mappings[HOST] = [{"ApiMappingId": "m1", "ApiId": API}]
    aws.errors = [aws_error("ThrottlingException")]
    assert [run(aws, NOW + minutes * MINUTE) for minutes in (14, 15, 16)] == [0, 1, 1]
    assert (read(row).status, row.reason) == ("active", None)
