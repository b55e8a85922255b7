from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.client import BaseClient
from pynamodb.exceptions import GetError

from chalicelib.counters import learning_blocks
from chalicelib.optimizer import job
from chalicelib.optimizer.history import run_record, weight_history
from chalicelib.optimizer.job import optimize_pools
from chalicelib.optimizer.job_message import JobMessage
from chalicelib.settings import WEIGHT_HISTORY_DAYS
from chalicelib.tables.counters import CapCounterRow, CounterBlockRow
from chalicelib.tables.routes import RouteRow, WeightHistoryRow
from tests.conftest import Api
from tests.documents import good
from tests.optimizer.cells import clicks, conversions
from tests.optimizer.pools import (
    AT,
    NOW,
    a_pool,
    add_cells,
    add_clicks,
    current_route,
    optimize,
    published_weights,
    run_history,
)

FIVE_MINUTES = timedelta(minutes=5)


def edit(admin: Api, pool: str, **changes: Any) -> Any:
    return good(admin.patch(f"/admin/smartlinks/{pool}", changes))


def versions(pool: str) -> list[int]:
    return [row.version for row in run_history(pool)]


def test_run_publishes_weights_and_its_record(admin: Api) -> None:
    pool, (first, second) = a_pool(admin)
    add_cells(pool, {**clicks(30, campaign=first), **conversions(2, campaign=first), **clicks(20, campaign=second)})
    optimize(pool)
    weights = published_weights(pool)
    assert weights
    assert weights.version == AT
    assert set(weights.segments) == {"US|mobile", "US", "*"}
    assert {round(sum(shares.values()), 5) for shares in weights.segments.values()} == {1.0}
    (row,) = run_history(pool)
    assert (row.version, row.status, row.route_version, row.epoch, row.reason) == (AT, "published", 1, 1, None)
    assert row.weights == current_route(pool).weights
    assert row.expires_at == AT + WEIGHT_HISTORY_DAYS * 86_400
    run = run_record.decode(row.run)
    assert (run.clicks, run.conversions, run.goal) == (50, 2, "epc")
    assert {segment.name for segment in run.segments} == set(weights.segments)


def test_first_run_needs_no_clicks(admin: Api) -> None:
    pool, campaigns = a_pool(admin)
    optimize(pool)
    weights = published_weights(pool)
    assert weights
    assert set(weights.segments) == {"*"}
    assert set(weights.segments["*"].values()) == {0.5}
    assert set(weights.segments["*"]) == set(campaigns)


def test_no_new_data_makes_no_run(admin: Api) -> None:
    pool, (first, _) = a_pool(admin)
    add_clicks(pool, first, NOW - FIVE_MINUTES)
    for n in range(4):
        optimize(pool, NOW + n * FIVE_MINUTES)
    assert versions(pool) == [AT]


@pytest.mark.parametrize(
    ("seconds", "runs"), [pytest.param(-150, 1, id="long before"), pytest.param(-60, 2, id="possibly not visible yet")]
)
def test_cells_added_just_before_a_run_make_another_run(admin: Api, seconds: int, runs: int) -> None:
    pool, (first, _) = a_pool(admin)
    add_clicks(pool, first, NOW + timedelta(seconds=seconds))
    optimize(pool)
    optimize(pool, NOW + FIVE_MINUTES)
    assert len(run_history(pool)) == runs


def test_new_clicks_make_a_new_run_after_days(admin: Api) -> None:
    pool, (first, _) = a_pool(admin)
    optimize(pool)
    later = NOW + timedelta(days=3)
    add_clicks(pool, first, later)
    optimize(pool, later)
    assert versions(pool) == [AT, AT + 3 * 86_400]
    assert run_record.decode(run_history(pool)[1].run).clicks == 30


def test_edit_makes_a_new_run(admin: Api) -> None:
    pool, (first, _) = a_pool(admin)
    optimize(pool)
    edit(admin, pool, offers=[{"campaign_id": first}])
    optimize(pool, NOW + FIVE_MINUTES)
    assert [(row.version, row.route_version) for row in run_history(pool)] == [(AT, 1), (AT + 300, 2)]
    weights = published_weights(pool)
    assert weights
    assert weights.segments == {"*": {first: 1.0}}


def test_last_run_is_found_in_the_previous_month(admin: Api) -> None:
    pool, _ = a_pool(admin)
    optimize(pool, datetime(2026, 11, 30, 23, 58, tzinfo=UTC))
    optimize(pool, datetime(2026, 12, 1, 0, 3, tzinfo=UTC))
    assert [row.pool_month[-7:] for row in WeightHistoryRow.scan()] == ["2026-11"]


@pytest.mark.parametrize("change", [{"rotation": "weighted"}, {"path": "pause"}, {"path": "delete"}])
def test_queued_pool_that_is_no_longer_optimized_is_left_alone(admin: Api, change: dict[str, str]) -> None:
    pool, _ = a_pool(admin)
    if change.get("path") == "pause":
        good(admin.post(f"/admin/smartlinks/{pool}/pause"))
    elif change.get("path") == "delete":
        admin.delete(f"/admin/smartlinks/{pool}")
    else:
        edit(admin, pool, **change)
    optimize(pool)
    assert run_history(pool) == []


def test_reset_epoch_ignores_earlier_data(admin: Api) -> None:
    pool, (first, _) = a_pool(admin, on_pool_change="reset")
    add_clicks(pool, first)
    optimize(pool)
    edit(admin, pool, offers=[{"campaign_id": first}])
    assert published_weights(pool) is None
    optimize(pool, NOW + FIVE_MINUTES)
    weights = published_weights(pool)
    assert weights
    assert (set(weights.segments), run_history(pool)[1].epoch) == ({"*"}, 2)


def test_offer_at_its_cap_gets_no_weight(admin: Api) -> None:
    pool, (first, second) = a_pool(admin)
    cap = {"metric": "conversions", "window": "total", "limit": "5"}
    good(admin.patch(f"/admin/campaigns/{first}", {"caps": [cap]}))
    CapCounterRow(f"{first}|conversions|total|UTC|ever|*", used=5).save()
    optimize(pool)
    weights = published_weights(pool)
    assert weights
    assert weights.segments == {"*": {second: 1.0}}


def test_message_received_twice_makes_one_run(admin: Api) -> None:
    pool, (first, _) = a_pool(admin)
    add_clicks(pool, first)
    optimize(pool)
    job.optimize_pool(pool, AT, NOW + timedelta(seconds=40))
    assert versions(pool) == [AT]


def test_edit_in_the_second_of_a_run_makes_a_new_run(admin: Api) -> None:
    pool, (first, _) = a_pool(admin)
    optimize(pool)
    edit(admin, pool, offers=[{"campaign_id": first}])
    optimize(pool)
    assert [(row.version, row.route_version) for row in run_history(pool)] == [(AT, 1), (AT + 1, 2)]


def test_two_runs_in_one_second_have_different_versions(admin: Api) -> None:
    pool, (first, _) = a_pool(admin)
    add_clicks(pool, first)
    optimize(pool)
    job.optimize_pool(pool, AT + 1, NOW)
    assert versions(pool) == [AT, AT + 1]


def test_version_is_greater_than_that_of_a_clock_ahead(admin: Api) -> None:
    pool, (first, _) = a_pool(admin)
    optimize(pool, NOW + timedelta(seconds=30))
    add_clicks(pool, first)
    requested_at = int(NOW.timestamp()) + 31
    job.optimize_pool(pool, requested_at, NOW)
    assert versions(pool) == [AT + 30, AT + 31]


def interrupt_at(monkeypatch: pytest.MonkeyPatch, index: int, interrupt: Callable[[], None]) -> list[str]:
    """Call `interrupt` before the AWS call with this index. Return the names of all calls but its own."""
    original, calls, interrupting = BaseClient._make_api_call, list[str](), [False]  # type: ignore[attr-defined]

    def call(self: Any, name: str, arguments: Any) -> Any:
        if not interrupting[0]:
            calls.append(name)
            if len(calls) == index + 1:
                interrupting[0] = True
                interrupt()
                interrupting[0] = False
        return original(self, name, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    return calls


CALLS = 5
"""Route, last run (two queries: this month and the previous one, or new cells), cells, and the transaction."""


def test_first_run_makes_five_calls(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    pool, (first, _) = a_pool(admin)
    add_clicks(pool, first)
    calls = interrupt_at(monkeypatch, -1, lambda: None)
    optimize(pool)
    assert calls == ["GetItem", "Query", "Query", "Query", "TransactWriteItems"]


@pytest.mark.parametrize("index", range(CALLS))
def test_concurrent_first_runs_publish_one_consistent_run(
    admin: Api, monkeypatch: pytest.MonkeyPatch, index: int
) -> None:
    pool, (first, _) = a_pool(admin)
    add_clicks(pool, first)
    interrupt_at(monkeypatch, index, lambda: optimize(pool, NOW + timedelta(seconds=1)))
    optimize(pool)
    monkeypatch.undo()
    rows = run_history(pool)
    assert [row.status for row in rows] == ["published"]
    assert (current_route(pool).weights_version, current_route(pool).weights) == (rows[-1].version, rows[-1].weights)


@pytest.mark.parametrize("index", range(CALLS))
def test_concurrent_later_runs_publish_one_consistent_run(
    admin: Api, monkeypatch: pytest.MonkeyPatch, index: int
) -> None:
    pool, (first, _) = a_pool(admin)
    optimize(pool)
    later = NOW + FIVE_MINUTES
    add_clicks(pool, first, later)
    interrupt_at(monkeypatch, index, lambda: optimize(pool, later))
    optimize(pool, later)
    monkeypatch.undo()
    rows = run_history(pool)
    assert versions(pool) == [AT, AT + 300]
    assert (current_route(pool).weights_version, current_route(pool).weights) == (rows[-1].version, rows[-1].weights)


@pytest.mark.parametrize("index", range(CALLS))
@pytest.mark.parametrize("on_pool_change", ["keep", "reset"])
def test_edit_during_a_run_is_kept_and_gets_its_own_weights(
    admin: Api, monkeypatch: pytest.MonkeyPatch, index: int, on_pool_change: str
) -> None:
    pool, (first, _) = a_pool(admin, on_pool_change=on_pool_change)
    add_clicks(pool, first)
    interrupt_at(monkeypatch, index, lambda: edit(admin, pool, offers=[{"campaign_id": first}]))
    optimize(pool)
    monkeypatch.undo()
    assert good(admin.get(f"/admin/smartlinks/{pool}"))["offer_count"] == 1
    (row,) = run_history(pool)
    assert (row.route_version, current_route(pool).version) == (2, 2)
    weights = published_weights(pool)
    assert weights
    assert {campaign for shares in weights.segments.values() for campaign in shares} == {first}
    assert row.weights == current_route(pool).weights


def test_run_is_skipped_if_the_route_keeps_changing(
    admin: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pool, _ = a_pool(admin)
    monkeypatch.setattr(weight_history, "publish", lambda *_: False)
    optimize(pool)
    assert caplog.messages == [f"optimizer: skipped {pool}: the route changed during the run"]
    monkeypatch.undo()
    optimize(pool, NOW + FIVE_MINUTES)
    assert versions(pool) == [AT + 300]


def test_pool_with_invalid_counters_is_skipped_and_the_others_continue(
    admin: Api, caplog: pytest.LogCaptureFixture
) -> None:
    pools = [a_pool(admin) for _ in range(3)]
    broken, (first, _) = pools[1]
    add_clicks(broken, first)
    optimize(broken)
    weights_before = published_weights(broken)
    add_cells(broken, clicks(-90, campaign=first), NOW + FIVE_MINUTES)
    later = NOW + FIVE_MINUTES
    optimize_pools(JobMessage(int(later.timestamp()), tuple(pool for pool, _ in pools)), lambda: later)
    skipped = run_history(broken)[-1]
    assert (skipped.status, skipped.weights, skipped.run) == ("skipped", None, None)
    assert broken in skipped.reason
    assert (skipped.route_version, skipped.version) == (1, AT + 300)
    assert published_weights(broken) == weights_before
    assert [len(run_history(pool)) for pool, _ in pools] == [1, 2, 1]
    (line,) = [message for message in caplog.messages if "skipped" in message]
    assert line.startswith(f"optimizer: skipped {broken}: ")


def test_pool_with_several_currencies_is_skipped_with_the_reason(admin: Api) -> None:
    pool, (first, _) = a_pool(admin)
    good(admin.patch(f"/admin/campaigns/{first}", {"currency": "EUR"}))
    optimize(pool)
    (row,) = run_history(pool)
    assert (row.status, row.route_version) == ("skipped", 2)
    assert row.reason == (
        "The offers use different currencies (EUR, USD) and cannot be compared. Set exchange rates for EUR, USD."
    )


def test_skipped_pool_learns_in_the_base_currency_once_rates_are_set(admin: Api) -> None:
    pool, (first, second) = a_pool(admin)
    good(admin.patch(f"/admin/campaigns/{first}", {"currency": "EUR", "payout": "0.75"}))
    for campaign, payout in ((first, 750_000), (second, 1_500_000)):
        counted = {**clicks(100, campaign=campaign), **conversions(4, payout=payout, campaign=campaign)}
        add_cells(pool, counted, NOW - FIVE_MINUTES)
    optimize(pool)
    good(admin.put("/admin/exchange-rates", {"base": "USD", "rates": {"EUR": "2"}, "from": "2026-11-21"}))
    for n in (1, 2):
        optimize(pool, NOW + n * FIVE_MINUTES)
    assert [row.status for row in run_history(pool)] == ["skipped", "published"]
    segments = run_record.decode(run_history(pool)[1].run).segments
    (everyone,) = (each.offers for each in segments if each.name == "*")
    assert len({offer.value for offer in everyone}) == 1


def test_pool_with_unreadable_counters_is_skipped_and_the_error_is_logged(
    admin: Api, caplog: pytest.LogCaptureFixture
) -> None:
    pool, _ = a_pool(admin)
    CounterBlockRow(f"{pool}#1", "b#broken", cells=b"no cells", at=AT * 1000).save()
    optimize(pool)
    (row,) = run_history(pool)
    assert row.status == "skipped"
    assert row.reason.startswith("Internal error; it was logged: ")
    assert "Traceback" in caplog.text


def test_pool_with_an_unreadable_route_is_skipped(admin: Api) -> None:
    pool, _ = a_pool(admin)
    RouteRow(pool).update([RouteRow.snapshot.set(b"no snapshot")])
    optimize(pool)
    assert [row.status for row in run_history(pool)] == ["skipped"]


def test_failure_before_a_run_does_not_stop_the_others(
    admin: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (failing, _), (healthy, _) = a_pool(admin), a_pool(admin)
    find_newest = weight_history.find_newest

    def fails(pool_id: str, latest: datetime) -> Any:
        if pool_id == failing:
            message = "no run at all"
            raise TypeError(message)
        return find_newest(pool_id, latest)

    monkeypatch.setattr(weight_history, "find_newest", fails)
    optimize_pools(JobMessage(AT, (failing, healthy)), lambda: NOW)
    assert [len(run_history(pool)) for pool in (failing, healthy)] == [0, 1]
    assert "no run at all" in caplog.text


def test_aws_error_is_raised_after_the_other_pools_are_done(
    admin: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (failing, _), (healthy, _) = a_pool(admin), a_pool(admin)
    read = learning_blocks.read

    def fails(pool_id: str, epoch: int) -> Any:
        if pool_id == failing:
            raise GetError
        return read(pool_id, epoch)

    monkeypatch.setattr(learning_blocks, "read", fails)
    with pytest.raises(GetError):
        optimize_pools(JobMessage(AT, (failing, healthy)), lambda: NOW)
    assert [len(run_history(pool)) for pool in (failing, healthy)] == [0, 1]
    assert f"optimizer: {failing} failed" in caplog.text
    monkeypatch.undo()
    optimize_pools(JobMessage(AT, (failing, healthy)), lambda: NOW + timedelta(minutes=1))
    assert [len(run_history(pool)) for pool in (failing, healthy)] == [1, 1]
