import pytest

from acceptance.learning import ground_truth
from acceptance.learning.ground_truth import AUDIENCES, OFFERS, SPARE, ConversionSampler, mean_epc, winner, winner_share


def test_each_segment_has_its_own_winner_and_the_spare_offer_wins_in_none() -> None:
    assert [(audience.segment, winner(audience.segment)) for audience in AUDIENCES] == [
        ("US|mobile", "trial"),
        ("GB|desktop", "sale"),
    ]
    assert SPARE not in {winner(audience.segment) for audience in AUDIENCES}


def test_offers_earn_ten_twenty_and_thirty_cents_a_click_in_every_segment() -> None:
    for audience in AUDIENCES:
        assert sorted(offer.epc[audience.segment] for offer in OFFERS) == [0.10, 0.20, 0.30]


def test_every_offer_converts_between_2_and_30_percent() -> None:
    rates = [offer.rate(audience.segment) for offer in OFFERS for audience in AUDIENCES]
    assert 0.02 <= min(rates) <= max(rates) <= 0.30


def test_winner_of_us_mobile_has_not_the_highest_conversion_rate() -> None:
    assert max(OFFERS, key=lambda offer: offer.rate("US|mobile")).key != winner("US|mobile")


def test_each_audience_has_human_user_agents_of_its_device() -> None:
    for audience in AUDIENCES:
        assert {agent.device for agent in audience.agents} == {audience.device}
        assert not any(agent.is_bot for agent in audience.agents)


def test_even_sampler_gives_the_expected_number_of_conversions_of_each_kind() -> None:
    sampler = ConversionSampler(1, even=True)
    draws = [(sampler.converts(("a",), 0.25), sampler.converts(("b",), 0.1)) for _ in range(1_000)]
    assert sum(a for a, _ in draws) == 250
    assert sum(b for _, b in draws) == pytest.approx(100, abs=1)


def test_even_sampler_gives_every_click_its_rate_over_all_seeds() -> None:
    firsts = [ConversionSampler(seed, even=True).converts(("a",), 0.2) for seed in range(10_000)]
    assert sum(firsts) / 10_000 == pytest.approx(0.2, abs=0.012)  # three standard deviations


def test_random_sampler_is_reproducible_and_not_even() -> None:
    certain = [[ConversionSampler(7).converts(("a",), rate) for rate in (0.0, 1.0)] for _ in range(2)]
    assert certain == [[False, True]] * 2
    sampler, repeated = ConversionSampler(7), ConversionSampler(7)
    draws = [sampler.converts(("a",), 0.25) for _ in range(1_000)]
    assert draws == [repeated.converts(("a",), 0.25) for _ in range(1_000)]
    assert sum(draws) == pytest.approx(250, abs=41)  # three standard deviations
    gaps = [draws[n : n + 4].count(True) for n in range(0, 1_000, 4)]
    assert set(gaps) - {1}


def test_mean_epc_is_the_mean_of_the_chosen_offers() -> None:
    chosen = [("US|mobile", "trial"), ("US|mobile", "sale"), ("GB|desktop", "sale"), ("GB|desktop", "lead")]
    assert mean_epc(chosen) == pytest.approx((0.30 + 0.10 + 0.30 + 0.10) / 4)
    assert mean_epc([]) is None


def test_winner_share_is_the_share_of_the_winner() -> None:
    assert winner_share("US|mobile", ["trial", "trial", "sale", "trial"]) == 0.75
    assert winner_share("US|mobile", []) == 0.0


def test_offer_of_returns_the_offer_with_the_key() -> None:
    assert ground_truth.offer_of("lead").key == "lead"
