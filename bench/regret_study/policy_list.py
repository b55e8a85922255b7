"""The compared policies by name."""

from collections.abc import Mapping

from bench.regret_study.environment import Policy
from bench.regret_study.libraries import mabwiser_lints, mabwiser_pooled, mabwiser_thompson, river_thompson
from bench.regret_study.policies import after_untouched, epsilon_greedy, ours, uniform
from bench.regret_study.scenarios import Scenario

OURS = "ours"
POOLED = "mabwiser-ts-pooled"
PER_SEGMENT = ("mabwiser-ts", "river-ts")
LIBRARIES = (*PER_SEGMENT, POOLED, "lints")

POLICIES: Mapping[str, Policy] = {
    "uniform": uniform,
    "winner-after-50": after_untouched,
    "epsilon-greedy": epsilon_greedy,
    "mabwiser-ts": mabwiser_thompson,
    POOLED: mabwiser_pooled,
    "river-ts": river_thompson,
    "lints": mabwiser_lints,
    OURS: ours,
}


def enters(policy: str, scenario: Scenario) -> bool:
    """Return whether a policy runs in a scenario. Pooling over a single segment would change nothing."""
    return policy != POOLED or scenario.segmented
