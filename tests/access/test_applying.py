from typing import Any

import pytest

from chalicelib.access import applying
from chalicelib.access.membership import load_membership
from chalicelib.domain.publisher import ApplicationStatus
from chalicelib.http.transactions import TransactionConflict
from chalicelib.publisher.smartlinks.schemas import ApplyDocument
from chalicelib.tables.publishers import ApplicationRow, MembershipRow
from tests.conftest import Api
from tests.consistency import inconsistencies
from tests.documents import apply, good, new_publisher, new_smartlink, pending
from tests.http.support import a_request

PENDING = ApplyDocument(status=ApplicationStatus.PENDING, link=None)


@pytest.mark.parametrize(
    ("visibility", "was_refused", "expected"),
    [("ask", False, "pending"), ("public", False, "approved"), ("public", True, "pending")],
)
def test_application_is_approved_at_once_if_the_smartlink_is_open(
    admin: Api, visibility: str, was_refused: bool, expected: str
) -> None:
    smartlink, publisher = new_smartlink(admin, visibility=visibility), new_publisher(admin)
    if was_refused:
        MembershipRow(publisher.id, smartlink["id"], status="withdrawn", was_refused=True).save()
    state = load_membership(smartlink["id"], publisher.id)
    application = applying.new_application(a_request(), state, "please")
    assert (application.status, application.status_year) == (expected, f"{expected}#2029")
    assert (application.decided_at is None) == (expected == "pending")


@pytest.mark.parametrize("change", ["delete", "publish"])
def test_application_is_not_written_if_the_smartlink_changed_meanwhile(admin: Api, change: str) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    path = f"/admin/smartlinks/{smartlink['id']}"
    state = load_membership(smartlink["id"], publisher.id)
    application = applying.new_application(a_request(), state, "please")
    if change == "delete":
        admin.delete(path)
    else:
        good(admin.patch(path, {"visibility": "public"}))
    with pytest.raises(TransactionConflict):
        applying.apply(a_request(), state, application, "abcde12345", PENDING)
    assert (list(ApplicationRow.scan()), inconsistencies()) == ([], [])


def test_withdrawal_of_an_application_that_was_decided_meanwhile_fails(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    apply(publisher, smartlink)
    state: Any = load_membership(smartlink["id"], publisher.id)
    good(admin.post(f"/admin/applications/{pending(admin)[0]}/decline"))
    with pytest.raises(TransactionConflict):
        applying.withdraw(a_request(), state, PENDING)
    assert inconsistencies() == []
