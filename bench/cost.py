"""The cost of a million clicks and the limits on their rate: `docs/cost.md`, from the results of the other benches.

`python -m bench.cost` writes the whole page. It measures nothing, and fails if a bench has no saved results.
"""

import sys

from bench.cost_model.bill import bill, total
from bench.cost_model.case import MILLION, Case
from bench.cost_model.measurements import MissingResult, facts, stack
from bench.cost_model.page import BASE, FILE, page
from bench.cost_model.prices import prices
from bench.figures import ROOT, Figure, Floor, Part, main


def cost_page() -> str:
    """Return the page for the saved results. Raise `MissingResult` if a bench has none."""
    return page(facts(), stack(), prices())


def measure() -> Part:
    """Write the page and return its totals as figures."""
    (ROOT / FILE).write_text(cost_page())
    inputs, competitors = (facts(), stack()), Floor("what the field charges", float(prices().field.of(MILLION)))
    names = {False: "without caps", True: "with caps"}
    return Part("cost", [_figure(Case(*inputs, BASE, capped=capped), names[capped], competitors) for capped in names])


def _figure(case: Case, name: str, competitors: Floor) -> Figure:
    dollars = float(total(bill(case, prices())))
    return Figure(f"a million clicks at {case.load.rate:,.0f} clicks/s, {name}", round(dollars, 2), "$", competitors)


if __name__ == "__main__":
    try:
        main(measure)
    except MissingResult as missing:
        sys.exit(f"bench.cost: {missing}")
