"""`python -m acceptance.learning`: prove on the local stack that the optimizer finds the best offers.

It sends clicks of two segments with different best offers, runs the deployed optimizer five times, and compares the
results with the true conversion rates, which only this program has. The exit code is 1 if a claim fails. With random
draws the interval of the uplift misses the true value about once in thirty runs; use --even to avoid that.
"""

import argparse
import sys
import time

from acceptance.learning.findings import Finding
from acceptance.learning.scenario import ScenarioOptions, prove
from deploy.errors import CommandError
from local import up
from local.up import Running

_INTERRUPTED = 130


def main() -> int:
    """Run the proof and return the exit code: 0 if every claim holds."""
    options = _options()
    try:
        return _run(up.running_stack(), options)
    except CommandError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: The stack does not respond ({error}). Start it with `make up`.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED


def _options() -> ScenarioOptions:
    defaults = ScenarioOptions()
    parser = argparse.ArgumentParser(prog="acceptance.learning", description=__doc__)
    parser.add_argument("--first", type=_positive, default=defaults.first, help="clicks before the first run")
    parser.add_argument("--between", type=_positive, default=defaults.between, help="clicks between consecutive runs")
    parser.add_argument("--last", type=_positive, default=defaults.last, help="clicks after the fifth run")
    parser.add_argument(
        "--holdout", type=int, choices=range(1, 91), default=defaults.holdout_percent, metavar="PERCENT"
    )
    parser.add_argument(
        "--seed", type=int, default=defaults.seed, help="seed of visitors and conversions; click IDs always differ"
    )
    parser.add_argument("--concurrency", type=_positive, default=defaults.threads, help="concurrent requests")
    parser.add_argument("--even", action="store_true", help="use expected conversion counts instead of random draws")
    arguments = parser.parse_args()
    return ScenarioOptions(
        first=arguments.first,
        between=arguments.between,
        last=arguments.last,
        seed=arguments.seed,
        holdout_percent=arguments.holdout,
        threads=arguments.concurrency,
        even=arguments.even,
    )


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        message = "must be 1 or more"
        raise argparse.ArgumentTypeError(message)
    return value


def _run(running: Running, options: ScenarioOptions) -> int:
    """Run the proof, print each finding at once, and return 1 if a claim fails."""
    start, findings = time.monotonic(), list[Finding]()
    for result in prove(running, options):
        print(line(result) if isinstance(result, Finding) else result, flush=True)
        findings += [result] if isinstance(result, Finding) else []
    failed = sum(not finding.holds for finding in findings)
    print(f"{len(findings) - failed} of {len(findings)} claims hold ({time.monotonic() - start:.0f} s)")
    return 1 if failed else 0


def line(finding: Finding) -> str:
    """Return a finding as one line of text."""
    return f"{'holds' if finding.holds else 'FAILS'}  {finding.claim}: {finding.figures}"


if __name__ == "__main__":
    sys.exit(main())
