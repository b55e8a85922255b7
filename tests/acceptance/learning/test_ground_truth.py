import pytest

from acceptance.learning import ground_truth
from acceptance.learning.ground_truth import AUDIENCES, OFFERS, SPARE, Dice, best_share, mean_epc, winner


def test_each_segment_has_a_winner_of_its_own_and_the_spare_offer_wins_nowhere() -> None:
    assert [(each.segment, winner(each.segment)) for each in AUDIENCES] == [
        ("US|mobile", "trial"),
        ("GB|desktop", "sale"),
    ]
    assert SPARE not in {winner(each.segment) for each in AUDIENCES}


def test_offers_earn_ten_twenty_and_thirty_cents_a_click_in_every_segment() -> None:
    for audience in AUDIENCES:
        assert sorted(offer.epc[audience.segment] for offer in OFFERS) == [0.10, 0.20, 0.30]


def test_every_offer_converts_between_2_and_30_percent() -> None:
    rates = [offer.rate(audience.segment) for offer in OFFERS for audience in AUDIENCES]
    assert 0.02 <= min(rates) <= max(rates) <= 0.30


def test_what_earns_most_on_us_mobile_is_not_what_converts_best() -> None:
    assert max(OFFERS, key=lambda offer: offer.rate("US|mobile")).key != winner("US|mobile")


def test_each_audience_has_people_with_its_device() -> None:
    for audience in AUDIENCES:
        assert {agent.device for agent in audience.agents} == {audience.device}
        assert not any(agent.is_bot for agent in audience.agents)


def test_even_dice_convert_as_many_clicks_of_each_kind_as_are_to_be_expected() -> None:
    dice = Dice(1, even=True)
    thrown = [(dice.converts(("a",), 0.25), dice.converts(("b",), 0.1)) for _ in range(1_000)]
    assert sum(a for a, _ in thrown) == 250
    assert sum(b for _, b in thrown) == pytest.approx(100, abs=1)


def test_over_all_seeds_even_dice_give_every_click_its_rate() -> None:
    firsts = [Dice(seed, even=True).converts(("a",), 0.2) for seed in range(10_000)]
    assert sum(firsts) / 10_000 == pytest.approx(0.2, abs=0.012)  # three standard deviations


def test_free_dice_throw_the_same_for_the_same_seed_and_do_not_even_out() -> None:
    thrown = [[Dice(7).converts(("a",), rate) for rate in (0.0, 1.0)] for _ in range(2)]
    assert thrown == [[False, True]] * 2
    dice, again = Dice(7), Dice(7)
    throws = [dice.converts(("a",), 0.25) for _ in range(1_000)]
    assert throws == [again.converts(("a",), 0.25) for _ in range(1_000)]
    assert sum(throws) == pytest.approx(250, abs=41)  # three standard deviations
    gaps = [throws[n : n + 4].count(True) for n in range(0, 1_000, 4)]
    assert set(gaps) - {1}


def test_the_mean_true_epc_is_that_of_the_chosen_offers() -> None:
    chosen = [("US|mobile", "trial"), ("US|mobile", "sale"), ("GB|desktop", "sale"), ("GB|desktop", "lead")]
    assert mean_epc(chosen) == pytest.approx((0.30 + 0.10 + 0.30 + 0.10) / 4)
    assert mean_epc([]) is None


def test_the_best_share_is_the_winners() -> None:
    assert best_share("US|mobile", ["trial", "trial", "sale", "trial"]) == 0.75
    assert best_share("US|mobile", []) == 0.0


def test_an_offer_is_found_by_its_key() -> None:
    assert ground_truth.offer_of("lead").key == "lead"
