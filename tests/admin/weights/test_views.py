from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.admin.weights import queries
from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.optimizer.history import run_record, weight_history
from chalicelib.optimizer.history.run_record import RunRecord, SegmentFigures
from chalicelib.optimizer.model.weights import OfferShare, Reason
from chalicelib.routing import weights_codec
from chalicelib.tables.routes import RouteRow, WeightHistoryRow
from tests.conftest import Api
from tests.documents import complaints, good, new_publisher, new_smartlink
from tests.optimizer.pools import a_pool

NOW = datetime.now(UTC).replace(microsecond=0)
AT = int(NOW.timestamp())
FIVE = 300


def learned(offer: str = "cmp_1") -> RunRecord:
    """The figures of a run about one offer."""
    row = OfferShare(offer, 1.0, 0.0123456789, 0.01, -0.02, 0.25, 1234.0, 2.5, Reason.LEARNED)
    return RunRecord(
        goal=OptimizationGoal.EPC,
        clicks=1300.0,
        conversions=16.0,
        took_ms=12,
        likeness=2.0,
        spread=0.5,
        changes={offer: 498_684.5},
        segments=(SegmentFigures("*", 1300, 5.0, (row,)), SegmentFigures("US|mobile", 1000, 7.25, (row,))),
    )


SEGMENTS = [
    {
        "segment": segment,
        "expected_clicks": expected,
        "offers": [
            {
                "campaign_id": "cmp_1",
                "share": 1.0,
                "value_per_click": "0.012350",
                "interval": ["0.010000", "-0.020000"],
                "payout_per_click": "0.250000",
                "effective_clicks": 1234.0,
                "conversions_expected": 2.5,
                "reason": "learned",
            }
        ],
    }
    for segment, expected in (("US|mobile", 7.25), ("*", 5.0))
]
CHANGES = [{"campaign_id": "cmp_1", "at": "2026-11-21T12:30:00.000Z"}]


def publish(pool: str, at: int, found: RunRecord | None = None) -> None:
    """A run that published weights."""
    route = RouteRow.get(pool)
    run = weight_history.row(pool, at, weight_history.PUBLISHED, route)
    run.epoch, run.weights, run.run = (
        1,
        weights_codec.packed({"*": {"cmp_1": 1.0}}),
        run_record.packed(found or learned()),
    )
    assert weight_history.publish(run, route)


def skip(pool: str, at: int) -> None:
    run = weight_history.row(pool, at, weight_history.SKIPPED, RouteRow.get(pool))
    run.reason = "broken"
    weight_history.skip(run)


def shown(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def weights(admin: Api, pool: str) -> Any:
    return good(admin.get(f"/admin/smartlinks/{pool}/weights"))


def runs(admin: Api, pool: str, **query: str) -> Any:
    return good(admin.get(f"/admin/smartlinks/{pool}/weights/history?{urlencode(query)}"))


def test_weights_in_force_are_shown_with_the_figures_behind_them(admin: Api) -> None:
    pool, _ = a_pool(admin, holdout_percent=10)
    publish(pool, AT - FIVE)
    assert weights(admin, pool) == {
        "smartlink_id": pool,
        "rotation": "optimized",
        "goal": "epc",
        "epoch": 1,
        "in_force": True,
        "weights_version": AT - FIVE,
        "at": shown(AT - FIVE),
        "next_run_minutes": 5,
        "holdout_percent": 10,
        "segments": SEGMENTS,
        "changes": CHANGES,
        "skipped": None,
        "note": None,
    }


def test_a_skipped_run_says_why_and_leaves_the_weights(admin: Api) -> None:
    pool, _ = a_pool(admin)
    publish(pool, AT - FIVE)
    skip(pool, AT - 1)
    found = weights(admin, pool)
    assert found["skipped"] == {"at": shown(AT - 1), "reason": "broken"}
    assert (found["weights_version"], found["in_force"], found["segments"]) == (AT - FIVE, True, SEGMENTS)


NOTHING: dict[str, Any] = {
    "in_force": False,
    "weights_version": None,
    "at": None,
    "segments": [],
    "changes": [],
    "skipped": None,
}


@pytest.mark.parametrize(
    ("rotation", "minutes", "note"),
    [
        ("weighted", None, "Rotation is weighted: nothing is learned."),
        ("optimized", 5, "Nothing is learned yet: the first run comes within 5 minutes."),
    ],
)
def test_where_nothing_is_learned_it_is_said_so(admin: Api, rotation: str, minutes: int | None, note: str) -> None:
    pool = new_smartlink(admin, rotation=rotation)["id"]
    found = weights(admin, pool)
    assert {name: found[name] for name in NOTHING} == NOTHING
    assert (found["next_run_minutes"], found["note"]) == (minutes, note)


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"rotation": "weighted"}, "Rotation is weighted: nothing is learned."),
        (None, "The smartlink is paused: nothing is learned until it is resumed."),
    ],
)
def test_what_was_learned_before_is_shown_as_not_in_force(admin: Api, change: dict[str, str] | None, note: str) -> None:
    pool, _ = a_pool(admin)
    publish(pool, AT - FIVE)
    path = f"/admin/smartlinks/{pool}"
    good(admin.patch(path, change) if change else admin.post(f"{path}/pause"))
    found = weights(admin, pool)
    assert (found["in_force"], found["next_run_minutes"], found["note"]) == (False, None, note)
    assert (found["weights_version"], found["segments"]) == (AT - FIVE, SEGMENTS)


def test_weights_whose_figures_are_gone_are_in_force_all_the_same(admin: Api) -> None:
    pool, _ = a_pool(admin)
    publish(pool, AT - FIVE)
    for row in WeightHistoryRow.scan():
        row.delete()
    found = weights(admin, pool)
    assert (found["in_force"], found["segments"]) == (True, [])
    assert found["note"] == "The figures behind these weights are no longer kept."


def test_a_smartlink_whose_route_is_gone_has_no_weights(admin: Api) -> None:
    pool, _ = a_pool(admin)
    RouteRow(pool).delete()
    assert weights(admin, pool)["weights_version"] is None


def test_runs_are_listed_newest_first(admin: Api) -> None:
    pool, _ = a_pool(admin)
    publish(pool, AT - 2 * FIVE)
    skip(pool, AT - FIVE)
    found = runs(admin, pool)
    assert found == {
        "items": [
            {
                "weights_version": AT - FIVE,
                "at": shown(AT - FIVE),
                "status": "skipped",
                "reason": "broken",
                "route_version": 1,
                "epoch": None,
                "clicks": None,
                "conversions": None,
                "changes": [],
                "segments": [],
            },
            {
                "weights_version": AT - 2 * FIVE,
                "at": shown(AT - 2 * FIVE),
                "status": "published",
                "reason": None,
                "route_version": 1,
                "epoch": 1,
                "clicks": 1300,
                "conversions": 16,
                "changes": CHANGES,
                "segments": SEGMENTS,
            },
        ],
        "next_cursor": None,
    }


def test_runs_of_several_months_are_one_list_page_by_page(admin: Api) -> None:
    pool, _ = a_pool(admin)
    times = [AT - 45 * 86_400, AT - 40 * 86_400, AT - 20 * 86_400, AT - 2 * FIVE, AT - FIVE]
    for at in times:
        publish(pool, at)
    since, seen, cursor = shown(times[0]), list[int](), ""
    while cursor is not None:
        page = runs(admin, pool, limit="1", **{"from": since}, **({"cursor": cursor} if cursor else {}))
        seen += [each["weights_version"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert seen == times[::-1]


def test_runs_are_those_of_the_time_asked_for(admin: Api) -> None:
    pool, _ = a_pool(admin)
    first, second, third = AT - 3 * FIVE, AT - 2 * FIVE, AT - FIVE
    for at in (first, second, third):
        publish(pool, at)

    def versions(**query: str) -> list[int]:
        return [each["weights_version"] for each in runs(admin, pool, **query)["items"]]

    assert versions(**{"from": shown(second)}) == [third, second]
    assert versions(to=shown(second)) == [first]
    half = (NOW - timedelta(seconds=2 * FIVE)).strftime("%Y-%m-%dT%H:%M:%S.500Z")
    assert versions(**{"from": half}) == [third]
    assert versions(to=half) == [second, first]
    assert versions(**{"from": shown(second + 1), "to": shown(second + 2)}) == []
    assert versions(**{"from": half, "to": half.replace(".500Z", ".900Z")}) == []


def test_large_runs_make_a_page_shorter(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    pool, _ = a_pool(admin)
    for n in range(1, 4):
        publish(pool, AT - FIVE // n)
    monkeypatch.setattr(queries, "GROWTH", 6_000)
    page = runs(admin, pool)
    assert len(page["items"]) == 2
    assert len(runs(admin, pool, cursor=page["next_cursor"])["items"]) == 1


def test_weights_are_for_admins_and_of_smartlinks_that_are(admin: Api) -> None:
    pool, _ = a_pool(admin)
    publisher = new_publisher(admin).api
    for path in ("weights", "weights/history"):
        assert publisher.get(f"/admin/smartlinks/{pool}/{path}").status == 403
        assert Api().get(f"/admin/smartlinks/{pool}/{path}").status == 401
        assert admin.get(f"/admin/smartlinks/sml_none/{path}").status == 404


def test_a_range_that_is_none_is_refused(admin: Api) -> None:
    pool, _ = a_pool(admin)
    asked = admin.get(f"/admin/smartlinks/{pool}/weights/history?from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z")
    assert complaints(asked) == {"/from": "must be before `to`"}
