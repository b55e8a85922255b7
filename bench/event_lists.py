"""Duration of lists of conversions and clicks over a year in the local stack, in the handler of the API.

`python -m bench.event_lists` loads a year in the past with conversions and clicks of ten publishers, lists them by each
filter and by combinations, also by values that nothing has, and deletes what it loaded. The stack must be running
(`make up`).
"""

import argparse
import json
from collections.abc import Sequence

from bench import event_rows
from bench.figures import Figure, FigureTarget, Part
from bench.report_calls import answer, api_event, local_stack, run, timed

SECONDS = 2.0
"""Maximum seconds of a page."""

FILE_SECONDS = 10.0
"""Maximum seconds of a CSV file, which has as many rows as a hundred pages."""

ROUNDS = 3
CONVERSIONS, CLICKS, CELLS = 100_000, 20_000, 500_000

_CONVERSIONS = (
    "",
    "publisher_id=pub_bench_3",
    "campaign_id=cmp_bench_03",
    "smartlink_id=sml_bench_1",
    "status=rejected",
    "goal=sale",
    "reported_by=pixel",
    "status=pending&status=rejected",
    "publisher_id=pub_bench_3&status=rejected",
    "publisher_id=pub_bench_3&campaign_id=cmp_bench_03&goal=sale",
    "campaign_id=cmp_bench_03&smartlink_id=sml_bench_1&reported_by=pixel",
    "publisher_id=unknown",
    "goal=unknown",
    "status=approved&campaign_id=unknown",
)
_CLICKS = (
    "",
    "publisher_id=pub_bench_3",
    "campaign_id=cmp_bench_03",
    "smartlink_id=sml_bench_1",
    "outcome=fallback",
    "publisher_id=pub_bench_3&campaign_id=cmp_bench_03",
    "smartlink_id=sml_bench_1&outcome=paused",
    "publisher_id=unknown",
    "campaign_id=unknown",
)


def measure() -> Part:
    """Load, measure and delete. Raise CommandError if the local stack does not respond."""
    parser = argparse.ArgumentParser(prog="python -m bench.event_lists", description=__doc__)
    parser.add_argument("--conversions", type=int, default=CONVERSIONS, help="conversions to load")
    parser.add_argument("--clicks", type=int, default=CLICKS, help="clicks to load")
    parser.add_argument("--cells", type=int, default=CELLS, help="counter cells to load")
    options = parser.parse_args()
    with local_stack():
        try:
            loaded = event_rows.load(options.conversions, options.clicks, options.cells)
            kinds = {f"{loaded:,} conversions": _CONVERSIONS, f"{options.clicks:,} clicks": _CLICKS}
            return Part(
                "event_lists", [figure for kind, filters in kinds.items() for figure in _figures(kind, filters)]
            )
        finally:
            print("deleting what was loaded", flush=True)
            event_rows.delete()


def _figures(kind: str, filters: Sequence[str]) -> list[Figure]:
    queries = [*filters, f"format=csv&{filters[1]}"]
    return [_figure(kind, query) for query in queries]


def _figure(kind: str, query: str) -> Figure:
    """Return the seconds of the first page of a list over the year."""
    bounds = f"from={event_rows.days()[0]}&to={event_rows.days()[-1]}"
    event = api_event(f"/admin/{kind.rpartition(' ')[2]}?{query}&{bounds}")
    (measured,) = timed(lambda: answer(event), rounds=ROUNDS)
    text = measured.result
    name = f"{kind} of a year by {query or 'no filter'}: {_found(text)}, {len(text):,} bytes"
    print(f"{name}: {measured.median:.2f} s", flush=True)
    limit = SECONDS if text.startswith("{") else FILE_SECONDS
    return Figure(name, measured.median, "s", target=FigureTarget(limit))


def _found(text: str) -> str:
    """Return what a page has, in words."""
    if not text.startswith("{"):
        return f"{text.count(chr(13)) - 1} rows"
    page = json.loads(text)
    return f"{len(page['items'])} items{' and a next page' if page['next_cursor'] else ''}"


if __name__ == "__main__":
    run(measure)
