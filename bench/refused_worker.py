"""A process that serves clicks while its table and its queue fail, one after the other.

It reads lines of JSON from standard input, the first with the code of a link, the others with a number of clicks. For
each it prints a line of JSON: the milliseconds of each click, and the click IDs of its lines `CLICK_NOT_WRITTEN`.
"""

import io
import json
import sys
import time
from collections.abc import Iterator
from contextlib import redirect_stderr
from typing import Any

from bench.serving.event import Event, event, visits

_LINE = "CLICK_NOT_WRITTEN "
_REDIRECT = 302


def serve(app: Any, arrivals: Iterator[Event], clicks: int) -> dict[str, list[Any]]:  # noqa: ANN401 - Chalice's
    """Serve clicks and return their milliseconds, and the IDs of clicks that were only printed."""
    waits, printed = [], io.StringIO()
    with redirect_stderr(printed):
        for _ in range(clicks):
            arrival = next(arrivals)
            start = time.perf_counter()
            response = app(arrival, None)
            waits.append((time.perf_counter() - start) * 1000)
            if response["statusCode"] != _REDIRECT:
                message = f"A click returned {response['statusCode']} instead of a 302: {printed.getvalue()}"
                raise SystemExit(message)
    lines = [line.removeprefix(_LINE) for line in printed.getvalue().splitlines() if line.startswith(_LINE)]
    return {"waits": waits, "lines": [json.loads(line)["click_id"]["S"] for line in lines]}


def main() -> None:
    """Serve until standard input ends."""
    configuration = json.loads(sys.stdin.readline())
    from app import app  # noqa: PLC0415 - reads the environment when imported

    arrivals = map(event, visits(configuration["code"], configuration["seed"]))
    for line in sys.stdin:
        print(json.dumps(serve(app, arrivals, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
