"""`python -m acceptance.traffic`: sends clicks and conversions to the stack on this machine and keeps its own books.

With --check it then reads the reports and says where they differ from the books; 1 where they do.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from acceptance.traffic import report_check, run, summary
from acceptance.traffic.run import RunOptions
from deploy.errors import CommandError
from local import up

_INTERRUPTED = 130
_SHOWN = 40


def main() -> int:
    """Send what was ordered; 0, or not 0 after lines that say why."""
    given = _arguments()
    order = RunOptions(
        clicks=given.clicks,
        conversions=given.conversions,
        rate=given.rate,
        seed=given.seed,
        publishers=given.publishers,
        concurrency=given.concurrency,
    )
    try:
        return _made(order, out=given.out, checked=given.check)
    except CommandError as stop:
        print(f"error: {stop}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: the stack does not answer ({error}): make up starts it", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="acceptance.traffic", description=__doc__)
    usual = RunOptions()
    parser.add_argument("--clicks", type=_at_least(1), default=usual.clicks, help="through the redirect")
    parser.add_argument("--conversions", type=_at_least(0), default=usual.conversions, help="different ones")
    parser.add_argument("--rate", type=_rate, default=usual.rate, help="clicks a second; 0: as fast as they go")
    parser.add_argument("--seed", type=int, default=usual.seed, help="the same draws the same traffic, IDs apart")
    parser.add_argument("--publishers", type=_at_least(1), default=usual.publishers)
    parser.add_argument("--concurrency", type=_at_least(1), default=usual.concurrency, help="calls at a time")
    parser.add_argument("--out", type=Path, help="write everything that was sent to this JSON file")
    parser.add_argument("--check", action="store_true", help="compare the reports with what was sent")
    return parser.parse_args()


def _at_least(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if value < least:
            message = f"must be {least} or more"
            raise argparse.ArgumentTypeError(message)
        return value

    return number


def _rate(text: str) -> float:
    value = float(text)
    if not 0 <= value < float("inf"):
        message = "must be 0 or more"
        raise argparse.ArgumentTypeError(message)
    return value


def _made(order: RunOptions, *, out: Path | None, checked: bool) -> int:
    running = up.running_stack()
    sent = run.send(running, order)
    print(summary.table(sent))
    if out:
        summary.write(out, order, sent)
    found = report_check.check(running, sent) if checked else sent.complaints()
    for each in found[:_SHOWN]:
        print(each)
    if len(found) > _SHOWN:
        print(f"… and {len(found) - _SHOWN} more")
    if checked:
        print(f"{len(found)} differences between the reports and what was sent")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
