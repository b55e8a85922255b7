"""Duration and size of the first page of every list in a large network, in the API's handler.

`python -m bench.lists` makes 2,000 smartlinks (20 of them with 200 offers), 5,000 campaigns, 10,000 publishers and
their applications in the local stack's tables, reads each list plain, searched, filtered and sorted, and deletes what
it made. The stack must be running (`make up`).
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from bench.figures import Figure, FigureTarget, Part
from bench.lists_network import campaign_id, delete, load, publisher_id, smartlink_id
from bench.report_calls import LambdaEvent, api_event, handler, local_stack, run, timed
from chalicelib.lists.index_job import index_lists, run_until

MILLISECONDS = 300
BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Call:
    """A list with its query, as an admin or a publisher asks for it."""

    path: str
    is_publisher: bool = False

    def event(self, key: str | None) -> LambdaEvent:
        """Return API Gateway's event of the call with this key, or the admin's."""
        resource, ids = _resource(urlsplit(self.path).path)
        return api_event(self.path, key, resource, **ids)


def _resource(path: str) -> tuple[str, dict[str, str]]:
    """Return the path of the endpoint and the ID in it."""
    _, audience, kind, *rest = path.split("/")
    if not rest:
        return path, {}
    name = f"{kind.removesuffix('s')}_id"
    return f"/{audience}/{kind}/{{{name}}}/{rest[1]}", {name: rest[0]}


def calls() -> Iterator[Call]:
    """Yield every list: plain, searched, filtered, sorted, counted."""
    for kind in ("smartlinks", "campaigns", "publishers"):
        for query in ("", "?limit=200", "?q=game", "?q=nothing+has+this", "?sort=name", "?sort=-updated_at&count=true"):
            yield Call(f"/admin/{kind}{query}")
    filters = f"campaign_id={campaign_id(7)}"
    figures_of = ("figures=today", "figures=30d&sort=-clicks", "figures=7d&sort=-fallback_share")
    for query in ("has_warnings=true", filters, *figures_of):
        yield Call(f"/admin/smartlinks?{query}")
    for query in ("advertiser=Advertiser+7", "cap_near_limit=true", "tag=app&status=paused"):
        yield Call(f"/admin/campaigns?{query}")
    yield Call("/admin/publishers?tag=news&status=active")
    for query in ("", "?status=pending", "?q=game", f"?smartlink_id={smartlink_id(1)}", "?sort=-created_at&count=true"):
        yield Call(f"/admin/applications{query}")
    yield Call(f"/admin/applications?publisher_id={publisher_id(0)}")
    for query in ("", "?status=approved", "?q=game", "?q=nothing+has+this"):
        yield Call(f"/admin/smartlinks/{smartlink_id(1)}/publishers{query}")
    for query in ("", "?q=game"):
        yield Call(f"/admin/publishers/{publisher_id(0)}/campaigns{query}")
    for query in ("", "?limit=200", "?q=game", "?status=approved&sort=name", "?q=nothing+has+this"):
        yield Call(f"/publisher/smartlinks{query}", is_publisher=True)
    yield Call("/publisher/campaigns", is_publisher=True)


def measure() -> Part:
    """Make the network, measure and delete. Raise CommandError if the local stack does not respond."""
    with local_stack():
        try:
            # The index of a new stack is complete once its lists were read, or `index_lists` ran.
            index_lists(datetime.now(UTC), run_until())
            key, handle = load(), handler()
            return Part("lists", [figure for call in calls() for figure in figures(call, handle, key)])
        finally:
            print("deleting the network", flush=True)
            delete()


def figures(call: Call, handle: Callable[[LambdaEvent], str], publisher_key: str) -> list[Figure]:
    """Measure the milliseconds of a call, the median of rounds, and the bytes of its answer."""
    event = call.event(publisher_key if call.is_publisher else None)
    (measured,) = timed(lambda: handle(event))
    body, milliseconds = measured.result, measured.median * 1000
    page = json.loads(body)
    size = len(body.encode())
    print(f"{milliseconds:6.0f} ms {size:9,} bytes {len(page['items']):4d} rows  {call.path}", flush=True)
    return [
        Figure(f"`{call.path}`", milliseconds, "ms", target=FigureTarget(MILLISECONDS)),
        Figure(f"`{call.path}`: answer", float(size), "bytes", target=FigureTarget(BYTES)),
    ]


if __name__ == "__main__":
    run(measure)
