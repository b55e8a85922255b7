"""The uplift in one plain sentence."""

from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.evaluation.reward import decimal_string
from chalicelib.evaluation.uplift.estimator import ENOUGH_CONVERSIONS, Count, UpliftInterval

_NAMES = ("the optimized arm", "the hold-out")
_SURE = "with 95 % confidence"
_EARN = {
    OptimizationGoal.EPC: "pay publishers",
    OptimizationGoal.REVENUE: "bring revenue of",
    OptimizationGoal.PROFIT: "bring profit of",
    OptimizationGoal.CONVERSION_RATE: "bring",
}


def is_enough(optimized: Count, holdout: Count) -> bool:
    """Whether both arms converted often enough to be compared."""
    return min(optimized.conversions, holdout.conversions) >= ENOUGH_CONVERSIONS


def too_little(optimized: Count, holdout: Count) -> str:
    """What is missing for a comparison."""
    if not optimized.clicks and not holdout.clicks:
        return "There is nothing to compare: in this time no click was in either arm."
    few = [(name, count) for name, count in zip(_NAMES, (optimized, holdout), strict=True) if not _converts(count)]
    told = " and ".join(f"{name} has {_conversions(count.conversions)}" for name, count in few)
    return f"Too little data: {told}; {ENOUGH_CONVERSIONS} in each arm are needed."


def _converts(count: Count) -> bool:
    return count.conversions >= ENOUGH_CONVERSIONS


def _conversions(count: int) -> str:
    return f"{count} conversion{'' if count == 1 else 's'}"


def compared(interval: UpliftInterval, goal: OptimizationGoal, currency: str | None) -> str:
    """What the interval of the difference (in millionths) says, money in `currency`."""
    low, high = interval
    unit = "conversions" if goal is OptimizationGoal.CONVERSION_RATE else currency or ""
    less, more = f"{decimal_string(abs(low))} {unit}", f"{decimal_string(abs(high))} {unit}"
    if low > 0:
        return f"Optimized clicks {_EARN[goal]} between {less} and {more} more per click, {_SURE}."
    if high < 0:
        return f"Optimized clicks {_EARN[goal]} between {more} and {less} less per click, {_SURE}."
    span = f"between {less} less and {more} more per click"
    return f"No difference is proved: optimized clicks {_EARN[goal]} {span}, {_SURE}."
