from bench.cost import written
from bench.cost_model.bill import bill, total
from bench.cost_model.measurements import facts, stack
from bench.cost_model.page import BASE, FILE
from bench.cost_model.prices import prices
from bench.cost_model.usage import MILLION, Case
from bench.figures import ROOT


def test_the_page_is_what_the_script_makes_of_the_kept_results() -> None:
    assert (ROOT / FILE).read_text() == written(), "run `python -m bench.cost`"


def test_the_page_is_the_same_each_time() -> None:
    assert written() == written()


def test_the_page_says_its_sums_and_that_prices_must_be_checked() -> None:
    page = written()
    for capped in (False, True):
        dollars = total(bill(Case(facts(), stack(), BASE, capped=capped), prices()))
        assert f"**${dollars:.2f}**" in page
    assert prices().note in page


def test_a_million_clicks_cost_less_than_the_field_charges() -> None:
    assert total(bill(Case(facts(), stack(), BASE, capped=True), prices())) < prices().field.of(MILLION)
