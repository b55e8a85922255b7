from datetime import UTC, datetime

import pytest
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.admin.tracking_domains.uses import Use, add_use, domain_errors, uses_by_host
from chalicelib.domain.tracking_domain import DomainStatus
from chalicelib.tables.base import commit, connection
from chalicelib.tables.tracking_domains import DomainRow
from tests.conftest import Api
from tests.documents import good, new_smartlink
from tests.tracking_domains.rows import HOST, a_domain, an_active_domain


def read_uses(row: DomainRow) -> int:
    row.refresh(consistent_read=True)
    return row.uses


def test_smartlinks_are_found_by_their_domain(admin: Api) -> None:
    an_active_domain()
    an_active_domain("b.example")
    first, second, _ = (new_smartlink(admin, name=name, tracking_domain=HOST) for name in "abc")
    good(admin.patch(f"/admin/smartlinks/{second['id']}", {"tracking_domain": "b.example"}))
    good(admin.patch(f"/admin/smartlinks/{first['id']}", {"name": "new"}))
    found = {host: [each.name for each in used] for host, used in uses_by_host(datetime.now(UTC)).items()}
    assert found == {HOST: ["c", "new"], "b.example": ["b"]}
    assert uses_by_host(datetime.now(UTC))["b.example"] == [Use(second["id"], "b")]


def test_deleted_smartlink_uses_no_domain(admin: Api) -> None:
    an_active_domain()
    admin.delete(f"/admin/smartlinks/{new_smartlink(admin, tracking_domain=HOST)['id']}")
    assert uses_by_host(datetime.now(UTC)) == {}


def test_each_smartlink_that_is_set_to_a_domain_raises_its_uses_once(admin: Api) -> None:
    row = an_active_domain()
    smartlink = new_smartlink(admin, tracking_domain=HOST)
    path = f"/admin/smartlinks/{smartlink['id']}"
    good(admin.patch(path, {"name": "new"}))
    assert read_uses(row) == 1
    good(admin.post(f"{path}/clone"))
    assert (read_uses(row), row.version) == (2, 1)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (DomainStatus.ACTIVE, None),
        (DomainStatus.PENDING_DNS, f"must be an active tracking domain; {HOST} is pending_dns"),
        (DomainStatus.FAILED, f"must be an active tracking domain; {HOST} is failed"),
    ],
)
def test_smartlink_may_be_set_to_an_active_domain_only(tables: None, status: DomainStatus, error: str | None) -> None:
    a_domain(status=status.value)
    sent = {"tracking_domain": HOST}
    assert domain_errors(sent, {}) == ([("/tracking_domain", error)] if error else [])
    assert domain_errors(sent, {"tracking_domain": HOST}) == []


def test_domain_that_is_removed_or_unknown_is_refused(tables: None) -> None:
    a_domain(status="active", removed_at="2026-11-21T12:00:00.000Z")
    error = "must be an active tracking domain; ask an owner of the network to add it"
    assert domain_errors({"tracking_domain": HOST}, {}) == [("/tracking_domain", error)]
    assert domain_errors({"tracking_domain": None}, {"tracking_domain": HOST}) == []


def test_smartlink_is_not_written_if_its_domain_is_removed_meanwhile(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = an_active_domain()
    monkeypatch.setattr("chalicelib.admin.tracking_domains.uses.live_domain", lambda _: row)
    write = TransactWrite(connection=connection())
    add_use(write, HOST)
    row.update([DomainRow.removed_at.set("2026-11-21T12:00:00.000Z")])
    with pytest.raises(TransactWriteError):
        commit(write)


def test_domain_of_an_earlier_release_needs_no_row(admin: Api) -> None:
    row = an_active_domain()
    smartlink = new_smartlink(admin, tracking_domain=HOST)
    row.delete()
    clone = good(admin.post(f"/admin/smartlinks/{smartlink['id']}/clone"))
    assert clone["tracking_domain"] == HOST
