from decimal import Decimal

from bench.cost_model.bill import alternatives, bill, by_part, conversions, total
from bench.cost_model.case import MILLION
from bench.cost_model.prices import Price, prices
from bench.cost_model.usage import click_storage, log_bytes, uses
from tests.bench.cost_model.cases import a_case


def test_price_scales_with_quantity_and_unit() -> None:
    assert Price(Decimal("3.50"), MILLION, "requests", "").of(2 * MILLION) == 7
    assert Price(Decimal("0.25"), 1, "GB-months", "").of(0.5) == Decimal("0.125")


def test_every_use_has_a_price() -> None:
    assert {use.price for use in uses(a_case(capped=True))} <= set(prices().by_name)


def test_every_price_is_used_or_part_of_an_alternative() -> None:
    compared = {"rest_request", "lambda_arm"}
    assert set(prices().by_name) == {use.price for use in uses(a_case(capped=True))} | compared


def test_parts_sum_to_the_total() -> None:
    charges = bill(a_case(capped=True), prices())
    assert sum(by_part(charges).values()) == total(charges)


def test_api_gateway_is_charged_per_call() -> None:
    first = bill(a_case(), prices())[0]
    assert (first.use.part, first.dollars) == ("API Gateway", Decimal("1.0"))


def test_alternatives_differ_by_the_replaced_charges() -> None:
    case = a_case()
    found, whole = alternatives(case, prices()), total(bill(case, prices()))
    recovered = prices().by_name["recovery_storage"].of(click_storage(case).quantity)
    logged = prices().by_name["log_ingested"].of(MILLION * log_bytes(case) / 1e9)
    assert found["the current design"] == whole
    assert found["the REST API instead of the HTTP API"] == whole + Decimal("2.5")
    assert found["a Lambda function URL instead of API Gateway"] == whole - 1
    assert found["point-in-time recovery of clicks"] == whole + recovered
    assert found["Lambda's own log lines of the redirect"] == whole + logged
    assert found["all Lambdas on Arm, at equal speed"] < whole


def test_thousand_conversions_cost_their_calls_their_function_and_their_writes() -> None:
    calls, run, writes = Decimal("0.0012"), 60 * Decimal("0.0000166667"), 24 * Decimal("0.000625")
    assert conversions(a_case(), prices(), 1_000) == calls + run + writes
