"""Dollars per million clicks."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from bench.cost_model.case import MILLION, REDIRECT, Case
from bench.cost_model.prices import Prices
from bench.cost_model.usage import Use, uses


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
    charges = bill(case, prices)
    whole, rest_api = total(charges), prices.by_name["rest_request"].of(MILLION)
    short_window = replace(case, load=replace(case.load, window=1.0))
    on_arm = sum((_on_arm(charge, prices) for charge in charges), Decimal(0))
    stored = _of(charges, "recovery_storage")
    return {
        "the current design": whole,
        "an HTTP API instead of the REST API": whole - rest_api + prices.by_name["http_request"].of(MILLION),
        "a Lambda function URL instead of API Gateway": whole - rest_api,
        "all Lambdas on Arm, at equal speed": on_arm,
        f"a batch window of 1 second instead of {case.load.window:.0f}": total(bill(short_window, prices)),
        "no point-in-time recovery of clicks": whole - stored,
        "Lambda's own log lines disabled": whole - by_part(charges)["logs"],
        f"the redirect at {2 * case.stack.megabytes[REDIRECT]:,} MB": total(bill(_doubled(case), prices)),
    }


def _on_arm(charge: Charge, prices: Prices) -> Decimal:
    on_x86 = charge.use.price == "lambda_x86"
    return prices.by_name["lambda_arm"].of(charge.use.quantity) if on_x86 else charge.dollars


def _of(charges: Iterable[Charge], price: str) -> Decimal:
    return total(charge for charge in charges if charge.use.price == price)


def _doubled(case: Case) -> Case:
    megabytes = {**case.stack.megabytes, REDIRECT: 2 * case.stack.megabytes[REDIRECT]}
    return replace(case, stack=replace(case.stack, megabytes=megabytes))
