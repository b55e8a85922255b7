"""The acceptance figures of the optimizer, each with its limit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import fmean

from bench.regret_study.comparison import PolicyResult, StudyResults
from bench.regret_study.policy_list import LIBRARIES, OURS, PER_SEGMENT, POOLED
from bench.regret_study.reference import REFERENCES

_NOISE = 2
"""Tolerance of a mean in standard errors."""

_LATE, _THIN = "late", "fifty-thin"
_BETTER = ("tiny", "heavy-tails")


@dataclass(frozen=True, slots=True)
class TargetVerdict:
    """A figure, its limit, and the tolerance for random variation between seeds."""

    claim: str
    figure: float
    limit: float
    noise: float = 0.0

    @property
    def kept(self) -> str:
        """Whether the figure is within its limit: yes, no, or within noise."""
        if self.figure <= self.limit:
            return "yes"
        return "within noise" if self.figure - self.noise <= self.limit else "no"


def verdicts(results: StudyResults) -> Iterator[TargetVerdict]:
    """Yield the verdicts that these results allow: scenarios in which ours and the libraries ran."""
    rows = {name: row for name, row in results.items() if {OURS, *LIBRARIES} - {POOLED} <= row.keys()}
    if rows:
        yield from _averages(rows)
    if _LATE in rows:
        yield TargetVerdict("late ÷ better library", rows[_LATE][OURS].mean / _better(rows[_LATE]), 0.55)
    if _THIN in rows:
        separate = min(rows[_THIN][name].mean for name in PER_SEGMENT)
        yield TargetVerdict("fifty thin ÷ Thompson sampling per segment", rows[_THIN][OURS].mean / separate, 0.40)
    yield from _against_reference({name: row[OURS] for name, row in results.items() if OURS in row})


def mean(results: StudyResults, policy: str) -> float:
    """Return a policy's mean over the scenarios. With one segment, the pooled policy is the per-segment one."""
    return fmean(_entry(row, policy).mean for row in results.values())


def everywhere(results: StudyResults, policy: str) -> bool:
    """Return whether a policy ran in every scenario."""
    return all(policy in row or (policy == POOLED and PER_SEGMENT[0] in row) for row in results.values())


def _averages(rows: StudyResults) -> Iterator[TargetVerdict]:
    """Yield the mean relative to the better library, in two readings of "better"."""
    figure = mean(rows, OURS)
    yield TargetVerdict("mean ÷ better library of each scenario", figure / fmean(map(_better, rows.values())), 0.75)
    best = min(LIBRARIES, key=lambda policy: mean(rows, policy))
    yield TargetVerdict(f"mean ÷ library that is best on average ({best})", figure / mean(rows, best), 0.75)


def _against_reference(rows: Mapping[str, PolicyResult]) -> Iterator[TargetVerdict]:
    for name, result in rows.items():
        reference, factor = REFERENCES[name].eb_imed, 1.0 if name in _BETTER else 1.1
        noise = _NOISE * result.error / reference
        yield TargetVerdict(f"{name} ÷ EB-IMED", result.mean / reference, factor, noise)


def _better(row: Mapping[str, PolicyResult]) -> float:
    return min(row[policy].mean for policy in LIBRARIES if policy in row)


def _entry(row: Mapping[str, PolicyResult], policy: str) -> PolicyResult:
    return row[PER_SEGMENT[0]] if policy == POOLED and policy not in row else row[policy]
