import pytest

from chalicelib.domain.tracking_domain import DnsRecord, DomainStatus, RecordPurpose
from chalicelib.tracking_domains.life import set_up, tear_down
from chalicelib.tracking_domains.state import FOREIGN, MISSES
from tests.tracking_domains.fake_aws import API, TARGET, FakeAws, a_cloud
from tests.tracking_domains.rows import HOST, NOW, a_domain, an_active_domain

pytestmark = pytest.mark.usefixtures("tables")

VALIDATION = DnsRecord("CNAME", "_x.go.brand.example", "_y.acm-validations.aws", RecordPurpose.CERTIFICATE)
TRAFFIC = DnsRecord("CNAME", HOST, TARGET, RecordPurpose.TRAFFIC)


def test_records_are_shown_one_after_the_other_until_the_domain_is_active() -> None:
    aws, row = FakeAws(), a_domain()
    seen = [set_up(row, a_cloud(aws), NOW) for _ in range(2)]
    aws.issue()
    seen += [set_up(row, a_cloud(aws, leads_here=leads_here), NOW) for leads_here in (False, True)]
    assert [(each.status.value, each.records) for each in seen] == [
        ("pending_certificate", ()),
        ("pending_certificate", (VALIDATION,)),
        ("pending_dns", (VALIDATION, TRAFFIC)),
        ("active", (VALIDATION, TRAFFIC)),
    ]
    assert [each["ApiId"] for each in aws.mappings[HOST]] == [API]


def test_foreign_domain_name_fails_the_domain_and_is_left_alone() -> None:
    aws, row = FakeAws(issues_at_once=True), a_domain()
    aws.names[HOST] = {"CertificateArn": "arn:foreign", "ApiGatewayDomainName": TARGET}
    aws.mappings[HOST] = []
    found = set_up(row, a_cloud(aws), NOW)
    assert (found.status, found.reason, found.records) == (DomainStatus.FAILED, FOREIGN, ())
    assert tear_down(row, a_cloud(aws))
    assert (list(aws.names), aws.certificates) == ([HOST], {})


def test_domain_name_made_by_hand_for_the_tracking_api_is_used_and_stays() -> None:
    aws, row = FakeAws(), a_domain()
    aws.names[HOST] = {"CertificateArn": "arn:own", "ApiGatewayDomainName": TARGET}
    aws.mappings[HOST] = [{"ApiMappingId": "m1", "ApiId": API}]
    found = set_up(row, a_cloud(aws), NOW)
    assert (found.status, found.records) == (DomainStatus.ACTIVE, (TRAFFIC,))
    assert tear_down(row, a_cloud(aws))
    assert (list(aws.names), aws.made) == ([HOST], [])


def test_domain_name_of_another_account_fails_the_domain() -> None:
    aws, row = FakeAws(issues_at_once=True), a_domain()
    set_up(row, a_cloud(aws), NOW)
    aws.names.clear()
    aws.is_taken = True
    assert set_up(row, a_cloud(aws), NOW).reason == FOREIGN


def test_host_behind_a_cdn_is_led_to_its_distribution_and_others_are_not() -> None:
    asked: list[tuple[str, ...]] = []
    edges, hosts = {HOST: "d1.cloudfront.net"}, (HOST, "b.example")
    for host in hosts:
        cloud = a_cloud(FakeAws(issues_at_once=True), leads_to=lambda _, names: asked.append(names), edges=edges)
        set_up(a_domain(host), cloud, NOW)
    assert asked == [("d1.cloudfront.net", TARGET), (TARGET,)]


def test_active_domain_counts_its_misses() -> None:
    aws, row = FakeAws(issues_at_once=True), an_active_domain(misses=MISSES - 2)
    assert set_up(row, a_cloud(aws, leads_here=False), NOW).misses == MISSES - 1


def test_domain_that_never_asked_for_a_certificate_leaves_nothing() -> None:
    aws = FakeAws()
    assert tear_down(a_domain(), a_cloud(aws))
    assert aws.calls == []


def test_certificate_of_a_killed_run_is_found_and_deleted() -> None:
    aws, row = FakeAws(), a_domain()
    set_up(row, a_cloud(aws), NOW)
    row.certificate_arn = None
    assert tear_down(row, a_cloud(aws))
    assert (aws.certificates, len(aws.made)) == ({}, 1)
