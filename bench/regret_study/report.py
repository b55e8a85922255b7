"""What the comparison says, as a table of regrets and as data."""

import json
from collections.abc import Iterable, Iterator, Sequence
from statistics import fmean

from bench.regret_study.comparison import PolicyResult, Results
from bench.regret_study.lai_robbins_bound import equal_weights_lose, lai_robbins
from bench.regret_study.policy_list import POLICIES
from bench.regret_study.reference import REFERENCES
from bench.regret_study.scenarios import SCENARIOS
from bench.regret_study.verdicts import TargetVerdict, everywhere, mean, verdicts

_INTRODUCTION = """\
`python -m bench.regret --seeds {seeds} --first-seed {first}`. Regret in per cent of what an oracle would have earned:
mean ± standard error over the seeds. EB-IMED and best library are the figures to compare with, measured elsewhere over
50 seeds. Bound: the least possible as clicks go to infinity, by Lai and Robbins, where nothing changes; a good policy
may be below it while conversions are few. * More than equal weights lose: so few clicks that it says nothing."""


def document(results: Results) -> str:
    """The whole report, in Markdown."""
    seeds = _seeds(results)
    parts = ["# Regret", _INTRODUCTION.format(seeds=len(seeds), first=min(seeds)), _table(_rows(results))]
    judged = list(verdicts(results))
    if judged:
        parts += ["## What it must show", _table(_judged(judged))]
    return "\n\n".join(parts) + "\n"


def data(results: Results) -> str:
    """Every game's regret in the order of the seeds, and the seconds of CPU, as JSON."""
    rows = {
        name: {policy: {"regret": each.rounded, "seconds": round(each.seconds, 1)} for policy, each in row.items()}
        for name, row in results.items()
    }
    return json.dumps({"seeds": _seeds(results), "scenarios": rows}) + "\n"


def _rows(results: Results) -> Iterator[list[str]]:
    policies = [policy for policy in POLICIES if any(policy in row for row in results.values())]
    yield ["scenario", *policies, "EB-IMED", "best library", "bound"]
    yield ["---", *["---:"] * (len(policies) + 3)]
    for name, row in results.items():
        known = (_number(REFERENCES[name].eb_imed), _number(REFERENCES[name].library))
        yield [name, *(_cell(row.get(policy)) for policy in policies), *known, _bound(name, _seeds(results))]
    means = [mean(results, policy) if everywhere(results, policy) else None for policy in policies]
    imed, library = (fmean(getattr(REFERENCES[name], each) for name in results) for each in ("eb_imed", "library"))
    yield ["mean", *map(_number, [*means, imed, library, None])]


def _judged(judged: Sequence[TargetVerdict]) -> Iterator[list[str]]:
    yield ["claim", "measured", "limit", "± two standard errors", "kept"]
    yield ["---", "---:", "---:", "---:", "---"]
    for each in judged:
        yield [each.claim, f"{each.figure:.2f}", f"{each.limit:.2f}", _number(each.noise or None, 2), each.kept]


def _bound(name: str, seeds: Sequence[int]) -> str:
    truths = [SCENARIOS[name].truth(seed) for seed in seeds]
    bounds = [lai_robbins(truth, SCENARIOS[name].clicks) for truth in truths]
    known = [bound for bound in bounds if bound is not None]
    if not known:
        return ""
    says_nothing = fmean(known) > fmean(map(equal_weights_lose, truths))
    return f"{fmean(known):.1f}{'*' if says_nothing else ''}"


def _cell(result: PolicyResult | None) -> str:
    return f"{result.mean:.1f} ± {result.error:.1f}" if result else ""


def _number(figure: float | None, digits: int = 1) -> str:
    return "" if figure is None else f"{figure:.{digits}f}"


def _table(rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _seeds(results: Results) -> list[int]:
    """The seeds that were played, in order."""
    return sorted({game.seed for row in results.values() for each in row.values() for game in each.games})
