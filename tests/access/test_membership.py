from typing import Any

import pytest

from chalicelib.access import membership
from chalicelib.http.problems import Conflict, NotFound
from chalicelib.http.transactions import TransactionConflict
from chalicelib.tables.publishers import ApplicationRow, MembershipRow, PublisherRow
from chalicelib.tables.smartlinks import SmartlinkRow
from tests.conftest import Api
from tests.documents import add_publisher, apply, new_publisher, new_smartlink, pending
from tests.http.support import a_request


def test_publisher_without_an_application_has_no_status_and_no_code(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    state = membership.load_membership(smartlink["id"], publisher.id)
    assert (state.pool.id, state.publisher.id) == (smartlink["id"], publisher.id)
    assert (state.membership, state.status, state.code) == (None, None, None)
    assert state.audit_subject == f"{smartlink['id']}/{publisher.id}"


def test_pending_publisher_has_no_code_and_gets_a_new_one(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    apply(publisher, smartlink)
    state = membership.load_membership(smartlink["id"], publisher.id)
    assert (state.status, state.code) == ("pending", None)
    assert membership.code_for(a_request(entropy=bytes), state) == a_request(entropy=bytes).new_code()


def test_removed_publisher_keeps_their_code_but_has_no_link(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    code = add_publisher(admin, smartlink, publisher)
    assert membership.link_code(membership.get_membership_or_none(publisher.id, smartlink["id"])) == code
    admin.delete(f"/admin/smartlinks/{smartlink['id']}/publishers/{publisher.id}")
    state = membership.load_membership(smartlink["id"], publisher.id)
    assert (state.status, state.code, membership.code_for(a_request(), state)) == ("declined", code, code)
    assert membership.link_code(state.membership) is None


def test_deleted_smartlink_is_not_found(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    assert membership.get_smartlink_or_404(smartlink["id"]).id == smartlink["id"]
    admin.delete(f"/admin/smartlinks/{smartlink['id']}")
    with pytest.raises(NotFound, match=f"There is no smartlink {smartlink['id']}."):
        membership.get_smartlink_or_404(smartlink["id"])


@pytest.mark.usefixtures("tables")
def test_unknown_resources_are_not_found() -> None:
    for lookup in (membership.get_smartlink_or_404, membership.get_publisher_or_404, membership.get_application_or_404):
        with pytest.raises(NotFound):
            lookup("none")


def _state(**member: Any) -> membership.MembershipState:
    row = MembershipRow("pub_1", "sml_1", **member) if member else None
    return membership.MembershipState(SmartlinkRow("sml_1"), PublisherRow("pub_1"), row)


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        pytest.param({}, False, id="never applied"),
        pytest.param({"status": "pending"}, False, id="pending"),
        pytest.param({"status": "pending", "was_refused": True}, True, id="pending after a refusal"),
        pytest.param({"status": "withdrawn", "was_refused": True}, True, id="withdrawn after a refusal"),
        pytest.param({"status": "withdrawn"}, False, id="withdrawn"),
        pytest.param({"status": "declined"}, True, id="declined by an earlier release"),
        pytest.param({"status": "pending", "code": "abcde12345"}, True, id="removed by an earlier release"),
        pytest.param({"status": "approved", "code": "abcde12345"}, False, id="approved"),
    ],
)
def test_refusal_lasts_until_an_approval(member: dict[str, Any], expected: bool) -> None:
    assert _state(**member).was_refused is expected


def test_publisher_whose_application_was_withdrawn_or_closed_is_no_member() -> None:
    statuses = ("pending", "approved", "declined", "withdrawn", "closed")
    rows = [MembershipRow("pub_1", "sml_1", status=status) for status in statuses]
    assert [membership.is_member(row) for row in rows] == [True, True, True, False, False]


def test_application_for_a_deleted_smartlink_cannot_be_decided(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    apply(publisher, smartlink)
    application = ApplicationRow.get(pending(admin)[0])
    assert membership.load_membership_of(application).status == "pending"
    application.status = "approved"  # as it was read before another decision
    with pytest.raises(TransactionConflict):
        membership.load_membership_of(application)
    admin.delete(f"/admin/smartlinks/{smartlink['id']}")
    with pytest.raises(Conflict, match="The smartlink was deleted"):
        membership.load_membership_of(application)
