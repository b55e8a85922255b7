from datetime import timedelta

import pytest

from chalicelib.domain.tracking_domain import DnsRecord, DomainStatus, RecordPurpose, validation_record
from chalicelib.tracking_domains import state
from chalicelib.tracking_domains.state import Built, Certificate, DomainName, Past, State, Waiting
from tests.tracking_domains.fake_aws import TARGET
from tests.tracking_domains.rows import HOST, NOW

RECORD = validation_record("CNAME", "_x.go.brand.example.", "_y.acm-validations.aws.")
ISSUED = Certificate(is_issued=True, record=RECORD)
TRAFFIC = DnsRecord("CNAME", HOST, TARGET, RecordPurpose.TRAFFIC)
ACTIVE, PENDING_DNS = DomainStatus.ACTIVE, DomainStatus.PENDING_DNS
PENDING_CERTIFICATE, FAILED = DomainStatus.PENDING_CERTIFICATE, DomainStatus.FAILED


def built(certificate: Certificate = ISSUED, edge: str = "", *, is_available: bool = True) -> Built:
    return Built(HOST, certificate, DomainName(TARGET, "arn", is_available), edge)


def test_certificate_that_is_not_issued_leaves_the_domain_pending_with_its_record() -> None:
    assert state.before_issue(Certificate()) == State(PENDING_CERTIFICATE)
    assert state.before_issue(Certificate(record=RECORD)) == State(PENDING_CERTIFICATE, None, (RECORD,))


def test_failed_certificate_fails_the_domain_with_its_reason() -> None:
    failed = state.before_issue(Certificate(record=RECORD, failure="No."))
    assert failed == State(FAILED, "No.", (RECORD,))


def test_host_that_leads_here_makes_the_domain_active() -> None:
    assert state.after_issue(built(), Past(), leads_here=True) == State(ACTIVE, None, (RECORD, TRAFFIC))


@pytest.mark.parametrize("leads_here", [False, None], ids=["elsewhere", "unknown"])
def test_new_domain_waits_until_its_host_leads_here(leads_here: bool | None) -> None:
    found = state.after_issue(built(), Past(), leads_here=leads_here)
    assert (found.status, found.records) == (PENDING_DNS, (RECORD, TRAFFIC))
    assert found.reason == (
        f"The host does not lead to {TARGET} yet. Create its DNS record; a proxy in front of it must be off."
    )


def test_active_domain_survives_two_misses_and_a_failed_lookup_but_not_three_misses() -> None:
    found = [state.after_issue(built(), Past(is_active=True, misses=n), leads_here=False) for n in range(3)]
    assert [(each.status, each.misses) for each in found] == [(ACTIVE, 1), (ACTIVE, 2), (PENDING_DNS, 0)]
    assert found[-1].reason == f"The host does not lead to {TARGET} any more. Create its DNS record again."
    unknown = state.after_issue(built(), Past(is_active=True, misses=2), leads_here=None)
    assert (unknown.status, unknown.misses) == (ACTIVE, 0)


def test_name_that_is_being_prepared_takes_no_links_yet() -> None:
    found = state.after_issue(built(is_available=False), Past(), leads_here=True)
    assert (found.status, found.reason) == (PENDING_DNS, "API Gateway is preparing the domain name.")


def test_host_behind_a_cdn_is_led_to_the_cdn() -> None:
    behind = built(edge="d1.cloudfront.net")
    assert behind.targets == ("d1.cloudfront.net", TARGET)
    records = state.after_issue(behind, Past(), leads_here=False).records
    assert records[1] == DnsRecord("CNAME", HOST, "d1.cloudfront.net", RecordPurpose.TRAFFIC)


def test_active_domain_shows_what_endangers_its_certificate() -> None:
    found = state.after_issue(built(Certificate(is_issued=True, warning="Renew.")), Past(), leads_here=True)
    assert (found.status, found.reason, found.records) == (ACTIVE, "Renew.", (TRAFFIC,))


@pytest.mark.parametrize(
    ("found", "age", "wait"),
    [
        pytest.param(State(PENDING_DNS), timedelta(hours=1), timedelta(minutes=1), id="new: each minute"),
        pytest.param(State(PENDING_CERTIFICATE), timedelta(hours=2), timedelta(minutes=15), id="old: each quarter"),
        pytest.param(State(ACTIVE), timedelta(hours=1), timedelta(hours=1), id="active: each hour"),
        pytest.param(State(FAILED), timedelta(hours=1), None, id="failed: never"),
        pytest.param(
            state.of_foreign_name(ISSUED), timedelta(hours=1), timedelta(minutes=15), id="foreign: each quarter"
        ),
    ],
)
def test_domain_is_checked_often_while_somebody_waits(found: State, age: timedelta, wait: timedelta | None) -> None:
    assert state.next_check(found, NOW - age, NOW) == (NOW + wait if wait else None)


def test_busy_aws_changes_nothing_that_callers_see() -> None:
    found = [state.after_error(code, "Rate exceeded", ACTIVE) for code in ("ThrottlingException", "")]
    assert found == [Waiting(ACTIVE, None, state.SOON)] * 2


def test_reached_quota_is_shown_and_tried_again() -> None:
    found = state.after_error("LimitExceededException", "Too many.", PENDING_CERTIFICATE)
    text = "AWS answered LimitExceededException: Too many. It is tried again every 15 minutes."
    assert found == Waiting(PENDING_CERTIFICATE, text, state.LATER)


def test_host_that_aws_refuses_fails_before_its_certificate_only() -> None:
    refused = state.after_error("ValidationException", "No such suffix.", PENDING_CERTIFICATE)
    assert (refused.status, refused.wait) == (FAILED, None)
    assert refused.reason == "AWS refuses a certificate for the host: No such suffix. Use another host."
    assert state.after_error("ValidationException", "Odd.", ACTIVE).status is ACTIVE
