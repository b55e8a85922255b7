"""Dollars per million clicks."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from bench.cost_model.case import API, GB, MILLION, MONTH, REDIRECT, Case
from bench.cost_model.prices import Prices
from bench.cost_model.usage import Use, click_storage, log_bytes, uses


@dataclass(frozen=True, slots=True)
class Charge:
    """A use and its dollars."""

    use: Use
    dollars: Decimal


def bill(case: Case, prices: Prices) -> list[Charge]:
    """Return the charges for a million clicks."""
    return [Charge(use, prices.by_name[use.price].of(use.quantity)) for use in uses(case)]


def total(charges: Iterable[Charge]) -> Decimal:
    """Return the sum of the charges."""
    return sum((charge.dollars for charge in charges), Decimal(0))


def by_part(charges: Iterable[Charge]) -> dict[str, Decimal]:
    """Return the sums by part, in the order of the charges."""
    sums: dict[str, Decimal] = {}
    for charge in charges:
        sums[charge.use.part] = sums.get(charge.use.part, Decimal(0)) + charge.dollars
    return sums


def alternatives(case: Case, prices: Prices) -> dict[str, Decimal]:
    """Return the total cost of alternative designs by description. Only the first one is built."""
    charges, price = bill(case, prices), prices.by_name
    whole, http_api = total(charges), _of(charges, "http_request")
    short_window = replace(case, load=replace(case.load, window=1.0))
    on_arm = sum((_on_arm(charge, prices) for charge in charges), Decimal(0))
    stored = sum(charge.use.quantity for charge in charges if charge.use.what == click_storage(case).what)
    return {
        "the current design": whole,
        "the REST API instead of the HTTP API": whole - http_api + price["rest_request"].of(MILLION),
        "a Lambda function URL instead of API Gateway": whole - http_api,
        "all Lambdas on Arm, at equal speed": on_arm,
        f"a batch window of 1 second instead of {case.load.window:.0f}": total(bill(short_window, prices)),
        "point-in-time recovery of clicks": whole + price["recovery_storage"].of(stored),
        "Lambda's own log lines of the redirect": whole + price["log_ingested"].of(MILLION * log_bytes(case) / GB),
        f"the redirect at {2 * case.stack.megabytes[REDIRECT]:,} MB": total(bill(_doubled(case), prices)),
    }


def conversions(case: Case, prices: Prices, count: int) -> Decimal:
    """Return the dollars of conversions by postback: the calls, their function, their writes."""
    price, gb = prices.by_name, case.stack.megabytes[API] / 1_024
    return (
        price["http_request"].of(count)
        + price["lambda_request"].of(count)
        + price["lambda_x86"].of(count * case.assumed.conversion_ms / 1e3 * gb)
        + price["write_unit"].of(count * case.assumed.conversion_units)
    )


def monthly(case: Case, prices: Prices) -> Decimal:
    """Return the dollars of a month at the rate of the case, with volume discounts."""
    millions = case.load.rate * MONTH / MILLION
    quantities: dict[str, float] = {}
    for use in uses(case):
        quantities[use.price] = quantities.get(use.price, 0) + use.quantity * millions
    return sum((prices.by_name[name].of_month(quantity) for name, quantity in quantities.items()), Decimal(0))


def _on_arm(charge: Charge, prices: Prices) -> Decimal:
    on_x86 = charge.use.price == "lambda_x86"
    return prices.by_name["lambda_arm"].of(charge.use.quantity) if on_x86 else charge.dollars


def _of(charges: Iterable[Charge], price: str) -> Decimal:
    return total(charge for charge in charges if charge.use.price == price)


def _doubled(case: Case) -> Case:
    megabytes = {**case.stack.megabytes, REDIRECT: 2 * case.stack.megabytes[REDIRECT]}
    return replace(case, stack=replace(case.stack, megabytes=megabytes))
