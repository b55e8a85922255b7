from collections.abc import Mapping
from random import Random

from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.optimizer.history import run_record
from chalicelib.optimizer.history.run_record import RunRecord, SegmentRecord
from chalicelib.optimizer.history.size_limit import MAX_RUN_BYTES, build_run_record, fit_to_item_size
from chalicelib.optimizer.model.pool_statistics import Bucket, PoolStatistics, SegmentStats
from chalicelib.optimizer.model.weights import OfferShare, OptimizationResult, Reason
from chalicelib.routing import weights_codec
from chalicelib.routing.weights_codec import MAX_WEIGHTS_BYTES

EXPLORED = OfferShare("cmp_1", 1.0, 0.02, 0.01, 0.03, 0.04, 40.0, 2.0, Reason.EXPLORING)


def a_record(*segments: SegmentRecord) -> RunRecord:
    return RunRecord(OptimizationGoal.EPC, 10, 1, 5, 2.0, 0.5, {}, segments)


def a_share(offer: str, numbers: list[float]) -> OfferShare:
    share, value, low, high, payout, effective, pending = numbers
    return OfferShare(offer, share, value, low, high, payout, effective, pending, Reason.EXPLORING)


def a_segment(name: str, clicks: float, offers: int = 2, seed: int = 1) -> SegmentRecord:
    """Return a segment with shares that do not compress well."""
    random = Random(seed)  # noqa: S311 - no secrets
    rows = (a_share(f"cmp_{n}", [random.random(), *[0.0] * 6]) for n in range(offers))
    return SegmentRecord(name, clicks, clicks / 10, tuple(rows))


def decode_weights(stored: bytes) -> Mapping[str, Mapping[str, float]]:
    return weights_codec.decode(stored, 1).segments


def test_run_that_fits_is_encoded_completely() -> None:
    whole = a_record(a_segment("US|mobile", 5), a_segment("*", 9), a_segment("US", 7))
    encoded = fit_to_item_size(whole)
    assert list(decode_weights(encoded.weights)) == ["*", "US", "US|mobile"]
    assert {segment.name for segment in run_record.decode(encoded.run).segments} == {"*", "US", "US|mobile"}
    share = whole.segments[0].offers[0].share
    assert decode_weights(encoded.weights)["US|mobile"]["cmp_0"] == float(f"{share:.6g}")


def test_run_without_segments_has_no_weights() -> None:
    assert decode_weights(fit_to_item_size(a_record()).weights) == {}


def test_segments_with_the_fewest_clicks_are_left_out_until_the_weights_fit() -> None:
    many = [a_segment(f"{n:03}|mobile", 1000 - n, 100, n) for n in range(300)]
    encoded = fit_to_item_size(a_record(a_segment("*", 10_000, 100), *many))
    weights = decode_weights(encoded.weights)
    assert 0.97 * MAX_WEIGHTS_BYTES < len(encoded.weights) <= MAX_WEIGHTS_BYTES
    assert set(weights) == {"*", *(segment.name for segment in many[: len(weights) - 1])}
    assert {segment.name for segment in run_record.decode(encoded.run).segments} == set(weights)


def test_segments_are_left_out_until_the_history_item_fits() -> None:
    long_names = [
        SegmentRecord(
            "*", 9, 1.0, tuple(OfferShare(f"{n:x}" * 60_000, 1, 0, 0, 0, 0, 0, 0, Reason.LEARNED) for n in range(2))
        )
    ]
    random = Random(1)  # noqa: S311
    noise = "".join(chr(random.randrange(33, 126)) for _ in range(500_000))
    too_large = SegmentRecord(noise, 1, 1.0, ())
    encoded = fit_to_item_size(a_record(*long_names, too_large))
    assert len(encoded.run) <= MAX_RUN_BYTES
    assert [segment.name for segment in run_record.decode(encoded.run).segments] == ["*"]


def test_record_has_totals_of_each_segment_and_of_all() -> None:
    stats = PoolStatistics(
        pool="sml_1",
        now=1.5,
        buckets=[Bucket(0, 1), Bucket(1, 2)],
        offers=[],
        segments=[
            SegmentStats("US|mobile", 3.0, {0: [10, 20], 1: [5, 0]}, {0: [1, 0]}),
            SegmentStats("US|rest", 1.0, {0: [2, 0]}, {}),
            SegmentStats("rest|rest", 0.5, {0: [1, 0]}, {0: [0, 2]}),
        ],
    )
    result = OptimizationResult(
        segments={
            "US|mobile": (EXPLORED,),
            "US|rest": (EXPLORED,),
            "rest|rest": (EXPLORED,),
            "rest": (EXPLORED,),
            "US": (EXPLORED,),
            "GB|mobile": (),
            "*": (EXPLORED,),
        },
        changes={"cmp_1": 0.5},
        value_exponent=2.0,
        heterogeneity=0.3,
    )
    run = build_run_record(result, stats, OptimizationGoal.REVENUE, 12)
    offers = (OfferShare("cmp_1", 1.0, 0.02, 0.01, 0.03, 0.04, 40.0, 2.0, Reason.EXPLORING),)
    assert run == RunRecord(
        goal=OptimizationGoal.REVENUE,
        clicks=38,
        conversions=3,
        took_ms=12,
        value_exponent=2.0,
        heterogeneity=0.3,
        changes={"cmp_1": 0.5},
        segments=(
            SegmentRecord("US|mobile", 35, 3.0, offers),
            SegmentRecord("US", 37, 4.0, offers),
            SegmentRecord("*", 38, 4.5, offers),
        ),
    )


def test_record_of_a_pool_without_clicks_has_the_segment_of_everyone() -> None:
    result = OptimizationResult(segments={"*": (EXPLORED,)}, changes={}, value_exponent=1.0, heterogeneity=1.0)
    everyone = SegmentStats("*", 0.0, {}, {})
    run = build_run_record(result, PoolStatistics("sml_1", 1.0, [], [], [everyone]), OptimizationGoal.EPC, 1)
    assert (run.clicks, run.conversions) == (0, 0)
    assert [(segment.name, segment.clicks, segment.forecast_clicks) for segment in run.segments] == [("*", 0, 0)]
