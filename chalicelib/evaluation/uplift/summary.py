"""Uplift summarized in one sentence."""

from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.evaluation.reward import decimal_string
from chalicelib.evaluation.uplift.estimator import MIN_CONVERSIONS, Count, UpliftInterval

_ARM_NAMES = ("the optimized arm", "the hold-out")
_CONFIDENCE = "with 95 % confidence"


def has_enough_data(optimized: Count, holdout: Count) -> bool:
    """Return whether both arms have enough conversions for a comparison."""
    return min(optimized.conversions, holdout.conversions) >= MIN_CONVERSIONS


def describe_missing_data(optimized: Count, holdout: Count) -> str:
    """Return a sentence on the data that is missing for a comparison."""
    if not optimized.clicks and not holdout.clicks:
        return "No data: neither arm received a click in this range."
    arms = zip(_ARM_NAMES, (optimized, holdout), strict=True)
    short = [(name, count.conversions) for name, count in arms if count.conversions < MIN_CONVERSIONS]
    clauses = " and ".join(f"{name} has {_conversions(number)}" for name, number in short)
    return f"Not enough data: {clauses}. Each arm needs at least {MIN_CONVERSIONS}."


def _conversions(number: int) -> str:
    return f"{number} conversion{'' if number == 1 else 's'}"


def describe_difference(interval: UpliftInterval, goal: OptimizationGoal, currency: str | None) -> str:
    """Return a sentence on the interval of the difference (in millionths); amounts are in `currency`."""
    low, high = interval
    verb = goal.objective.verb
    unit = (currency or "") if goal.counts_money else "conversions"
    low_text, high_text = f"{decimal_string(abs(low))} {unit}", f"{decimal_string(abs(high))} {unit}"
    if low > 0:
        return f"Optimized clicks {verb} between {low_text} and {high_text} more per click, {_CONFIDENCE}."
    if high < 0:
        return f"Optimized clicks {verb} between {high_text} and {low_text} less per click, {_CONFIDENCE}."
    span = f"between {low_text} less and {high_text} more per click"
    return f"No significant difference: optimized clicks {verb} {span}, {_CONFIDENCE}."
