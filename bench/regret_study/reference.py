"""Regret in per cent in the published comparison from which the method was taken.

Means over 50 seeds; with segments, over 12.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reference:
    """Regret of EB-IMED, of Thompson sampling times payout per segment, and of LinTS."""

    eb_imed: float
    thompson: float
    lints: float | None

    @property
    def library(self) -> float:
        """Regret of the better library."""
        return self.thompson if self.lints is None else min(self.thompson, self.lints)


REFERENCES: Mapping[str, Reference] = {
    "near-equal": Reference(1.5, 1.3, 1.6),
    "inverse-payout": Reference(6.6, 9.3, 7.9),
    "one-star": Reference(6.5, 14.0, 9.9),
    "twelve-segments": Reference(10.0, 13.9, 13.6),
    "fifty-thin": Reference(11.7, 33.7, None),
    "winner-changes": Reference(9.2, 19.0, 18.8),
    "random-walk": Reference(6.2, 8.1, 6.6),
    "late": Reference(12.8, 24.4, 27.7),
    "heavy-tails": Reference(9.6, 10.2, 6.5),
    "daily-caps": Reference(3.0, 3.6, 2.9),
    "new-offer": Reference(3.9, 5.8, 4.5),
    "tiny": Reference(38.3, 38.7, 29.8),
    "big": Reference(1.1, 1.2, 1.4),
    "negative-margin": Reference(4.5, 4.8, 10.7),
    "equal-cr": Reference(2.7, 1.7, 16.9),
}
