"""The section of `docs/cost.md` that says what limits."""

from collections.abc import Sequence

from bench.cost_model import capacity
from bench.cost_model.markdown import clicks_a_second, number, table, words
from bench.cost_model.usage import MILLION, Case, uses


def section(cases: Sequence[Case]) -> str:
    """The capacity model of these cases, as a section of the page."""
    head = ("limit", "of it there is", *(clicks_a_second(case.load) for case in cases))
    rows = [(each.name, _has(each, cases), *(_used(each, case) for case in cases)) for each in capacity.LIMITS]
    verdicts, sources = "\n\n".join(map(_verdict, cases)), "\n".join(f"- {source}" for source in capacity.SOURCES)
    return f"""## What limits

Of each quota and limit, with AWS's defaults, the share that is needed; in bold where it does not suffice, or only just.
A click that its table refuses waits in a queue and its visitor does not; what is short of `counters`,
`click_lists`, the aggregator or the merger delays counting, not clicks.

{table(head, rows)}

{_around(cases)}

{verdicts}

How to have more of each:

{words(("limit", "raise"), [(each.name, each.more) for each in capacity.LIMITS])}

Click IDs are random behind their time, and DynamoDB spreads them by a hash of the whole: no key of `clicks` is hot, and
its partitions, each of 1,000 writes a second, are the shards of its stream. That stream has one reader, `count_clicks`;
AWS allows two.

The limits stand on these of AWS's pages, as remembered; check them, too:

{sources}"""


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
        ("processes that redirect at once", *(number(case.processes) for case in cases)),
        ("seconds until Lambda has started them, from none", *(number(capacity.ramp_seconds(case)) for case in cases)),
        ("shards of the stream", *(number(case.load.shards) for case in cases)),
        ("clicks in a batch", *(number(case.load.batch) for case in cases)),
        ("clicks/s that one shard's aggregator takes", *(number(capacity.emptied(case)) for case in cases)),
        ("hours to count what an hour's stop of it left", *(f"{capacity.catch_up_hours(case):.2g}" for case in cases)),
        ("seconds of merging in each minute", *(number(case.merging_ms / 1e3) for case in cases)),
        (
            "GB of Lambda's own log lines a day",
            *(number(_a_day(size, case)) for size, case in zip(log, cases, strict=True)),
        ),
    ]
    return table(("at the rate of", *(clicks_a_second(case.load) for case in cases)), lines)


def _a_day(quantity: float, case: Case) -> float:
    """What a million clicks have so much of, of a day's clicks."""
    return quantity * case.load.rate * 86_400 / MILLION


def _verdict(case: Case) -> str:
    rate, tightest, too_little = clicks_a_second(case.load), capacity.tightest(case), capacity.over(case)
    if not too_little:
        share = f"{tightest.used(case):.0%}"
        tight = f"The tightest is {tightest.name}, at {share}; to have more: {tightest.more}."
        return f"**{rate}**: everything suffices. {tight}"
    lines = [
        f"{n}. {each.name}, {each.used(case):,.1f} times what there is: {each.more}"
        for n, each in enumerate(too_little, 1)
    ]
    return (
        f"**{rate}**: what does not suffice, or only just, and what to raise, the first to give way first\n\n"
        + "\n".join(lines)
    )
