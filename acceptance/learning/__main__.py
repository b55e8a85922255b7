"""`python -m acceptance.learning`: proves on the stack on this machine that an optimized smartlink learns.

It sends clicks of two segments whose best offers differ, lets the deployed learning run five times, and holds what
became of it against what only the traffic maker knows. 1 where a claim does not hold. With honest luck the uplift's
interval misses the truth once in some thirty times, by its nature; --even leaves luck out.
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
    """Prove what was ordered; 0 where every claim holds."""
    order = _order()
    try:
        return _shown(up.running_stack(), order)
    except CommandError as stop:
        print(f"error: {stop}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: the stack does not answer ({error}): make up starts it", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED


def _order() -> ScenarioOptions:
    usual = ScenarioOptions()
    parser = argparse.ArgumentParser(prog="acceptance.learning", description=__doc__)
    parser.add_argument("--first", type=_positive, default=usual.first, help="clicks before the first run")
    parser.add_argument("--between", type=_positive, default=usual.between, help="clicks between two runs")
    parser.add_argument("--last", type=_positive, default=usual.last, help="clicks after the fifth run")
    parser.add_argument("--holdout", type=int, choices=range(1, 91), default=usual.holdout_percent, metavar="PERCENT")
    parser.add_argument("--seed", type=int, default=usual.seed, help="of visitors and conversions; click IDs differ")
    parser.add_argument("--concurrency", type=_positive, default=usual.threads, help="calls at a time")
    parser.add_argument("--even", action="store_true", help="as many conversions as are to be expected, without luck")
    given = parser.parse_args()
    return ScenarioOptions(
        first=given.first,
        between=given.between,
        last=given.last,
        seed=given.seed,
        holdout_percent=given.holdout,
        threads=given.concurrency,
        even=given.even,
    )


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        message = "must be 1 or more"
        raise argparse.ArgumentTypeError(message)
    return value


def _shown(running: Running, order: ScenarioOptions) -> int:
    """Print everything as it is found; how many claims do not hold decides."""
    began, findings = time.monotonic(), list[Finding]()
    for each in prove(running, order):
        print(line(each) if isinstance(each, Finding) else each, flush=True)
        findings += [each] if isinstance(each, Finding) else []
    wrong = sum(not finding.holds for finding in findings)
    print(f"{len(findings) - wrong} of {len(findings)} claims hold ({time.monotonic() - began:.0f} s)")
    return 1 if wrong else 0


def line(finding: Finding) -> str:
    """A finding as people read it."""
    return f"{'holds' if finding.holds else 'FAILS'}  {finding.claim}: {finding.figures}"


if __name__ == "__main__":
    sys.exit(main())
