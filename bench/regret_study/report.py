"""The report of the comparison: a table of regrets, and data as JSON."""

import json
from collections.abc import Iterable, Iterator, Sequence
from statistics import fmean

from bench.regret_study.comparison import PolicyResult, StudyResults
from bench.regret_study.lai_robbins_bound import equal_weights_regret, lai_robbins
from bench.regret_study.policy_list import POLICIES
from bench.regret_study.reference import REFERENCES
from bench.regret_study.scenarios import SCENARIOS
from bench.regret_study.verdicts import TargetVerdict, everywhere, mean, verdicts

_INTRODUCTION = """\
`python -m bench.regret --seeds {seeds} --first-seed {first}`. Regret in per cent of what an oracle would have earned:
mean ± standard error over the seeds. EB-IMED and best library are reference figures from another study over 50 seeds.
Bound: the minimum of Lai and Robbins for stationary pools as clicks go to infinity; a good policy may be below it while
conversions are few. * The bound exceeds the regret of equal weights: there are too few clicks for it to apply."""


def document(results: StudyResults) -> str:
    """Return the report in Markdown."""
    seeds = _seeds(results)
    parts = ["# Regret", _INTRODUCTION.format(seeds=len(seeds), first=min(seeds)), _table(_rows(results))]
    target_verdicts = list(verdicts(results))
    if target_verdicts:
        parts += ["## What it must show", _table(_verdict_rows(target_verdicts))]
    return "\n\n".join(parts) + "\n"


def data(results: StudyResults) -> str:
    """Return every game's regret in the order of seeds, and the CPU seconds, as JSON."""
    rows = {
        name: {
            policy: {"regret": result.rounded, "seconds": round(result.seconds, 1)} for policy, result in row.items()
        }
        for name, row in results.items()
    }
    return json.dumps({"seeds": _seeds(results), "scenarios": rows}) + "\n"


def _rows(results: StudyResults) -> Iterator[list[str]]:
    policies = [policy for policy in POLICIES if any(policy in row for row in results.values())]
    yield ["scenario", *policies, "EB-IMED", "best library", "bound"]
    yield ["---", *["---:"] * (len(policies) + 3)]
    for name, row in results.items():
        reference = (_number(REFERENCES[name].eb_imed), _number(REFERENCES[name].library))
        yield [name, *(_cell(row.get(policy)) for policy in policies), *reference, _bound(name, _seeds(results))]
    means = [mean(results, policy) if everywhere(results, policy) else None for policy in policies]
    imed, library = (fmean(getattr(REFERENCES[name], column) for name in results) for column in ("eb_imed", "library"))
    yield ["mean", *map(_number, [*means, imed, library, None])]


def _verdict_rows(target_verdicts: Sequence[TargetVerdict]) -> Iterator[list[str]]:
    yield ["claim", "measured", "limit", "± two standard errors", "kept"]
    yield ["---", "---:", "---:", "---:", "---"]
    for verdict in target_verdicts:
        figures = (f"{verdict.figure:.2f}", f"{verdict.limit:.2f}", _number(verdict.noise or None, 2))
        yield [verdict.claim, *figures, verdict.kept]


def _bound(name: str, seeds: Sequence[int]) -> str:
    truths = [SCENARIOS[name].truth(seed) for seed in seeds]
    bounds = [lai_robbins(truth, SCENARIOS[name].clicks) for truth in truths]
    finite = [bound for bound in bounds if bound is not None]
    if not finite:
        return ""
    is_void = fmean(finite) > fmean(map(equal_weights_regret, truths))
    return f"{fmean(finite):.1f}{'*' if is_void else ''}"


def _cell(result: PolicyResult | None) -> str:
    return f"{result.mean:.1f} ± {result.error:.1f}" if result else ""


def _number(figure: float | None, digits: int = 1) -> str:
    return "" if figure is None else f"{figure:.{digits}f}"


def _table(rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _seeds(results: StudyResults) -> list[int]:
    """Return the played seeds in order."""
    return sorted({game.seed for row in results.values() for result in row.values() for game in result.games})
