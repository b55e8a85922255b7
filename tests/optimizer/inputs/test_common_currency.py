from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.goal import Goal
from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.exchange.rates import ExchangeRates
from chalicelib.optimizer.inputs.common_currency import in_one_currency
from chalicelib.optimizer.inputs.pool_config import NotOptimizable, PoolConfig
from tests.builders import a_campaign, a_cap, an_offer

DAY = "2026-11-21"
RATES = ExchangeRates("USD", ("2026-11-01", "2026-11-22"), ({"EUR": Decimal("1.1")}, {"EUR": Decimal(9)}))
EURO = a_campaign(
    "cmp_1",
    currency="EUR",
    payout=Decimal("1.50"),
    revenue=Decimal(3),
    goals=(Goal("sale", Decimal(10), Decimal(20), Decimal(5), Decimal(6)),),
    caps=(a_cap(5),),
)
DOLLAR = a_campaign("cmp_2", currency="USD", payout=Decimal("1.50"))


def a_config(*campaigns: Any, goal: OptimizationGoal = OptimizationGoal.EPC) -> PoolConfig:
    return PoolConfig("sml_1", 1, goal, 50, None, tuple(an_offer(campaign) for campaign in campaigns))


def no_rates() -> ExchangeRates:
    raise AssertionError


def test_amounts_of_several_currencies_are_converted_into_the_base_currency() -> None:
    config = in_one_currency(a_config(EURO, DOLLAR), lambda: RATES, DAY)
    euro, dollar = (offer.campaign for offer in config.offers)
    assert (euro.currency, euro.payout, euro.revenue) == ("USD", Decimal("1.65"), Decimal("3.3"))
    assert euro.goals == (Goal("sale", Decimal(11), Decimal(22), Decimal(5), Decimal(6)),)
    assert euro.caps == EURO.caps
    assert dollar == DOLLAR
    assert config.factors == {"cmp_1": 1.1, "cmp_2": 1.0}


@pytest.mark.parametrize(
    "config",
    [
        pytest.param(a_config(EURO), id="one currency"),
        pytest.param(a_config(EURO, DOLLAR, goal=OptimizationGoal.CONVERSION_RATE), id="no amounts"),
    ],
)
def test_config_that_compares_no_currencies_is_unchanged_and_reads_no_rates(config: PoolConfig) -> None:
    assert in_one_currency(config, no_rates, DAY) is config


@pytest.mark.parametrize(
    ("rates", "day", "missing"),
    [(ExchangeRates(), DAY, "EUR, USD"), (ExchangeRates("USD"), DAY, "EUR"), (RATES, "2026-10-31", "EUR")],
    ids=["no base", "no rates", "none on this day"],
)
def test_missing_rate_is_named(rates: ExchangeRates, day: str, missing: str) -> None:
    with pytest.raises(NotOptimizable) as raised:
        in_one_currency(a_config(EURO, DOLLAR), lambda: rates, day)
    assert str(raised.value) == (
        f"The offers use different currencies (EUR, USD) and cannot be compared. Set exchange rates for {missing}."
    )
