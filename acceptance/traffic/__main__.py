"""`python -m acceptance.traffic`: send clicks and conversions to the local stack and count them in a ledger.

With --check, compare the reports with the ledger, and the archive with both, and print the differences. The exit code
is 1 if there are any.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from acceptance.traffic import archive_check, report_check, run, summary
from acceptance.traffic.run import RunOptions
from deploy import cloud
from deploy.errors import CommandError
from local import up

_INTERRUPTED = 130
_MAX_PRINTED = 40


def main() -> int:
    """Send the traffic and return the exit code. Print errors and differences."""
    arguments = _arguments()
    options = RunOptions(
        clicks=arguments.clicks,
        conversions=arguments.conversions,
        rate=arguments.rate,
        seed=arguments.seed,
        publishers=arguments.publishers,
        concurrency=arguments.concurrency,
    )
    try:
        return _send(options, out=arguments.out, checks_reports=arguments.check)
    except CommandError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: The stack does not respond ({error}). Start it with `make up`.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="acceptance.traffic", description=__doc__)
    defaults = RunOptions()
    parser.add_argument("--clicks", type=_at_least(1), default=defaults.clicks, help="clicks through the redirect")
    parser.add_argument("--conversions", type=_at_least(0), default=defaults.conversions, help="distinct conversions")
    parser.add_argument("--rate", type=_rate, default=defaults.rate, help="clicks per second; 0: no limit")
    parser.add_argument(
        "--seed", type=int, default=defaults.seed, help="the same seed draws the same traffic, except for IDs"
    )
    parser.add_argument("--publishers", type=_at_least(1), default=defaults.publishers)
    parser.add_argument("--concurrency", type=_at_least(1), default=defaults.concurrency, help="concurrent requests")
    parser.add_argument("--out", type=Path, help="write all requests and the ledger to this JSON file")
    parser.add_argument("--check", action="store_true", help="compare reports and archive with the ledger")
    return parser.parse_args()


def _at_least(minimum: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        value = int(text)
        if value < minimum:
            message = f"must be {minimum} or more"
            raise argparse.ArgumentTypeError(message)
        return value

    return parse


def _rate(text: str) -> float:
    value = float(text)
    if not 0 <= value < float("inf"):
        message = "must be 0 or more"
        raise argparse.ArgumentTypeError(message)
    return value


def _send(options: RunOptions, *, out: Path | None, checks_reports: bool) -> int:
    running = up.running_stack()
    sent = run.send(running, options)
    print(summary.format_table(sent))
    if out:
        summary.write(out, options, sent)
    differences = _compare(running, sent) if checks_reports else sent.unexpected_results()
    for difference in differences[:_MAX_PRINTED]:
        print(difference)
    if len(differences) > _MAX_PRINTED:
        print(f"… and {len(differences) - _MAX_PRINTED} more")
    if checks_reports:
        print(f"{len(differences)} differences between the reports, the archive and the ledger")
    return 1 if differences else 0


def _compare(running: up.Running, sent: run.Sent) -> list[str]:
    return [*report_check.check(running, sent), *archive_check.check(cloud.local(), running, sent)]


if __name__ == "__main__":
    sys.exit(main())
