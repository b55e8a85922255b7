import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.http import pagination
from chalicelib.optimizer.history import run_record, weight_history
from chalicelib.optimizer.history.run_record import RunRecord, SegmentRecord
from chalicelib.optimizer.model.weights import OfferShare, Reason
from chalicelib.routing import weights_codec
from chalicelib.tables.routes import RouteRow, WeightHistoryRow
from tests.conftest import Api
from tests.documents import errors_by_pointer, good, new_publisher, new_smartlink
from tests.optimizer.pools import a_pool

NOW = datetime.now(UTC).replace(microsecond=0)
AT = int(NOW.timestamp())
FIVE_MINUTES = 300


def a_record(offer: str = "cmp_1") -> RunRecord:
    """Return the record of a run with one offer."""
    row = OfferShare(offer, 1.0, 0.0123456789, 0.01, -0.02, 0.25, 1234.0, 2.5, Reason.LEARNED)
    return RunRecord(
        goal=OptimizationGoal.EPC,
        clicks=1300.0,
        conversions=16.0,
        took_ms=12,
        value_exponent=2.0,
        heterogeneity=0.5,
        changes={offer: 498_684.5},
        segments=(SegmentRecord("*", 1300, 5.0, (row,)), SegmentRecord("US|mobile", 1000, 7.25, (row,))),
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


def publish(pool: str, at: int, record: RunRecord | None = None) -> None:
    """Write a run that published weights."""
    route = RouteRow.get(pool)
    run = weight_history.new_row(pool, at, weight_history.PUBLISHED, route)
    run.epoch, run.weights, run.run = (
        1,
        weights_codec.encode({"*": {"cmp_1": 1.0}}),
        run_record.encode(record or a_record()),
    )
    assert weight_history.publish(run, route)


def skip(pool: str, at: int) -> None:
    run = weight_history.new_row(pool, at, weight_history.SKIPPED, RouteRow.get(pool))
    run.reason = "broken"
    weight_history.skip(run)


def iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def weights(admin: Api, pool: str) -> Any:
    return good(admin.get(f"/admin/smartlinks/{pool}/weights"))


def runs(admin: Api, pool: str, **query: str) -> Any:
    return good(admin.get(f"/admin/smartlinks/{pool}/weights/history?{urlencode(query)}"))


def test_published_weights_are_shown_with_their_statistics(admin: Api) -> None:
    pool, _ = a_pool(admin, holdout_percent=10)
    publish(pool, AT - FIVE_MINUTES)
    assert weights(admin, pool) == {
        "smartlink_id": pool,
        "rotation": "optimized",
        "goal": "epc",
        "epoch": 1,
        "in_force": True,
        "weights_version": AT - FIVE_MINUTES,
        "at": iso(AT - FIVE_MINUTES),
        "next_run_minutes": 5,
        "holdout_percent": 10,
        "segments": SEGMENTS,
        "changes": CHANGES,
        "skipped": None,
        "note": None,
    }


def test_skipped_run_shows_its_reason_and_keeps_the_weights(admin: Api) -> None:
    pool, _ = a_pool(admin)
    publish(pool, AT - FIVE_MINUTES)
    skip(pool, AT - 1)
    document = weights(admin, pool)
    assert document["skipped"] == {"at": iso(AT - 1), "reason": "broken"}
    assert (document["weights_version"], document["in_force"], document["segments"]) == (
        AT - FIVE_MINUTES,
        True,
        SEGMENTS,
    )


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
        ("weighted", None, "The rotation is weighted. Optimization is off."),
        ("optimized", 5, "No weights yet. The first optimization run starts within 5 minutes."),
    ],
)
def test_note_explains_missing_weights(admin: Api, rotation: str, minutes: int | None, note: str) -> None:
    pool = new_smartlink(admin, rotation=rotation)["id"]
    document = weights(admin, pool)
    assert {name: document[name] for name in NOTHING} == NOTHING
    assert (document["next_run_minutes"], document["note"]) == (minutes, note)


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"rotation": "weighted"}, "The rotation is weighted. Optimization is off."),
        (None, "The smartlink is paused. Optimization continues when it is resumed."),
    ],
)
def test_earlier_weights_are_shown_as_not_in_force(admin: Api, change: dict[str, str] | None, note: str) -> None:
    pool, _ = a_pool(admin)
    publish(pool, AT - FIVE_MINUTES)
    path = f"/admin/smartlinks/{pool}"
    good(admin.patch(path, change) if change else admin.post(f"{path}/pause"))
    document = weights(admin, pool)
    assert (document["in_force"], document["next_run_minutes"], document["note"]) == (False, None, note)
    assert (document["weights_version"], document["segments"]) == (AT - FIVE_MINUTES, SEGMENTS)


def test_weights_with_an_expired_run_stay_in_force(admin: Api) -> None:
    pool, _ = a_pool(admin)
    publish(pool, AT - FIVE_MINUTES)
    for row in WeightHistoryRow.scan():
        row.delete()
    document = weights(admin, pool)
    assert (document["in_force"], document["segments"]) == (True, [])
    assert document["note"] == "The details of this run have expired."


def test_smartlink_without_a_route_has_no_weights(admin: Api) -> None:
    pool, _ = a_pool(admin)
    RouteRow(pool).delete()
    assert weights(admin, pool)["weights_version"] is None


def test_runs_are_listed_newest_first(admin: Api) -> None:
    pool, _ = a_pool(admin)
    publish(pool, AT - 2 * FIVE_MINUTES)
    skip(pool, AT - FIVE_MINUTES)
    document = runs(admin, pool)
    assert document == {
        "items": [
            {
                "weights_version": AT - FIVE_MINUTES,
                "at": iso(AT - FIVE_MINUTES),
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
                "weights_version": AT - 2 * FIVE_MINUTES,
                "at": iso(AT - 2 * FIVE_MINUTES),
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


def test_runs_of_several_months_are_one_paginated_list(admin: Api) -> None:
    pool, _ = a_pool(admin)
    times = [AT - 45 * 86_400, AT - 40 * 86_400, AT - 20 * 86_400, AT - 2 * FIVE_MINUTES, AT - FIVE_MINUTES]
    for at in times:
        publish(pool, at)
    since, seen, cursor = iso(times[0]), list[int](), ""
    while cursor is not None:
        page = runs(admin, pool, limit="1", **{"from": since}, **({"cursor": cursor} if cursor else {}))
        seen += [each["weights_version"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert seen == times[::-1]


def test_runs_are_limited_to_the_range(admin: Api) -> None:
    pool, _ = a_pool(admin)
    first, second, third = AT - 3 * FIVE_MINUTES, AT - 2 * FIVE_MINUTES, AT - FIVE_MINUTES
    for at in (first, second, third):
        publish(pool, at)

    def versions(**query: str) -> list[int]:
        return [each["weights_version"] for each in runs(admin, pool, **query)["items"]]

    assert versions(**{"from": iso(second)}) == [third, second]
    assert versions(to=iso(second)) == [first]
    half = (NOW - timedelta(seconds=2 * FIVE_MINUTES)).strftime("%Y-%m-%dT%H:%M:%S.500Z")
    assert versions(**{"from": half}) == [third]
    assert versions(to=half) == [second, first]
    assert versions(**{"from": iso(second + 1), "to": iso(second + 2)}) == []
    assert versions(**{"from": half, "to": half.replace(".500Z", ".900Z")}) == []


def test_large_runs_make_a_page_shorter(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    pool, _ = a_pool(admin)
    for n in range(1, 4):
        publish(pool, AT - FIVE_MINUTES // n)
    whole = runs(admin, pool)
    size = len(json.dumps(whole["items"][0], separators=(",", ":")))
    monkeypatch.setattr(pagination, "PAGE_BYTES", 2 * size + 100)
    page = runs(admin, pool)
    assert len(page["items"]) == 2
    assert len(runs(admin, pool, cursor=page["next_cursor"])["items"]) == 1


def test_weights_require_an_admin_and_an_existing_smartlink(admin: Api) -> None:
    pool, _ = a_pool(admin)
    publisher = new_publisher(admin).api
    for path in ("weights", "weights/history"):
        assert publisher.get(f"/admin/smartlinks/{pool}/{path}").status == 403
        assert Api().get(f"/admin/smartlinks/{pool}/{path}").status == 401
        assert admin.get(f"/admin/smartlinks/sml_none/{path}").status == 404


def test_reversed_range_is_rejected(admin: Api) -> None:
    pool, _ = a_pool(admin)
    response = admin.get(f"/admin/smartlinks/{pool}/weights/history?from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z")
    assert errors_by_pointer(response) == {"/from": "must be before `to`"}
