import pytest
from pynamodb.transactions import TransactWrite

from chalicelib.access import publisher_links
from chalicelib.access.publisher_links import LinkChange
from chalicelib.http.audit_change import AuditChange
from chalicelib.tables.publishers import CampaignApprovalRow, MembershipRow, PublisherRow
from chalicelib.tables.routes import LinkRow
from tests.http.support import a_request

pytestmark = pytest.mark.usefixtures("tables")


def _links(count: int) -> None:
    """Write this many links of `pub_1`, every second one a direct link, and one of `pub_2`."""
    for n in range(count):
        if n % 2:
            MembershipRow("pub_1", f"sml_{n}", status="approved", code=f"code{n}").save()
        else:
            CampaignApprovalRow("pub_1", f"cmp_{n}", tracking_key=f"code{n}", active=False, approved_at="").save()
        LinkRow(f"code{n}", publisher_id="pub_1", route_id="sml_1", active=True, publisher_active=True).save()
    MembershipRow("pub_1", "sml_pending", status="pending").save()
    LinkRow("other", publisher_id="pub_2", route_id="sml_1", active=True, publisher_active=True).save()


def _a_publisher(version: int) -> PublisherRow:
    row = PublisherRow("pub_1", version=version, name="Ann", email="ann@pub.example", status="suspended")
    row.created_year, row.created_at, row.updated_at = "2026", "", ""
    return row


def _stopping(*, size: int = 0) -> LinkChange:
    """Return the change that makes all links of version 1 of the publisher inactive."""

    def is_current() -> bool:
        return PublisherRow.get("pub_1").version == 1

    def add_check(write: TransactWrite) -> None:
        write.condition_check(PublisherRow, "pub_1", condition=PublisherRow.version == 1)

    return LinkChange("pub_1", [LinkRow.publisher_active.set(False)], is_current, add_check, size)


def _stopped() -> list[str]:
    return sorted(row.code for row in LinkRow.scan() if not row.publisher_active)


@pytest.mark.parametrize("per_transaction", [1, 2, 90])
def test_all_links_of_the_publisher_change(monkeypatch: pytest.MonkeyPatch, per_transaction: int) -> None:
    monkeypatch.setattr(publisher_links, "LINKS_PER_TRANSACTION", per_transaction)
    _links(5)
    with publisher_links.transaction_with_links(a_request(), _stopping(), AuditChange("pub_1", None, {})) as write:
        write.save(_a_publisher(1))
    assert _stopped() == [f"code{n}" for n in range(5)]


def test_later_links_are_left_to_a_newer_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher_links, "LINKS_PER_TRANSACTION", 2)
    _links(5)
    change = _stopping()
    newer = LinkChange("pub_1", change.actions, lambda: False, change.add_check)
    with publisher_links.transaction_with_links(a_request(), newer, AuditChange("pub_1", None, {})) as write:
        write.save(_a_publisher(1))
    assert len(_stopped()) == 2


def test_newer_version_written_between_check_and_change_stops_the_change(
    monkeypatch: pytest.MonkeyPatch, unhurried: list[float]
) -> None:
    monkeypatch.setattr(publisher_links, "LINKS_PER_TRANSACTION", 2)
    _links(5)
    change = _stopping()
    answers = iter((True, False, False))

    def is_current() -> bool:
        _a_publisher(2).save()
        return next(answers)

    newer = LinkChange("pub_1", change.actions, is_current, change.add_check)
    with publisher_links.transaction_with_links(a_request(), newer, AuditChange("pub_1", None, {})) as write:
        write.save(_a_publisher(1))
    assert (len(_stopped()), len(unhurried)) == (2, 1)


@pytest.mark.parametrize(("size", "expected"), [(0, 88), (33_333, 88), (100_000, 30), (300_000, 10), (9_000_000, 1)])
def test_large_changes_have_fewer_links_in_a_transaction(size: int, expected: int) -> None:
    assert _stopping(size=size).per_transaction == expected
