from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pynamodb.transactions import TransactWrite

from chalicelib.caps.reservation import usage_by_key
from chalicelib.conversions import recording
from chalicelib.conversions.conversion import CapUsage, ReportedConversion
from chalicelib.counters.learning_cells import COUNTS
from chalicelib.http.transactions import TransactionConflict
from chalicelib.tables.base import connection
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.counters import CapCounterRow, CounterBlockRow
from tests.advertiser import Deal, caps_of, conversions, counted, learned, new_deal, sums, used
from tests.conftest import Api
from tests.documents import good

PAID_CAPS = caps_of("conversions", "payout", "revenue", limit="900", window="total")


def _run_before(monkeypatch: pytest.MonkeyPatch, function: str, interruption: Any) -> None:
    """Run `interruption` once, right before the first call of the function."""
    write, is_done = getattr(recording, function), list[bool]()

    def interrupted(*args: Any) -> None:
        if not is_done:
            is_done.append(True)
            interruption()
        write(*args)

    monkeypatch.setattr(recording, function, interrupted)
    monkeypatch.setattr(recording, "time", SimpleNamespace(sleep=lambda _: None, monotonic=lambda: 0.0))


def test_second_of_two_concurrent_postbacks_is_a_duplicate(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    deal = new_deal(admin, caps=PAID_CAPS)
    click_id, statuses = deal.click(), list[str]()
    _run_before(monkeypatch, "_create", lambda: statuses.append(good(deal.post(click_id))["status"]))
    statuses.append(good(deal.post(click_id))["status"])
    assert statuses == ["recorded", "duplicate"]
    assert used() == {"conversions|*": 1, "payout|*": 1_500_000, "revenue|*": 2_000_000}
    assert sums()["conversions"] == 1


def test_second_of_two_concurrent_rejections_changes_nothing(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    deal = new_deal(admin, caps=PAID_CAPS)
    click_id, statuses = deal.click(), list[str]()
    deal.posted(click_id)
    _run_before(
        monkeypatch, "set_status", lambda: statuses.append(good(deal.post(click_id, status="rejected"))["status"])
    )
    statuses.append(good(deal.post(click_id, status="rejected"))["status"])
    assert statuses == ["recorded", "duplicate"]
    assert set(used().values()) == {0}
    assert sums() == {}
    assert _learned(deal) == []


def test_postback_with_lasting_conflicts_returns_503(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    deal, waits, clock = new_deal(admin), list[float](), iter(range(99))
    click_id = deal.click()

    def conflict(*_: Any) -> None:
        raise TransactionConflict

    monkeypatch.setattr(recording, "_create", conflict)
    monkeypatch.setattr(recording, "time", SimpleNamespace(sleep=waits.append, monotonic=lambda: next(clock)))
    response = deal.post(click_id)
    assert (response.status, response.headers["Retry-After"]) == (503, "1")
    assert len(waits) == 15
    assert max(waits) <= 0.25


def test_error_in_the_transaction_writes_nothing(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    deal = new_deal(admin, caps=PAID_CAPS)
    click_id = deal.click()
    monkeypatch.setattr(recording, "add_cap_usage", lambda *_: 1 / 0)
    assert deal.post(click_id).status == 500
    assert [*ConversionRow.scan(), *CounterBlockRow.scan(), *CapCounterRow.scan()] == []


def test_expired_cap_counter_is_not_created_again(admin: Api) -> None:
    deal = new_deal(admin, caps=caps_of("conversions", "payout"))
    conversion_id = deal.posted(deal.click())
    row = ConversionRow.get(conversion_id)
    past = [[key, amount, 1_700_000_000] for key, amount, _ in row.places]
    row.update([ConversionRow.places.set(past)])
    for cap in CapCounterRow.scan():
        cap.delete()
    for status in ("rejected", "approved"):
        good(admin.patch(f"/admin/conversions/{conversion_id}", {"status": status}))
    assert used() == {}


# Learning


def _learned(deal: Deal) -> list[tuple[int, ...]]:
    """Return the learning counts of the deal's conversions, cell by cell, without empty cells."""
    cells = learned().get(f"{deal.smartlink['id']}#{deal.smartlink['epoch']}", {})
    return [tuple(counts) for _, counts in sorted(cells.items()) if any(counts)]


def test_learning_counts_include_squares_and_are_reversed_exactly(admin: Api) -> None:
    deal = new_deal(admin)
    conversion_id = deal.posted(deal.click(), payout="3")
    once = [(0, 1, 3 * 10**6, 2 * 10**6, 9 * 10**12, 4 * 10**12, 6 * 10**12)]
    assert _learned(deal) == once
    for status, expected in (("rejected", []), ("approved", once), ("rejected", [])):
        good(admin.patch(f"/admin/conversions/{conversion_id}", {"status": status}))
        assert _learned(deal) == expected


def test_conversion_of_a_bot_click_is_stored_without_learning_counts(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    ClickRow(click_id).update([ClickRow.get_attributes()["is_bot"].set(True)])
    row = deal.kept(click_id)
    assert (row.learned, row.arm, learned()) == (False, "weighted", {})


# Everything adds up


def _expected(rows: list[ConversionRow]) -> dict[str, int]:
    approved = [row for row in rows if row.status == "approved"]
    by_metric = {
        "conversions": len(approved),
        "payout": sum(round(float(row.payout) * 1_000_000) for row in approved),
        "revenue": sum(round(float(row.revenue) * 1_000_000) for row in approved),
    }
    return {metric: count for metric, count in by_metric.items() if count}


calls = st.lists(
    st.tuples(
        st.sampled_from(["approved", "rejected", "approve", "reject"]),
        st.sampled_from(["", "t1"]),
        st.sampled_from(["", "0", "0.000001", "3.25"]),
    ),
    max_size=8,
)


def _make(admin: Api, deal: Deal, click_id: str, call: tuple[str, str, str]) -> None:
    """Send a postback (approved, rejected) or an admin's decision (approve, reject) on a conversion of the click."""
    kind, txid, payout = call
    if kind in {"approved", "rejected"}:
        good(deal.post(click_id, status=kind, txid=txid, payout=payout))
        return
    conversion_id = ReportedConversion(click_id, txid or None).conversion_id
    admin.patch(f"/admin/conversions/{conversion_id}", {"status": {"approve": "approved", "reject": "rejected"}[kind]})


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls)
def test_counters_and_caps_equal_the_approved_conversions(admin: Api, calls: list[tuple[str, str, str]]) -> None:
    deal = new_deal(admin, caps=PAID_CAPS)
    click_id = deal.click()
    for call in calls:
        _make(admin, deal, click_id, call)
    expected = _expected([row for row in conversions().values() if row.click_id == click_id])
    own = [row for cell, row in counted().items() if cell.campaign == deal.campaign["id"]]
    assert sums(own) == expected | {f"arrived_{metric}": count for metric, count in expected.items()}
    caps = {row.key.split("|")[1]: row.used for row in CapCounterRow.scan() if row.key.startswith(deal.campaign["id"])}
    assert {metric: count for metric, count in caps.items() if count} == expected
    learned_of = dict(zip(COUNTS, map(sum, zip(*_learned(deal), strict=True)), strict=False))
    assert {name: learned_of[name] for name in expected} == expected


# Counters


def _add_usage(key: str, amount: int, expires_at: datetime | None) -> None:
    with TransactWrite(connection=connection()) as write:
        recording.add_cap_usage(write, CapUsage(key, abs(amount), expires_at), 1 if amount > 0 else -1)


@pytest.mark.usefixtures("tables")
def test_cap_counter_changes_regardless_of_the_limit() -> None:
    end = datetime(2026, 11, 23, 12, tzinfo=UTC)
    for amount in (5, 7, -5):
        _add_usage("payout", amount, end)
    _add_usage("ever", 1, None)
    assert usage_by_key(["payout", "ever", "none"]) == {"payout": 7, "ever": 1}
    assert {row.key: row.expires_at for row in CapCounterRow.scan()} == {"payout": end, "ever": None}
