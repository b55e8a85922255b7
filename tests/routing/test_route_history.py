import pytest

from chalicelib.domain.route import LearnedWeights
from chalicelib.routing import route_history, weights_codec
from chalicelib.tables.routes import WeightHistoryRow
from tests.builders import LEARNED_AT
from tests.conftest import dynamodb

SEGMENTS = {"US|mobile": {"cmp_1": 0.25, "cmp_2": 0.75}, "*": {"cmp_1": 1.0}}


def _write_run(pool_id: str, version: int, stored: bytes | None) -> None:
    """Write a run into the weight history."""
    month = route_history.pool_month(pool_id, version)
    status = "published" if stored else "skipped"
    WeightHistoryRow(month, version, status=status, weights=stored, run=b"figures", expires_at=version + 9).save()


@pytest.mark.parametrize(
    ("version", "month"),
    [(1_793_491_199, "sml_1#2026-10"), (1_793_491_200, "sml_1#2026-11"), (LEARNED_AT, "sml_1#2026-11")],
)
def test_partition_is_the_month_of_the_version_in_utc(version: int, month: str) -> None:
    assert route_history.pool_month("sml_1", version) == month


@pytest.mark.usefixtures("tables")
def test_past_weights_are_those_of_their_version() -> None:
    october = 1_793_491_199
    _write_run("sml_1", LEARNED_AT, weights_codec.encode(SEGMENTS))
    _write_run("sml_1", october, weights_codec.encode({"*": {"cmp_1": 1.0}}))

    assert route_history.all_past_weights([("sml_1", LEARNED_AT), ("sml_1", october)]) == {
        ("sml_1", LEARNED_AT): LearnedWeights(LEARNED_AT, SEGMENTS),
        ("sml_1", october): LearnedWeights(october, {"*": {"cmp_1": 1.0}}),
    }


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("stored", [None, b"", b"rubbish"], ids=["skipped", "empty", "unreadable"])
def test_run_without_decodable_weights_has_none(stored: bytes | None) -> None:
    _write_run("sml_1", LEARNED_AT, stored)

    assert route_history.all_past_weights([("sml_1", LEARNED_AT)]) == {}


@pytest.mark.usefixtures("tables")
def test_all_past_weights_are_returned_without_expired_ones() -> None:
    for pool_id, version in (("sml_1", LEARNED_AT), ("sml_1", LEARNED_AT + 300), ("sml_2", LEARNED_AT)):
        _write_run(pool_id, version, weights_codec.encode(SEGMENTS))
    versions = [("sml_1", LEARNED_AT), ("sml_1", LEARNED_AT), ("sml_2", LEARNED_AT), ("sml_2", LEARNED_AT + 300)]

    known = LearnedWeights(LEARNED_AT, SEGMENTS)
    assert route_history.all_past_weights(versions) == {("sml_1", LEARNED_AT): known, ("sml_2", LEARNED_AT): known}


@pytest.mark.usefixtures("tables")
def test_nothing_is_read_without_versions() -> None:
    dynamodb().delete_table(TableName="smartlink-weight_history")

    assert route_history.all_past_weights([]) == {}
