from chalicelib.optimizer.model.effective_counts import EffectiveCounts
from chalicelib.optimizer.model.segments import SegmentEvidence, segments_with_fallbacks
from tests.optimizer.teaching import GB, US, known_of, pool_stats, pooled_of, with_offer, with_segment

DESKTOP = "US|desktop"
CELLS = {US: {0: ([1], [0])}, DESKTOP: {0: ([1], [0])}, GB: {0: ([1], [0])}}
STATS = pool_stats(CELLS)
FOUND = known_of(
    [{0: 30.0, 1: 10.0}, {1: 60.0}, {}],
    [{0: 3.0, 1: 1.0}, {1: 2.0}, {}],
    waiting=[{0: 6.0, 1: 5.0}, {1: 4.0}, {}],
)
KNOWN = pooled_of(levels=[1.5, 0.5, 0.75])


def named(found: EffectiveCounts = FOUND) -> dict[str, SegmentEvidence]:
    return {each.name: each for each in segments_with_fallbacks(STATS, found, KNOWN)}


def test_segments_come_first_then_those_that_they_back_off_to() -> None:
    assert list(named()) == [US, DESKTOP, GB, "US", "*", "GB"]


def test_a_segment_is_what_is_known_of_it() -> None:
    assert named()[US] == SegmentEvidence(
        US, 1.5, 10.0, {0: 30.0, 1: 10.0}, {0: 3.0, 1: 1.0}, {0: 6.0, 1: 5.0}, frozenset({0, 1})
    )


def test_a_country_is_its_segments_together_at_their_mean_level_by_clicks() -> None:
    assert named()["US"] == SegmentEvidence(
        "US", 0.9, 20.0, {0: 30.0, 1: 70.0}, {0: 3.0, 1: 3.0}, {0: 6.0, 1: 9.0}, frozenset({0, 1})
    )


def test_everyone_is_all_segments_together() -> None:
    everyone = named()["*"]
    assert (everyone.level, everyone.expected, everyone.clicks) == (0.9, 30, {0: 30, 1: 70})


def test_without_clicks_the_level_is_the_usual_one() -> None:
    assert named()["GB"].level == 1
    assert named()[GB].level == 0.75


def test_who_is_everyone_already_backs_off_to_nobody() -> None:
    stats = pool_stats({"*": {}})
    assert [each.name for each in segments_with_fallbacks(stats, known_of([{}], [{}]), pooled_of())] == ["*"]


def test_a_country_on_its_own_backs_off_to_everyone() -> None:
    stats = pool_stats({"US": {}})
    assert [each.name for each in segments_with_fallbacks(stats, known_of([{}], [{}]), pooled_of())] == ["US", "*"]


def test_only_live_offers_that_are_open_may_take_clicks_and_wider_ones_any_that_may_somewhere() -> None:
    stats = with_segment(with_segment(STATS, 0, open=[0]), 1, open=[])
    found = {each.name: each.open for each in segments_with_fallbacks(stats, FOUND, KNOWN)}
    assert found == {US: {0}, DESKTOP: set(), GB: {0, 1}, "US": {0}, "*": {0, 1}, "GB": {0, 1}}
    found = {each.name: each.open for each in segments_with_fallbacks(with_offer(stats, 0, live=False), FOUND, KNOWN)}
    assert found == {US: set(), DESKTOP: set(), GB: {1}, "US": set(), "*": {1}, "GB": {1}}
