"""The section of `docs/cost.md` on limits."""

from collections.abc import Sequence
from math import ceil

from bench.cost_model import capacity, counting
from bench.cost_model.case import MILLION, Case
from bench.cost_model.markdown import clicks_a_second, number, table, words
from bench.cost_model.usage import uses


def section(cases: Sequence[Case]) -> str:
    """Return the capacity model of these cases as a section of the page."""
    quotas = [limit for limit in capacity.LIMITS if limit.is_quota]
    own = [limit for limit in capacity.LIMITS if not limit.is_quota]
    verdicts, sources = "\n\n".join(map(_verdict, cases)), "\n".join(f"- {source}" for source in capacity.SOURCES)
    return f"""## Limits

The tables show the share of each limit that a click rate needs. Bold: the limit is reached or exceeded. A click that
its table rejects waits in a queue, and the visitor is redirected at once. If `counters`, `click_lists`, the aggregator
or compaction is the bottleneck, counting is delayed, not clicks.

Quotas of AWS, by default and as they are to be requested for {clicks_a_second(cases[-1].load)}, so that
{capacity.MOST:.0%} of each is used:

{_shares(quotas, cases, requested=True)}

Limits of our own design, which no request raises:

{_shares(own, cases)}

{_headroom(own, cases[-1])}

{_around(cases)}

{verdicts}

How to raise each limit:

{words(("limit", "how to raise it"), [(limit.name, limit.how_to_raise) for limit in capacity.LIMITS])}

Click IDs are random after their time part, and DynamoDB distributes them by a hash of the whole ID. So no key of
`clicks` is hot, and its partitions, of 1,000 writes per second each, are the shards of its stream. The stream has one
reader, `count_clicks`; AWS allows two.

The limits are taken from these AWS pages, from memory. Check them before you rely on them:

{sources}"""


def _shares(limits: Sequence[capacity.Limit], cases: Sequence[Case], *, requested: bool = False) -> str:
    head = ["limit", "available", *(clicks_a_second(case.load) for case in cases), *(["to request"] * requested)]
    rows = []
    for limit in limits:
        quota = [_to_request(limit, cases[-1])] * requested
        rows.append((limit.name, _has(limit, cases), *(_used(limit, case) for case in cases), *quota))
    return table(head, rows)


def _to_request(limit: capacity.Limit, case: Case) -> str:
    """Return the quota of which the case uses the most that it should, in hundreds."""
    wanted = ceil(limit.needs(case) / capacity.MOST / 100) * 100
    return number(wanted) if wanted > limit.has(case) else "the default"


def _headroom(limits: Sequence[capacity.Limit], case: Case) -> str:
    """Return a sentence on the tightest of these limits."""
    tightest = max(limits, key=lambda limit: limit.used(case))
    return f"At {clicks_a_second(case.load)} the tightest of them is {tightest.name}, at {tightest.used(case):.0%}."


def _has(limit: capacity.Limit, cases: Sequence[Case]) -> str:
    amounts = [number(limit.has(case)) for case in cases]
    return f"{amounts[0] if len(set(amounts)) == 1 else ' / '.join(amounts)} {limit.unit}"


def _used(limit: capacity.Limit, case: Case) -> str:
    share = limit.used(case)
    text = f"{share:.1%}" if share < 0.1 else f"{share:,.0%}"  # noqa: PLR2004 - small shares with a decimal
    return f"**{text}**" if share >= 1 else text


def _around(cases: Sequence[Case]) -> str:
    log = [sum(use.quantity for use in uses(case) if use.price == "log_ingested") for case in cases]
    lines: list[tuple[str, ...]] = [
        ("busy redirect processes", *(number(case.processes) for case in cases)),
        ("seconds until Lambda has started them, from zero", *(number(capacity.ramp_seconds(case)) for case in cases)),
        ("shards of the stream", *(number(case.load.shards) for case in cases)),
        ("clicks in a batch", *(number(case.load.batch) for case in cases)),
        (
            "clicks/s that one shard's aggregator can count",
            *(number(counting.shard_throughput(case)) for case in cases),
        ),
        (
            "hours to catch up after one hour of aggregator outage",
            *(f"{counting.catch_up_hours(case):.2g}" for case in cases),
        ),
        ("seconds of compaction per minute", *(number(case.merging_ms / 1e3) for case in cases)),
        (
            "GB of log lines per day",
            *(number(_a_day(size, case)) for size, case in zip(log, cases, strict=True)),
        ),
    ]
    return table(("at a rate of", *(clicks_a_second(case.load) for case in cases)), lines)


def _a_day(quantity: float, case: Case) -> float:
    """Scale a quantity of a million clicks to one day of clicks."""
    return quantity * case.load.rate * 86_400 / MILLION


def _verdict(case: Case) -> str:
    rate, tightest, exceeded = clicks_a_second(case.load), capacity.tightest(case), capacity.exceeded(case)
    if not exceeded:
        share = f"{tightest.used(case):.0%}"
        tight = f"The tightest is {tightest.name}, at {share}; to raise it: {tightest.how_to_raise}."
        return f"**{rate}**: all limits suffice. {tight}"
    lines = [
        f"{n}. {limit.name}, {limit.used(case):,.1f} times the available amount: {limit.how_to_raise}"
        for n, limit in enumerate(exceeded, 1)
    ]
    return f"**{rate}**: limits that are reached or exceeded, the worst first, and how to raise them\n\n" + "\n".join(
        lines
    )
