from collections.abc import Mapping
from random import Random

from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.optimizer.history import run_record
from chalicelib.optimizer.history.run_record import RunRecord, SegmentFigures
from chalicelib.optimizer.history.size_limit import MAX_RUN_BYTES, build_run_record, fit_to_item_size
from chalicelib.optimizer.model.pool_statistics import Bucket, PoolStatistics, SegmentStats
from chalicelib.optimizer.model.weights import OfferShare, OptimizationResult, Reason
from chalicelib.routing import weights_codec
from chalicelib.routing.weights_codec import MAX_WEIGHTS_BYTES

EXPLORED = OfferShare("cmp_1", 1.0, 0.02, 0.01, 0.03, 0.04, 40.0, 2.0, Reason.EXPLORING)


def found(*segments: SegmentFigures) -> RunRecord:
    return RunRecord(OptimizationGoal.EPC, 10, 1, 5, 2.0, 0.5, {}, segments)


def _figures(offer: str, numbers: list[float]) -> OfferShare:
    share, value, low, high, payout, effective, pending = numbers
    return OfferShare(offer, share, value, low, high, payout, effective, pending, Reason.EXPLORING)


def segment(name: str, clicks: float, offers: int = 2, seed: int = 1) -> SegmentFigures:
    """A segment with shares that do not pack well."""
    dice = Random(seed)  # noqa: S311 - no secrets
    rows = (_figures(f"cmp_{n}", [dice.random(), *[0.0] * 6]) for n in range(offers))
    return SegmentFigures(name, clicks, clicks / 10, tuple(rows))


def segments(stored: bytes) -> Mapping[str, Mapping[str, float]]:
    return weights_codec.unpacked(stored, 1).segments


def test_what_fits_is_published_and_kept_whole() -> None:
    whole = found(segment("US|mobile", 5), segment("*", 9), segment("US", 7))
    fitting = fit_to_item_size(whole)
    assert list(segments(fitting.weights)) == ["*", "US", "US|mobile"]
    assert {each.name for each in run_record.unpacked(fitting.run).segments} == {"*", "US", "US|mobile"}
    share = whole.segments[0].offers[0].share
    assert segments(fitting.weights)["US|mobile"]["cmp_0"] == float(f"{share:.6g}")


def test_without_segments_nothing_is_published_and_that_is_kept() -> None:
    assert segments(fit_to_item_size(found()).weights) == {}


def test_segments_with_the_fewest_clicks_are_left_out_until_the_weights_fit() -> None:
    many = [segment(f"{n:03}|mobile", 1000 - n, 100, n) for n in range(300)]
    fitting = fit_to_item_size(found(segment("*", 10_000, 100), *many))
    kept = segments(fitting.weights)
    assert 0.97 * MAX_WEIGHTS_BYTES < len(fitting.weights) <= MAX_WEIGHTS_BYTES
    assert set(kept) == {"*", *(each.name for each in many[: len(kept) - 1])}
    assert {each.name for each in run_record.unpacked(fitting.run).segments} == set(kept)


def test_segments_are_left_out_until_the_row_of_the_history_fits() -> None:
    long_names = [
        SegmentFigures(
            "*", 9, 1.0, tuple(OfferShare(f"{n:x}" * 60_000, 1, 0, 0, 0, 0, 0, 0, Reason.LEARNED) for n in range(2))
        )
    ]
    dice = Random(1)  # noqa: S311
    noise = "".join(chr(dice.randrange(33, 126)) for _ in range(500_000))
    too_large = SegmentFigures(noise, 1, 1.0, ())
    fitting = fit_to_item_size(found(*long_names, too_large))
    assert len(fitting.run) <= MAX_RUN_BYTES
    assert [each.name for each in run_record.unpacked(fitting.run).segments] == ["*"]


def test_figures_say_what_each_segment_had_and_what_all_had() -> None:
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
    learned = OptimizationResult(
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
        likeness=2.0,
        spread=0.3,
    )
    run = build_run_record(learned, stats, OptimizationGoal.REVENUE, 12)
    offers = (OfferShare("cmp_1", 1.0, 0.02, 0.01, 0.03, 0.04, 40.0, 2.0, Reason.EXPLORING),)
    assert run == RunRecord(
        goal=OptimizationGoal.REVENUE,
        clicks=38,
        conversions=3,
        took_ms=12,
        likeness=2.0,
        spread=0.3,
        changes={"cmp_1": 0.5},
        segments=(
            SegmentFigures("US|mobile", 35, 3.0, offers),
            SegmentFigures("US", 37, 4.0, offers),
            SegmentFigures("*", 38, 4.5, offers),
        ),
    )


def test_a_pool_without_clicks_has_figures_of_everyone() -> None:
    learned = OptimizationResult(segments={"*": (EXPLORED,)}, changes={}, likeness=1.0, spread=1.0)
    everyone = SegmentStats("*", 0.0, {}, {})
    run = build_run_record(learned, PoolStatistics("sml_1", 1.0, [], [], [everyone]), OptimizationGoal.EPC, 1)
    assert (run.clicks, run.conversions) == (0, 0)
    assert [(each.name, each.clicks, each.expected) for each in run.segments] == [("*", 0, 0)]
