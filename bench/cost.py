"""What a million clicks cost and what limits their rate: `docs/cost.md`, from what the other benches kept.

`python -m bench.cost` writes the page whole. Nothing is measured here: it fails where a bench was not run before.
"""

import sys

from bench.cost_model.bill import bill, total
from bench.cost_model.measurements import Missing, facts, stack
from bench.cost_model.page import BASE, FILE, page
from bench.cost_model.prices import prices
from bench.cost_model.usage import MILLION, Case
from bench.figures import ROOT, Figure, Floor, Part, main


def written() -> str:
    """The page as the kept results make it. Raises `Missing`."""
    return page(facts(), stack(), prices())


def measure() -> Part:
    """Writes the page; the figures are its sums."""
    (ROOT / FILE).write_text(written())
    known, charged = (facts(), stack()), Floor("what the field charges", float(prices().field.of(MILLION)))
    names = {False: "without caps", True: "with caps"}
    return Part("cost", [_figure(Case(*known, BASE, capped=capped), names[capped], charged) for capped in names])


def _figure(case: Case, name: str, charged: Floor) -> Figure:
    dollars = float(total(bill(case, prices())))
    return Figure(f"a million clicks at {case.load.rate:,.0f} clicks/s, {name}", round(dollars, 2), "$", charged)


if __name__ == "__main__":
    try:
        main(measure)
    except Missing as missing:
        sys.exit(f"bench.cost: {missing}")
