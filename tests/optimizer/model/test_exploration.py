from dataclasses import replace
from typing import Any

import pytest

from chalicelib.optimizer.model import exploration
from chalicelib.optimizer.model.exploration import TierOffers, exploration_budget
from chalicelib.optimizer.model.posterior import Posterior
from chalicelib.optimizer.model.segments import SegmentEvidence
from tests.optimizer.teaching import US, known_of, offer_stats, pool_stats, with_segment

SURE = 1e6
"""The shape of a rate that leaves no doubt."""


def rivals(rates: list[float], values: list[float] | None = None, **changes: Any) -> TierOffers:
    """Offers of these rates, known beyond doubt of 1,000 clicks each; 2,880 clicks come in a day."""
    worth = values or [1.0] * len(rates)
    seen = changes.pop("seen", [1000.0] * len(rates))
    offers = [offer_stats(place, seen=each, value=worth[place]) for place, each in enumerate(seen)]
    stats = replace(pool_stats({US: {}}), offers=offers, **changes)
    clicks = dict.fromkeys(range(len(rates)), 1000.0)
    audience = SegmentEvidence(US, 1.0, 10.0, clicks, {}, {}, frozenset(clicks))
    found = known_of([clicks], [{}], worth)
    return TierOffers(stats, found, audience, {place: Posterior(rate, SURE) for place, rate in enumerate(rates)})


def shares(found: TierOffers, untouched: float = 50) -> dict[int, float]:
    return exploration.offer_shares(found, untouched)


LEAST = 2 / 2880
"""Two clicks a day."""


def test_the_untouched_clicks_are_the_setting_where_many_clicks_come() -> None:
    assert exploration_budget(pool_stats({US: {}}, untouched=50)) == 50


def test_the_untouched_clicks_are_scaled_down_where_few_clicks_come() -> None:
    """720 clicks come in three days, 280 were: a twentieth of them for two offers."""
    stats = with_segment(pool_stats({US: {}}, until_next=1.0), expected=10.0)
    offers = [offer_stats(0, seen=200.0), offer_stats(1, seen=80.0)]
    assert exploration_budget(replace(stats, offers=offers)) == 25


def test_without_offers_there_is_nothing_to_scale_down() -> None:
    assert exploration_budget(pool_stats({}, values=())) == 0


def test_while_all_are_untouched_each_gets_the_same() -> None:
    assert shares(rivals([0.02, 0.01, 0.04], seen=[0, 49, 30])) == dict.fromkeys(range(3), pytest.approx(1 / 3))


def test_an_untouched_one_among_others_gets_its_head_count_share() -> None:
    found = shares(rivals([0.02, 0.01, 0.04, 0.01], seen=[1000, 1000, 1000, 49]))
    assert found == pytest.approx({0: LEAST, 1: LEAST, 2: 0.75 - 3 * LEAST + LEAST + LEAST, 3: 0.25}, abs=1e-3)
    assert found[3] == pytest.approx(0.25)
    assert sum(found.values()) == pytest.approx(1)


def test_an_offer_that_had_its_untouched_clicks_is_judged() -> None:
    assert shares(rivals([0.02, 0.04], seen=[1000, 50])) == pytest.approx({0: LEAST, 1: 1 - LEAST})


def test_the_floor_is_two_clicks_a_day() -> None:
    assert shares(rivals([0.01, 0.04, 0.01])) == pytest.approx({0: LEAST, 1: 1 - 2 * LEAST, 2: LEAST})


@pytest.mark.parametrize(
    "expected", [pytest.param(0.0, id="no clicks to come"), pytest.param(0.01, id="three clicks a day")]
)
def test_all_floors_together_are_at_most_a_twentieth(expected: float) -> None:
    few = rivals([0.01, 0.04])
    found = shares(replace(few, audience=replace(few.audience, expected=expected)))
    assert found == pytest.approx({0: 0.025, 1: 0.975})


def test_a_loss_gets_nothing_while_another_earns_whatever_it_was_seen() -> None:
    assert shares(rivals([0.9, 0.01], [-1.0, 1.0])) == {0: 0, 1: pytest.approx(1)}
    assert shares(rivals([0.9, 0.01], [-1.0, 1.0], seen=[0, 1000])) == {0: 0, 1: pytest.approx(1)}
    assert shares(rivals([0.9, 0.01], [-1.0, 1.0], seen=[0, 0])) == {0: 0, 1: 1}


def test_where_all_lose_the_least_loss_gets_all_but_the_floor() -> None:
    assert shares(rivals([0.01, 0.02], [-1.0, -1.0])) == pytest.approx({0: 1 - LEAST, 1: LEAST})


def test_the_publishers_floor_mixes_towards_what_pays_most_no_more_than_needed() -> None:
    """The better one by the goal pays 0.02 a click, the other 0.06: half of each pays 0.04."""
    few = rivals([0.02, 0.01], [3.0, 1.0], floor=0.04)
    found = shares(replace(few, found=replace(few.found, payouts=[1.0, 6.0])))
    assert found == pytest.approx({0: 0.5, 1: 0.5})


def test_a_floor_that_is_kept_anyway_changes_nothing() -> None:
    few = rivals([0.02, 0.01], [3.0, 1.0])
    paid = replace(few, found=replace(few.found, payouts=[5.0, 6.0]))
    assert shares(replace(paid, stats=replace(few.stats, floor=0.04))) == shares(paid)
