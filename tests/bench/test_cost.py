from bench.cost import cost_page
from bench.cost_model.bill import bill, total
from bench.cost_model.case import MILLION, Case
from bench.cost_model.measurements import facts, stack
from bench.cost_model.page import BASE, FILE
from bench.cost_model.prices import prices
from bench.figures import ROOT


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
