"""`docs/cost.md`, computed from saved results, prices and assumptions. The output is deterministic."""

from dataclasses import replace
from decimal import Decimal

from bench.cost_model import limits
from bench.cost_model.assumptions import Assumptions
from bench.cost_model.bill import Charge, alternatives, bill, by_part, conversions, monthly, total
from bench.cost_model.case import MILLION, MONTH, Case
from bench.cost_model.markdown import clicks_a_second, dollars, number, table, words
from bench.cost_model.measurements import SATURATED, WANTED, Facts, Stack
from bench.cost_model.prices import Price, Prices
from bench.figures import load_stamp
from bench.merging import Load

BASE = Load(100)
"""The load of the itemized bill."""

RATES = (Load(10), BASE, Load(1_000), Load(10_000), Load(100_000))
CONVERSION_PERCENTS = (1, 2, 5)
CAPACITY = (Load(100), Load(10_000), Load(100_000))
FILE = "docs/cost.md"


def page(facts: Facts, stack: Stack, prices: Prices) -> str:
    """Return the whole document."""
    case = Case(facts, stack, BASE)
    parts = (
        _head(prices),
        _summary(case, prices),
        _bill(case, prices),
        _with_conversions(case, prices),
        _by_rate(case, prices),
        _by_month(case, prices),
        _doors(case, prices),
        _alternatives(case, prices),
    )
    capacity = limits.section([Case(facts, stack, load, capped=True) for load in CAPACITY])
    return "\n\n".join([*parts, capacity, _measured(facts), _assumed(Assumptions()), _priced(prices)]) + "\n"


def _head(prices: Prices) -> str:
    days = sorted({load_stamp(part).at for part in WANTED})
    machines = sorted({load_stamp(part).machine for part in WANTED})
    return f"""# Cost and limits

`python -m bench.cost` generates this page. It uses the results of the other benchmarks in `bench/results` (measured
on {" and ".join(days)}, on {" and ".join(machines)}), the assumptions at the end of this page
(`bench/cost_model/assumptions.py`), and list prices in {prices.region} as of {prices.as_of} (`bench/prices.json`).

**{prices.note}**"""


def _summary(case: Case, prices: Prices) -> str:
    plain, capped = (total(bill(variant, prices)) for variant in (case, _capped(case)))
    field = prices.field.of(MILLION)
    return f"""## Summary

A million clicks at {clicks_a_second(case.load)} cost **${plain:.2f}**, or **${capped:.2f}** if every click goes to a
campaign with a click cap. Competitors charge ${field:.0f} ({prices.field.page}):
{field / plain:.1f} times as much. Only AWS's charges are included, without free tiers and volume discounts."""


def _capped(case: Case) -> Case:
    return Case(case.facts, case.stack, case.load, capped=True, assumed=case.assumed)


def _bill(case: Case, prices: Prices) -> str:
    charges = bill(_capped(case), prices)
    rows = [_line(charge, prices) for charge in charges]
    plain, capped = by_part(bill(case, prices)), by_part(charges)
    sums = [(part, dollars(plain.get(part, Decimal(0))), dollars(capped[part])) for part in capped]
    totals = ("**total**", f"**{total(bill(case, prices)):.2f}**", f"**{total(charges):.2f}**")
    return f"""## The bill of a million clicks, at {clicks_a_second(case.load)}

{table(("part", "$ without caps", "$ with caps"), [*sums, totals])}

Itemized, with caps:

{table(("use", "quantity", "unit", "$"), rows)}

AWS does not charge for Lambda's reads of the click stream, for traffic between Lambda and DynamoDB within a Region, or
for scheduled rules. X-Ray is off. Tables are encrypted with the AWS managed key (`SSEEnabled`), whose requests are
charged; requests of DynamoDB's own key would be free. The redirect logs nothing: `LOG_CLICKS` and `ACCESS_LOGS` are
off, and so are the lines of Lambda itself. Scheduled functions that find nothing to do cost less than $0.001 and are
left out. A click that DynamoDB rejects costs one more message. Conversions, reports and administration are not
included, nor are CloudFront and its WAF, which are optional."""


def _line(charge: Charge, prices: Prices) -> tuple[str, ...]:
    use, unit = charge.use, prices.by_name[charge.use.price].unit
    return f"{use.part}: {use.what}", number(use.quantity), unit, dollars(charge.dollars)


def _with_conversions(case: Case, prices: Prices) -> str:
    whole, rows = total(bill(case, prices)), []
    for percent in CONVERSION_PERCENTS:
        cost = conversions(case, prices, MILLION * percent // 100)
        rows.append((f"{percent} %", f"{MILLION * percent // 100:,}", f"{cost:.2f}", f"{whole + cost:.2f}"))
    return f"""## With conversions

A thousand conversions by postback cost ${conversions(case, prices, 1_000):.3f}: the calls, their function and
{number(case.assumed.conversion_units)} write units each. They are not part of the bill of a million clicks. Postbacks
to publishers are not included.

{table(("clicks that convert", "conversions of a million clicks", "$ for them", "$ with the clicks"), rows)}"""


def _by_rate(case: Case, prices: Prices) -> str:
    rows = []
    for load in RATES:
        plain = Case(case.facts, case.stack, load, assumed=case.assumed)
        parts = by_part(bill(plain, prices))
        counting = parts["aggregator"] + parts["compaction"]
        sums = (total(bill(plain, prices)), total(bill(_capped(plain), prices)))
        rows.append((clicks_a_second(load), f"{load.batch:,}", f"{counting:.2f}", f"{sums[0]:.2f}", f"{sums[1]:.2f}"))
    return f"""## By rate

The fewer clicks a batch has, the more counting costs per click: a batch is what a shard of the stream collects in
{case.load.window:.0f} seconds, and its claim, row, blocks and lists cost the same for ten clicks as for a hundred. The
cost of scheduled work is also spread over fewer clicks. With caps, the calls are those of a process as busy as in the
benchmark. A process with one click per second makes one call per two clicks, a slower one one call per click ($0.63
more per million): see `docs/decisions/0024-leases-on-caps.md`.

{table(("rate", "clicks in a batch", "$ counting and compaction", "$ without caps", "$ with caps"), rows)}"""


def _by_month(case: Case, prices: Prices) -> str:
    rows = []
    for load in RATES:
        cost, millions = monthly(replace(case, load=load), prices), load.rate * MONTH / MILLION
        rows.append(
            (clicks_a_second(load), f"{millions:,.0f} million", f"{cost:,.0f}", f"{float(cost) / millions:.2f}")
        )
    return f"""## By month, with volume discounts

Clicks arrive evenly, without caps. The discounts are those of the list prices below, not of private agreements.

{table(("rate", "clicks in a month", "$ a month", "$ per million"), rows)}"""


def _doors(case: Case, prices: Prices) -> str:
    rest, http = (prices.by_name[name] for name in ("rest_request", "http_request"))
    whole = total(bill(case, prices))
    with_rest = whole - http.of(MILLION) + rest.of(MILLION)
    rows = [
        ("serves", "everything, `/s/` too", "`/s/{code}`, `/postback`, `/pixel.gif`"),
        ("$ per million requests", f"{rest.dollars}", f"{http.dollars}"),
        ("volume discounts, $ above requests a month", _discounts(rest), _discounts(http)),
        ("$ of a million clicks in all", f"{with_rest:.2f}", f"**{whole:.2f}**"),
        ("characters of a query", "no `{`, `}`, `|`; splits at `;`", "all"),
        ("integration time-out", "29 s", "30 s"),
        ("WAF, usage plans, request validation", "yes", "no (WAF by CloudFront)"),
    ]
    return f"""## The two doors

{words(("", "REST API", "HTTP API"), rows)}"""


def _discounts(price: Price) -> str:
    return ", ".join(f"{dollars} above {above / MILLION:,.0f} million" for above, dollars in price.tiers)


def _alternatives(case: Case, prices: Prices) -> str:
    rows = [(name, f"{dollars:.2f}") for name, dollars in alternatives(case, prices).items()]
    return f"""## Alternatives

Without caps, at {clicks_a_second(case.load)}. Only the first row is implemented.

{table(("a million clicks with", "$"), rows)}"""


def _measured(facts: Facts) -> str:
    values = {
        "CPU of a click": f"{facts.click('cpu_us'):.0f} µs",
        "DynamoDB calls of a click, without and with a cap": _calls(facts),
        "size of a stored click": f"{facts.click('item_bytes'):.0f} bytes",
        "cold start to the first 302": f"{facts.cold('cold_ms'):.0f} ms",
        "write units of counting 1,000 clicks, full batches": number(facts.batch(SATURATED).write_units),
        "write units of compaction of 1,000 clicks, full batches": number(facts.merging(SATURATED).write_units),
        "optimizing one smartlink": f"{facts.pools('cpu_ms_per_pool'):.0f} ms of CPU",
    }
    return f"""## Measurements

{table(("figure", "value"), list(values.items()))}

Counting assumes {number(Assumptions().pools)} smartlinks and a hundred cells per quarter of an hour. A publisher who
sends another sub1 with each click makes a cell of each, so blocks and chunks are larger than measured. CPU time is
converted to billed time by the function's share of a vCPU. Lambda's time for a call is DynamoDB's latency, which is
assumed."""


def _calls(facts: Facts) -> str:
    return f"{facts.click('calls_per_click'):.3g} and {facts.click('capped_calls_per_click'):.3g}"


def _assumed(assumed: Assumptions) -> str:
    rows = [(f"`{name}`", f"{number(value)} {unit}".strip(), why) for name, value, unit, why in assumed.named()]
    return f"""## Assumptions

{words(("parameter", "value", "meaning"), rows)}"""


def _priced(prices: Prices) -> str:
    rows = [(f"`{name}`", _price(price), price.page) for name, price in prices.by_name.items()]
    return f"""## Prices

List prices in {prices.region} as of {prices.as_of}. {prices.note}

{words(("price", "dollars", "page"), rows)}"""


def _price(price: Price) -> str:
    return f"${price.dollars} per {f'{price.per:,} {price.unit}' if price.per > 1 else price.unit.removesuffix('s')}"
