"""`docs/cost.md`, made of the kept figures, the prices and the assumptions: the same each time."""

from decimal import Decimal

from bench.cost_model import limits
from bench.cost_model.assumptions import Assumptions
from bench.cost_model.bill import Charge, alternatives, bill, by_part, total
from bench.cost_model.markdown import clicks_a_second, dollars, number, table, words
from bench.cost_model.measurements import SATURATED, WANTED, Facts, Stack
from bench.cost_model.prices import Price, Prices
from bench.cost_model.usage import MILLION, Case
from bench.figures import stamp
from bench.merging import Load

BASE = Load(100)
"""Clicks a second of the bill in full."""

RATES = (Load(10), BASE, Load(1_000), Load(10_000), Load(100_000))
CAPACITY = (Load(100), Load(10_000), Load(100_000))
FILE = "docs/cost.md"


def page(facts: Facts, stack: Stack, prices: Prices) -> str:
    """The whole document."""
    case = Case(facts, stack, BASE)
    parts = (_head(prices), _sum(case, prices), _bill(case, prices), _by_rate(case, prices), _others(case, prices))
    capacity = limits.section([Case(facts, stack, load, capped=True) for load in CAPACITY])
    return "\n\n".join([*parts, capacity, _measured(facts), _assumed(Assumptions()), _priced(prices)]) + "\n"


def _head(prices: Prices) -> str:
    days = sorted({stamp(part).at for part in WANTED})
    machines = sorted({stamp(part).machine for part in WANTED})
    return f"""# What a click costs, and what limits

`python -m bench.cost` writes this page; edits are lost. It is computed from what the other benches kept in
`bench/results` (figures of {" and ".join(days)}, on {" and ".join(machines)}), from the assumptions at the end of the
page (`bench/cost_model/assumptions.py`), and from list prices in {prices.region} as of {prices.as_of}
(`bench/prices.json`).

**{prices.note}**"""


def _sum(case: Case, prices: Prices) -> str:
    plain, capped = (total(bill(each, prices)) for each in (case, _capped(case)))
    field = prices.field.of(MILLION)
    return f"""## In short

A million clicks at {clicks_a_second(case.load)} cost **${plain:.2f}**, and **${capped:.2f}** where every click goes
to a campaign with a click cap. The field charges ${field:.0f} ({prices.field.page}):
{field / plain:.1f} times as much. These are AWS's charges only; free tiers and volume discounts are left out."""


def _capped(case: Case) -> Case:
    return Case(case.facts, case.stack, case.load, capped=True, assumed=case.assumed)


def _bill(case: Case, prices: Prices) -> str:
    charges = bill(_capped(case), prices)
    rows = [_line(each, prices) for each in charges]
    plain, capped = by_part(bill(case, prices)), by_part(charges)
    sums = [(part, dollars(plain.get(part, Decimal(0))), dollars(capped[part])) for part in capped]
    whole = ("**all**", f"**{total(bill(case, prices)):.2f}**", f"**{total(charges):.2f}**")
    return f"""## The bill of a million clicks, at {clicks_a_second(case.load)}

{table(("part", "$ without caps", "$ with caps"), [*sums, whole])}

In full, with caps:

{table(("use", "quantity", "unit", "$"), rows)}

Reading the clicks' stream by Lambda, traffic between Lambda and DynamoDB within a Region, and scheduled rules are not
charged. X-Ray is off. Tables are encrypted with the key that AWS manages (`SSEEnabled`), whose requests are charged;
with DynamoDB's own key they would not be. The redirect itself logs nothing (`LOG_CLICKS` is off): the log is Lambda's
own lines. A click that DynamoDB refuses costs a message more; conversions, reports and administration are not in this
sum."""


def _line(charge: Charge, prices: Prices) -> tuple[str, ...]:
    use, unit = charge.use, prices.by_name[charge.use.price].unit
    return f"{use.part}: {use.what}", number(use.quantity), unit, dollars(charge.dollars)


def _by_rate(case: Case, prices: Prices) -> str:
    rows = []
    for load in RATES:
        plain = Case(case.facts, case.stack, load, assumed=case.assumed)
        parts = by_part(bill(plain, prices))
        counting = parts["aggregator"] + parts["merger"]
        sums = (total(bill(plain, prices)), total(bill(_capped(plain), prices)))
        rows.append((clicks_a_second(load), f"{load.batch:,}", f"{counting:.2f}", f"{sums[0]:.2f}", f"{sums[1]:.2f}"))
    return f"""## By rate

Counting is dearer the fewer clicks a batch holds: a batch is what a shard of the stream gathers in
{case.load.window:.0f} seconds, and costs its marker, its blocks and its lists whether it holds ten clicks or five
hundred. What the clock makes is shared by fewer clicks, too. With caps, the calls are those of a process as busy as the
bench's; one with a click a second makes one call in two clicks, a slower one one for each ($0.63 a million more):
`docs/decisions/0024-leases-on-caps.md` has the figures.

{table(("rate", "clicks in a batch", "$ counting and merging", "$ without caps", "$ with caps"), rows)}"""


def _others(case: Case, prices: Prices) -> str:
    rows = [(name, f"{dollars:.2f}") for name, dollars in alternatives(case, prices).items()]
    return f"""## Were it otherwise

Without caps, at {clicks_a_second(case.load)}; only the first line is built.

{table(("a million clicks with", "$"), rows)}"""


def _measured(facts: Facts) -> str:
    shown = {
        "a click's CPU": f"{facts.click('cpu_us'):.0f} µs",
        "calls a click makes to DynamoDB, without and with a cap": _calls(facts),
        "a stored click": f"{facts.click('item_bytes'):.0f} bytes",
        "cold start to the first 302": f"{facts.cold('cold_ms'):.0f} ms",
        "write units of counting 1,000 clicks, full batches": number(facts.batch(SATURATED).write_units),
        "write units of merging 1,000 clicks, full batches": number(facts.merging(SATURATED).write_units),
        "learning of one smartlink": f"{facts.pools('cpu_ms_per_pool'):.0f} ms of CPU",
    }
    return f"""## Measured

{table(("figure", "value"), list(shown.items()))}

Counting is that of {number(Assumptions().pools)} smartlinks and a hundred cells in each quarter of an hour.
CPU is turned into billed time by the function's share of a vCPU; Lambda's time for a call is that of DynamoDB's answer,
which is assumed."""


def _calls(facts: Facts) -> str:
    return f"{facts.click('calls_per_click'):.3g} and {facts.click('capped_calls_per_click'):.3g}"


def _assumed(assumed: Assumptions) -> str:
    rows = [(f"`{name}`", f"{number(value)} {unit}".strip(), why) for name, value, unit, why in assumed.named()]
    return f"""## Assumed

{words(("parameter", "value", "what it is"), rows)}"""


def _priced(prices: Prices) -> str:
    rows = [(f"`{name}`", _price(price), price.page) for name, price in prices.by_name.items()]
    return f"""## Priced

List prices in {prices.region} as of {prices.as_of}. {prices.note}

{words(("price", "dollars", "page"), rows)}"""


def _price(price: Price) -> str:
    return f"${price.dollars} per {f'{price.per:,} {price.unit}' if price.per > 1 else price.unit.removesuffix('s')}"
