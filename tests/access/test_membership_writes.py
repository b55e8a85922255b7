import pytest
from pynamodb.transactions import TransactWrite

from chalicelib.access import membership_writes as writes
from chalicelib.access.membership import MembershipState, load_membership
from chalicelib.http.transactions import TransactionConflict, transaction
from chalicelib.tables.publishers import ApplicationRow, MembershipRow
from chalicelib.tables.smartlinks import SmartlinkRow
from tests.access.crowd import Crowd, a_small_crowd
from tests.conftest import Api
from tests.http.support import a_request


@pytest.fixture
def crowd(admin: Api) -> Crowd:
    return a_small_crowd(admin)


def state_of(crowd: Crowd, name: str) -> MembershipState:
    return load_membership(crowd.smartlink["id"], crowd.publishers[name].id)


def written(state: MembershipState, status: str) -> MembershipRow:
    with transaction(a_request()) as write:
        writes.add_membership(write, state, status, "app_1")
    return MembershipRow.get(state.publisher.id, state.pool.id)


def test_membership_keeps_the_code_and_has_the_version_of_the_smartlink(crowd: Crowd) -> None:
    before = state_of(crowd, "Ann")
    row = written(before, "declined")
    assert (row.status, row.code, row.application_id, row.pool_version) == ("declined", before.code, "app_1", 1)


def test_refusal_is_kept_until_an_approval(crowd: Crowd) -> None:
    statuses = ("declined", "pending", "withdrawn", "pending", "approved", "pending")
    refused = [written(state_of(crowd, "Cid"), status).was_refused for status in statuses]
    assert refused == [True, True, True, True, None, None]


def test_membership_that_changed_meanwhile_is_not_written(crowd: Crowd) -> None:
    state = state_of(crowd, "Cid")
    written(state, "declined")
    with pytest.raises(TransactionConflict):
        written(state, "approved")


@pytest.mark.parametrize("actor", ["usr_1", ""])
def test_decision_without_an_actor_was_made_by_nobody(crowd: Crowd, actor: str) -> None:
    row = next(iter(ApplicationRow.scan()))
    with transaction(a_request()) as write:
        writes.add_decision(write, a_request(actor="usr_0"), row, "declined", "no")
    row = ApplicationRow.get(row.id)
    with transaction(a_request()) as write:
        writes.add_decision(write, a_request(actor=actor), row, "approved")
    row = ApplicationRow.get(row.id)
    assert [row.status, row.status_year, row.reason] == ["approved", "approved#2026", None]
    assert row.decided_by == (actor or None)


def counted(crowd: Crowd, *, of_version: bool) -> None:
    add = writes.add_counts_of_version if of_version else writes.add_counts
    pool = SmartlinkRow("pool", version=1)
    pool.id = crowd.smartlink["id"]
    with transaction(a_request()) as write:
        add(write, pool, live=2, pending=-1)


@pytest.mark.parametrize("of_version", [True, False])
def test_counts_are_added_if_the_smartlink_is_unchanged(crowd: Crowd, of_version: bool) -> None:
    counted(crowd, of_version=of_version)
    assert crowd.counts() == (3, 0)
    crowd.admin.delete(crowd.path)
    with pytest.raises(TransactionConflict):
        counted(crowd, of_version=of_version)


def test_subject_and_change_name_the_latest_application(crowd: Crowd) -> None:
    state = state_of(crowd, "Cid")
    (application,) = [row.id for row in ApplicationRow.scan()]
    subject = {"smartlink_id": state.pool.id, "publisher_id": state.publisher.id, "application_id": application}
    assert writes.subject_of(state) == subject
    assert writes.subject_of(state, "app_2")["application_id"] == "app_2"
    change = writes.change_of(state, "app_1", status="declined")
    assert change.before == {**subject, "status": "pending", "code": None}
    assert change.after == {**subject, "status": "declined", "code": None}


def test_notifications_are_in_the_transaction(crowd: Crowd) -> None:
    def failing() -> None:
        with writes.transaction_with_notifications(a_request(), []) as write:
            assert isinstance(write, TransactWrite)
            writes.add_membership(write, state, "declined", "app_1")

    state = state_of(crowd, "Cid")
    failing()
    with pytest.raises(TransactionConflict):
        failing()
