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
from chalicelib.settings import CLICK_RETENTION_DAYS
from chalicelib.tables.counters import CapCounterRow, CounterBlockRow
from chalicelib.tables.routes import RouteRow, WeightHistoryRow
from tests.conftest import Api
from tests.documents import good
from tests.optimizer.cells import clicks, conversions
from tests.optimizer.pools import AT, NOW, a_pool, count, count_clicks, history, in_force, learn, live

FIVE = timedelta(minutes=5)


def edit(admin: Api, pool: str, **changes: Any) -> Any:
    return good(admin.patch(f"/admin/smartlinks/{pool}", changes))


def versions(pool: str) -> list[int]:
    return [row.version for row in history(pool)]


def test_a_pool_is_learned_of_and_its_weights_come_into_force(admin: Api) -> None:
    pool, (first, second) = a_pool(admin)
    count(pool, {**clicks(30, campaign=first), **conversions(2, campaign=first), **clicks(20, campaign=second)})
    learn(pool)
    learned = in_force(pool)
    assert learned
    assert learned.version == AT
    assert set(learned.segments) == {"US|mobile", "US", "*"}
    assert {round(sum(shares.values()), 5) for shares in learned.segments.values()} == {1.0}
    (row,) = history(pool)
    assert (row.version, row.status, row.route_version, row.epoch, row.reason) == (AT, "published", 1, 1, None)
    assert row.weights == live(pool).weights
    assert row.expires_at == AT + CLICK_RETENTION_DAYS * 86_400
    run = run_record.unpacked(row.run)
    assert (run.clicks, run.conversions, run.goal) == (50, 2, "epc")
    assert {each.name for each in run.segments} == set(learned.segments)


def test_the_first_run_needs_no_clicks(admin: Api) -> None:
    pool, campaigns = a_pool(admin)
    learn(pool)
    learned = in_force(pool)
    assert learned
    assert set(learned.segments) == {"*"}
    assert set(learned.segments["*"].values()) == {0.5}
    assert set(learned.segments["*"]) == set(campaigns)


def test_without_anything_new_there_is_no_run(admin: Api) -> None:
    pool, (first, _) = a_pool(admin)
    count_clicks(pool, first, NOW - FIVE)
    for n in range(4):
        learn(pool, NOW + n * FIVE)
    assert versions(pool) == [AT]


@pytest.mark.parametrize(
    ("seconds", "runs"), [pytest.param(-150, 1, id="long before"), pytest.param(-60, 2, id="maybe not seen yet")]
)
def test_what_was_counted_just_before_a_run_may_not_have_been_seen_by_it(admin: Api, seconds: int, runs: int) -> None:
    pool, (first, _) = a_pool(admin)
    count_clicks(pool, first, NOW + timedelta(seconds=seconds))
    learn(pool)
    learn(pool, NOW + FIVE)
    assert len(history(pool)) == runs


def test_new_clicks_make_a_new_run_however_long_it_took(admin: Api) -> None:
    pool, (first, _) = a_pool(admin)
    learn(pool)
    later = NOW + timedelta(days=3)
    count_clicks(pool, first, later)
    learn(pool, later)
    assert versions(pool) == [AT, AT + 3 * 86_400]
    assert run_record.unpacked(history(pool)[1].run).clicks == 30


def test_an_edit_makes_a_new_run(admin: Api) -> None:
    pool, (first, _) = a_pool(admin)
    learn(pool)
    edit(admin, pool, offers=[{"campaign_id": first}])
    learn(pool, NOW + FIVE)
    assert [(row.version, row.route_version) for row in history(pool)] == [(AT, 1), (AT + 300, 2)]
    learned = in_force(pool)
    assert learned
    assert learned.segments == {"*": {first: 1.0}}


def test_the_last_run_is_found_in_the_month_before(admin: Api) -> None:
    pool, _ = a_pool(admin)
    learn(pool, datetime(2026, 11, 30, 23, 58, tzinfo=UTC))
    learn(pool, datetime(2026, 12, 1, 0, 3, tzinfo=UTC))
    assert [row.pool_month[-7:] for row in WeightHistoryRow.scan()] == ["2026-11"]


@pytest.mark.parametrize("change", [{"rotation": "weighted"}, {"path": "pause"}, {"path": "delete"}])
def test_a_pool_that_stopped_learning_since_it_was_queued_is_left_alone(admin: Api, change: dict[str, str]) -> None:
    pool, _ = a_pool(admin)
    if change.get("path") == "pause":
        good(admin.post(f"/admin/smartlinks/{pool}/pause"))
    elif change.get("path") == "delete":
        admin.delete(f"/admin/smartlinks/{pool}")
    else:
        edit(admin, pool, **change)
    learn(pool)
    assert history(pool) == []


def test_an_epoch_that_was_reset_learns_from_nothing_of_before(admin: Api) -> None:
    pool, (first, _) = a_pool(admin, on_pool_change="reset")
    count_clicks(pool, first)
    learn(pool)
    edit(admin, pool, offers=[{"campaign_id": first}])
    assert in_force(pool) is None
    learn(pool, NOW + FIVE)
    learned = in_force(pool)
    assert learned
    assert (set(learned.segments), history(pool)[1].epoch) == ({"*"}, 2)


def test_an_offer_at_its_cap_gets_no_weight_until_there_is_room(admin: Api) -> None:
    pool, (first, second) = a_pool(admin)
    cap = {"metric": "conversions", "window": "total", "limit": "5"}
    good(admin.patch(f"/admin/campaigns/{first}", {"caps": [cap]}))
    CapCounterRow(f"{first}|conversions|total|UTC|ever|*", used=5).save()
    learn(pool)
    learned = in_force(pool)
    assert learned
    assert learned.segments == {"*": {second: 1.0}}


def test_a_run_delivered_twice_is_one_run(admin: Api) -> None:
    pool, (first, _) = a_pool(admin)
    count_clicks(pool, first)
    learn(pool)
    job.optimize_pool(pool, AT, NOW + timedelta(seconds=40))
    assert versions(pool) == [AT]


def test_an_edit_within_the_second_of_a_run_is_learned_of_all_the_same(admin: Api) -> None:
    pool, (first, _) = a_pool(admin)
    learn(pool)
    edit(admin, pool, offers=[{"campaign_id": first}])
    learn(pool)
    assert [(row.version, row.route_version) for row in history(pool)] == [(AT, 1), (AT + 1, 2)]


def test_two_runs_of_one_second_have_two_versions(admin: Api) -> None:
    pool, (first, _) = a_pool(admin)
    count_clicks(pool, first)
    learn(pool)
    job.optimize_pool(pool, AT + 1, NOW)
    assert versions(pool) == [AT, AT + 1]


def test_a_version_is_later_than_that_of_a_clock_ahead(admin: Api) -> None:
    pool, (first, _) = a_pool(admin)
    learn(pool, NOW + timedelta(seconds=30))
    count_clicks(pool, first)
    learn_at = int(NOW.timestamp()) + 31
    job.optimize_pool(pool, learn_at, NOW)
    assert versions(pool) == [AT + 30, AT + 31]


def _between(monkeypatch: pytest.MonkeyPatch, place: int, what: Callable[[], None]) -> list[str]:
    """Does something before the AWS call at the place; the names of all calls but its own."""
    original, calls, busy = BaseClient._make_api_call, list[str](), [False]  # type: ignore[attr-defined]

    def call(self: Any, name: str, arguments: Any) -> Any:
        if not busy[0]:
            calls.append(name)
            if len(calls) == place + 1:
                busy[0] = True
                what()
                busy[0] = False
        return original(self, name, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    return calls


CALLS = 5
"""Route, last run (of this month and the one before, or what is new since), cells, and the transaction."""


def test_a_first_run_makes_few_calls(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    pool, (first, _) = a_pool(admin)
    count_clicks(pool, first)
    calls = _between(monkeypatch, -1, lambda: None)
    learn(pool)
    assert calls == ["GetItem", "Query", "Query", "Query", "TransactWriteItems"]


@pytest.mark.parametrize("place", range(CALLS))
def test_two_runs_at_once_publish_whole_weights_and_keep_what_they_published(
    admin: Api, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    pool, (first, _) = a_pool(admin)
    count_clicks(pool, first)
    _between(monkeypatch, place, lambda: learn(pool, NOW + timedelta(seconds=1)))
    learn(pool)
    monkeypatch.undo()
    rows = history(pool)
    assert [row.status for row in rows] == ["published"]
    assert (live(pool).weights_version, live(pool).weights) == (rows[-1].version, rows[-1].weights)


@pytest.mark.parametrize("place", range(CALLS))
def test_two_later_runs_at_once_do_no_harm_either(admin: Api, monkeypatch: pytest.MonkeyPatch, place: int) -> None:
    pool, (first, _) = a_pool(admin)
    learn(pool)
    later = NOW + FIVE
    count_clicks(pool, first, later)
    _between(monkeypatch, place, lambda: learn(pool, later))
    learn(pool, later)
    monkeypatch.undo()
    rows = history(pool)
    assert versions(pool) == [AT, AT + 300]
    assert (live(pool).weights_version, live(pool).weights) == (rows[-1].version, rows[-1].weights)


@pytest.mark.parametrize("place", range(CALLS))
@pytest.mark.parametrize("on_pool_change", ["keep", "reset"])
def test_an_edit_at_any_moment_of_a_run_stands_and_its_weights_are_of_it(
    admin: Api, monkeypatch: pytest.MonkeyPatch, place: int, on_pool_change: str
) -> None:
    pool, (first, _) = a_pool(admin, on_pool_change=on_pool_change)
    count_clicks(pool, first)
    _between(monkeypatch, place, lambda: edit(admin, pool, offers=[{"campaign_id": first}]))
    learn(pool)
    monkeypatch.undo()
    assert good(admin.get(f"/admin/smartlinks/{pool}"))["offer_count"] == 1
    (row,) = history(pool)
    assert (row.route_version, live(pool).version) == (2, 2)
    learned = in_force(pool)
    assert learned
    assert {campaign for shares in learned.segments.values() for campaign in shares} == {first}
    assert row.weights == live(pool).weights


def test_a_run_gives_way_to_an_admin_who_edits_on_and_on(
    admin: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pool, _ = a_pool(admin)
    monkeypatch.setattr(weight_history, "publish", lambda *_: False)
    learn(pool)
    assert capsys.readouterr().err == f"smartlink {pool} not learned of: it is being edited\n"
    monkeypatch.undo()
    learn(pool, NOW + FIVE)
    assert versions(pool) == [AT + 300]


def test_a_broken_pool_is_skipped_with_its_reason_and_the_others_go_on(
    admin: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    pools = [a_pool(admin) for _ in range(3)]
    broken, (first, _) = pools[1]
    count_clicks(broken, first)
    learn(broken)
    in_force_before = in_force(broken)
    count(broken, clicks(-90, campaign=first), NOW + FIVE)
    later = NOW + FIVE
    optimize_pools(JobMessage(int(later.timestamp()), tuple(pool for pool, _ in pools)), lambda: later)
    skipped = history(broken)[-1]
    assert (skipped.status, skipped.weights, skipped.run) == ("skipped", None, None)
    assert broken in skipped.reason
    assert (skipped.route_version, skipped.version) == (1, AT + 300)
    assert in_force(broken) == in_force_before
    assert [len(history(pool)) for pool, _ in pools] == [1, 2, 1]
    (line,) = [each for each in capsys.readouterr().err.splitlines() if "skipped" in each]
    assert line.startswith(f"smartlink {broken} skipped: ")


def test_offers_in_several_currencies_are_skipped_with_that_reason(admin: Api) -> None:
    pool, (first, _) = a_pool(admin)
    good(admin.patch(f"/admin/campaigns/{first}", {"currency": "EUR"}))
    learn(pool)
    (row,) = history(pool)
    assert (row.status, row.route_version) == ("skipped", 2)
    assert row.reason == "the offers pay in different currencies (EUR, USD), which do not compare"


def test_counters_that_cannot_be_read_skip_the_pool_and_the_log_says_where(
    admin: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    pool, _ = a_pool(admin)
    CounterBlockRow(f"{pool}#1", "b#broken", cells=b"no cells", at=AT * 1000).save()
    learn(pool)
    (row,) = history(pool)
    assert row.status == "skipped"
    assert row.reason.startswith("an unexpected error, which the log has in full: ")
    assert "Traceback" in capsys.readouterr().err


def test_a_route_that_cannot_be_read_skips_the_pool(admin: Api) -> None:
    pool, _ = a_pool(admin)
    RouteRow(pool).update([RouteRow.snapshot.set(b"no snapshot")])
    learn(pool)
    assert [row.status for row in history(pool)] == ["skipped"]


def test_what_is_wrong_before_a_run_begins_does_not_stop_the_others(
    admin: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (wrong, _), (right, _) = a_pool(admin), a_pool(admin)
    newest = weight_history.newest

    def fails(pool_id: str, latest: datetime) -> Any:
        if pool_id == wrong:
            message = "no run at all"
            raise TypeError(message)
        return newest(pool_id, latest)

    monkeypatch.setattr(weight_history, "newest", fails)
    optimize_pools(JobMessage(AT, (wrong, right)), lambda: NOW)
    assert [len(history(pool)) for pool in (wrong, right)] == [0, 1]
    assert "no run at all" in capsys.readouterr().err


def test_aws_errors_bring_the_message_back_once_the_others_had_their_turn(
    admin: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (sick, _), (right, _) = a_pool(admin), a_pool(admin)
    read = learning_blocks.read

    def fails(pool_id: str, epoch: int) -> Any:
        if pool_id == sick:
            raise GetError
        return read(pool_id, epoch)

    monkeypatch.setattr(learning_blocks, "read", fails)
    with pytest.raises(GetError):
        optimize_pools(JobMessage(AT, (sick, right)), lambda: NOW)
    assert [len(history(pool)) for pool in (sick, right)] == [0, 1]
    assert f"smartlink {sick} not learned of" in capsys.readouterr().err
    monkeypatch.undo()
    optimize_pools(JobMessage(AT, (sick, right)), lambda: NOW + timedelta(minutes=1))
    assert [len(history(pool)) for pool in (sick, right)] == [1, 1]
