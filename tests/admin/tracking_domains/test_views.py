from typing import Any

import pytest

from chalicelib.domain.tracking_domain import DnsRecord, RecordPurpose
from chalicelib.tables.tracking_domains import HOSTS, NETWORK, DomainRow, all_domains
from tests.conftest import Api
from tests.documents import errors_by_pointer, good, listed, new_smartlink
from tests.http.support import problem_detail
from tests.people import new_user
from tests.tracking_domains.rows import HOST, a_domain, an_active_domain

DOMAINS = "/admin/domains"
RECORD = DnsRecord("CNAME", f"_x.{HOST}", "_y.acm-validations.aws", RecordPurpose.CERTIFICATE).stored


def path_of(domain: Any) -> str:
    return f"{DOMAINS}/{domain['id'] if isinstance(domain, dict) else domain.id}"


def test_new_domain_waits_for_its_certificate_and_is_due_at_once(admin: Api) -> None:
    domain = good(admin.post(DOMAINS, {"host": "Go.Brand.Example"}))
    assert domain == {
        "id": domain["id"],
        "host": HOST,
        "status": "pending_certificate",
        "reason": None,
        "records": [],
        "smartlink_count": 0,
        "version": 1,
        "created_at": domain["created_at"],
        "updated_at": domain["created_at"],
    }
    assert domain["id"].startswith("dom_")
    (row,) = all_domains()
    assert row.check_at == domain["created_at"]


def test_domain_shows_its_records_and_smartlinks(admin: Api) -> None:
    row = an_active_domain(records=[RECORD])
    new_smartlink(admin, tracking_domain=HOST)
    shown = admin.get(path_of(row))
    assert shown.headers["ETag"] == '"1"'
    assert (shown.json["status"], shown.json["records"], shown.json["smartlink_count"]) == ("active", [RECORD], 1)
    (listed_one,) = good(admin.get(DOMAINS))["items"]
    assert listed_one == shown.json


def test_domains_are_listed_in_pages_without_removed_ones(admin: Api) -> None:
    rows = [an_active_domain(f"{name}.example") for name in "abc"]
    a_domain("gone.example", removed_at="2026-11-21T12:00:00.000Z")
    first = good(admin.get(f"{DOMAINS}?limit=2"))
    second = good(admin.get(f"{DOMAINS}?limit=2&cursor={first['next_cursor']}"))
    assert [len(each["items"]) for each in (first, second)] == [2, 1]
    assert listed(admin, DOMAINS) == sorted(row.id for row in rows)


def test_host_is_added_once(admin: Api) -> None:
    a_domain()
    assert errors_by_pointer(admin.post(DOMAINS, {"host": HOST})) == {"/host": "is a tracking domain already"}
    own = {"host": "api1.execute-api.localhost"}
    assert set(errors_by_pointer(admin.post(DOMAINS, own))) == {"/host"}


def test_same_request_adds_a_domain_once(admin: Api) -> None:
    first, second = (admin.post(DOMAINS, {"host": HOST}, Idempotency_Key="k") for _ in range(2))
    assert (first.status, first.json) == (second.status, second.json) == (201, first.json)


def test_host_that_another_request_reserved_is_refused(admin: Api, unhurried: list[float]) -> None:
    DomainRow(HOSTS, HOST).update([DomainRow.created_at.set("2026-11-21T12:00:00.000Z")])
    assert admin.post(DOMAINS, {"host": HOST}).status == 503
    assert all_domains() == []


def test_deleted_domain_is_gone_for_callers_and_due_at_once(admin: Api) -> None:
    row = an_active_domain()
    assert admin.delete(path_of(row), If_Match='"2"').status == 412
    assert admin.delete(path_of(row), If_Match='"1"').status == 204
    assert (admin.get(path_of(row)).status, admin.delete(path_of(row)).status) == (404, 404)
    stored = DomainRow.get(NETWORK, row.id)
    assert stored.removed_at == stored.check_at
    detail = problem_detail(admin.post(DOMAINS, {"host": HOST}), 409)
    assert detail == f"{HOST} is still being removed at AWS. Retry the request in a few minutes."


def test_domain_that_smartlinks_use_is_not_deleted(admin: Api) -> None:
    row = an_active_domain()
    made = [new_smartlink(admin, name=name, tracking_domain=HOST) for name in "abcdef"]
    detail = problem_detail(admin.delete(path_of(row)), 409)
    named = ", ".join(f"{each['name']} ({each['id']})" for each in made[:0:-1])
    assert detail == (f"Smartlinks use {HOST}: {named} and 1 more. Set another tracking_domain or null in them first.")
    for each in made[1:]:
        good(admin.patch(f"/admin/smartlinks/{each['id']}", {"tracking_domain": None}))
    detail = problem_detail(admin.delete(path_of(row)), 409)
    assert f"Smartlinks use {HOST}: a ({made[0]['id']}). " in detail
    good(admin.patch(f"/admin/smartlinks/{made[0]['id']}", {"tracking_domain": None}))
    assert admin.delete(path_of(row)).status == 204


def test_changes_of_domains_are_in_the_audit_log(admin: Api) -> None:
    domain = good(admin.post(DOMAINS, {"host": HOST}))
    admin.delete(path_of(domain))
    entries = good(admin.get(f"/admin/audit?subject={domain['id']}"))["items"]
    document = {"host": HOST, "status": "pending_certificate"}
    assert [(each["before"], each["after"]) for each in entries] == [(document, None), (None, document)]


@pytest.mark.parametrize("role", ["manager", "analyst"])
def test_only_owners_change_domains_and_all_see_them(admin: Api, role: str) -> None:
    row, user = an_active_domain(), new_user(admin, role)
    assert [user.api.get(path).status for path in (DOMAINS, path_of(row))] == [200, 200]
    refused = [user.api.post(DOMAINS, {"host": "b.example"}), user.api.delete(path_of(row))]
    assert [each.status for each in refused] == [403, 403]
