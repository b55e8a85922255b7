from decimal import Decimal

import pytest

from bench.cost import cost_page
from bench.cost_model.bill import bill, monthly, total
from bench.cost_model.case import MILLION, MONTH, Case
from bench.cost_model.measurements import facts, stack
from bench.cost_model.page import BASE, FILE
from bench.cost_model.prices import prices
from bench.figures import ROOT
from bench.merging import Load


def test_cost_page_is_up_to_date_with_the_saved_results() -> None:
    assert (ROOT / FILE).read_text() == cost_page(), "run `python -m bench.cost`"


def test_cost_page_is_deterministic() -> None:
    assert cost_page() == cost_page()


def test_cost_page_has_totals_and_the_note_on_prices() -> None:
    page = cost_page()
    for capped in (False, True):
        dollars = total(bill(Case(facts(), stack(), BASE, capped=capped), prices()))
        assert f"**${dollars:.2f}**" in page
    assert prices().note in page


def test_million_clicks_cost_less_than_competitors_charge() -> None:
    assert total(bill(Case(facts(), stack(), BASE, capped=True), prices())) < prices().field.of(MILLION)


def test_million_clicks_at_100_a_second_cost_at_most_three_dollars() -> None:
    assert BASE.rate == 100
    for capped in (False, True):
        assert total(bill(Case(facts(), stack(), BASE, capped=capped), prices())) <= 3


def test_month_with_volume_discounts_pays_each_part_at_its_price() -> None:
    # 300 million at $1.00, 700 million at $0.90.
    assert prices().by_name["http_request"].of_month(1_000_000_000) == 300 + 630
    assert prices().by_name["http_request"].of_month(2_000_000) == 2


def test_month_of_a_small_network_has_no_discount() -> None:
    case = Case(facts(), stack(), Load(10))
    millions = 10 * MONTH / MILLION
    assert monthly(case, prices()) == pytest.approx(total(bill(case, prices())) * Decimal(millions))
