from datetime import UTC, datetime

import pytest
from pynamodb.transactions import TransactWrite

from chalicelib.caps.reservation import usage_by_key
from chalicelib.conversions import changes
from chalicelib.conversions.effects import CapUsage
from chalicelib.conversions.status import Ruling, StatusSource
from chalicelib.domain.conversion import ConversionStatus
from chalicelib.http.problems import Conflict
from chalicelib.http.transactions import TransactionConflict
from chalicelib.tables.base import connection
from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.counters import CapCounterRow
from tests.advertiser import conversions, new_deal, sums
from tests.conftest import Api
from tests.documents import good
from tests.http.support import a_request

APPROVED, REJECTED = ConversionStatus.APPROVED, ConversionStatus.REJECTED


def test_decision_names_who_made_it_and_when(admin: Api) -> None:
    deal = new_deal(admin, approval="manual", approve_after_days=7)
    row, request = deal.kept(deal.click()), a_request()
    changes.decide(request, row, changes.decision_of_admin(APPROVED, "checked"), "key1")
    stored = conversions()[row.id]
    assert (stored.status, stored.status_by, stored.reason, stored.decided_by) == (
        "approved",
        "admin",
        "checked",
        "key1",
    )
    assert stored.decided_at == int(request.now.timestamp()) * 1000
    assert [stored.approve_at, stored.approval_shard, stored.revision] == [None, None, 2]
    assert sums()["payout"] == 1_500_000


def test_decision_that_changes_no_status_is_no_new_revision(admin: Api) -> None:
    deal = new_deal(admin)
    row = deal.kept(deal.click())
    changes.decide(a_request(), row, changes.decision_of_admin(APPROVED, ""), "key1")
    stored = conversions()[row.id]
    assert [stored.status_by, stored.revision, stored.reason] == ["admin", 1, None]
    assert good(deal.post(row.click_id, status="rejected"))["conversion_status"] == "approved"


def test_change_to_the_stored_values_writes_nothing(admin: Api) -> None:
    deal = new_deal(admin)
    row = deal.kept(deal.click())
    before = conversions()[row.id].attribute_values
    changes.save_change(a_request(), row, {"status": "approved", "reason": None})
    assert conversions()[row.id].attribute_values == before


def test_event_that_is_no_goal_cannot_be_decided(admin: Api) -> None:
    deal = new_deal(admin, goals=[{"name": "sale"}])
    row = deal.kept(deal.click(), event="level-9")
    with pytest.raises(Conflict, match="is no goal"):
        changes.decide(a_request(), row, changes.decision_of_admin(APPROVED, None), "key1")


def test_postback_that_was_read_before_an_admin_decided_does_not_outrank_the_decision(admin: Api) -> None:
    deal = new_deal(admin)
    row = deal.kept(deal.click())
    stale = ConversionRow.get(row.id)
    changes.decide(a_request(), row, changes.decision_of_admin(APPROVED, None), "key1")
    with pytest.raises(TransactionConflict):
        changes.decide(a_request(), stale, Ruling(REJECTED, StatusSource.REPORT), "")
    assert sums()["conversions"] == 1


def test_second_of_two_admins_conflicts(admin: Api) -> None:
    deal = new_deal(admin)
    row = deal.kept(deal.click())
    stale = ConversionRow.get(row.id)
    changes.decide(a_request(), row, changes.decision_of_admin(REJECTED, None), "key1")
    with pytest.raises(TransactionConflict):
        changes.decide(a_request(), stale, changes.decision_of_admin(REJECTED, None), "key2")
    assert sums() == {}


# Counters


def _add_usage(key: str, amount: int, expires_at: datetime | None) -> None:
    with TransactWrite(connection=connection()) as write:
        changes.add_cap_usage(write, CapUsage(key, amount, expires_at))


@pytest.mark.usefixtures("tables")
def test_cap_counter_changes_regardless_of_the_limit() -> None:
    end = datetime(2026, 11, 23, 12, tzinfo=UTC)
    for amount in (5, 7, -5):
        _add_usage("payout", amount, end)
    _add_usage("ever", 1, None)
    assert usage_by_key(["payout", "ever", "none"]) == {"payout": 7, "ever": 1}
    assert {row.key: row.expires_at for row in CapCounterRow.scan()} == {"payout": end, "ever": None}
