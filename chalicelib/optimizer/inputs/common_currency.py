"""Offers of a pool in one currency: the network's base currency, if the pool's campaigns use several."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from chalicelib.domain.campaign import Campaign
from chalicelib.domain.goal import Goal
from chalicelib.domain.smartlink import Offer
from chalicelib.exchange.rates import ExchangeRates
from chalicelib.optimizer.inputs.pool_config import NotOptimizable, PoolConfig, conflicting_currencies

_PLACES = 12


def in_one_currency(config: PoolConfig, rates: Callable[[], ExchangeRates], day: str) -> PoolConfig:
    """Return the configuration with amounts in one currency.

    If the goal compares amounts and the campaigns use several currencies, amounts are in the base currency, at the
    rates of `day`, the UTC day of the run. Old conversions have the same rate as new ones: the counters are in the
    currency of their campaign, and one factor per campaign converts them. The payout floor is in the base currency.

    `rates` is called only if rates are needed. Raise `NotOptimizable` if one is missing.
    """
    currencies = conflicting_currencies((offer.campaign.currency for offer in config.offers), config.goal)
    if not currencies:
        return config
    in_force = rates()
    if missing := in_force.without_rate(currencies, day):
        message = (
            f"The offers use different currencies ({', '.join(currencies)}) and cannot be compared. "
            f"Set exchange rates for {', '.join(missing)}."
        )
        raise NotOptimizable(message)
    base = in_force.base or ""
    by_currency = {currency: in_force.factor(currency, base, day) for currency in currencies}
    factors = {offer.campaign.id: by_currency[offer.campaign.currency] for offer in config.offers}
    offers = tuple(_converted(offer, factors[offer.campaign.id], base) for offer in config.offers)
    return replace(config, offers=offers, factors={name: float(factor) for name, factor in factors.items()})


def _converted(offer: Offer, factor: Fraction, currency: str) -> Offer:
    """Return the offer with the fixed amounts of its campaign converted. Caps stay in the campaign's currency."""
    campaign = offer.campaign
    goals = tuple(_goal(goal, factor) for goal in campaign.goals)
    payout, revenue = _amount(campaign.payout, factor), _amount(campaign.revenue, factor)
    converted: Campaign = replace(campaign, payout=payout, revenue=revenue, goals=goals, currency=currency)
    return replace(offer, campaign=converted)


def _goal(goal: Goal, factor: Fraction) -> Goal:
    return replace(goal, payout=_amount(goal.payout, factor), revenue=_amount(goal.revenue, factor))


def _amount(amount: Decimal, factor: Fraction) -> Decimal:
    exact = Fraction(amount) * factor
    return round(Decimal(exact.numerator) / Decimal(exact.denominator), _PLACES)
