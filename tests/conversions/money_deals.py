"""Campaigns, goals, clicks and reports of the money model, without any rule of booking.

Amounts are decimal strings, None for those that a report leaves out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any


def millionths(amount: str | Fraction) -> int:
    """Return an amount in millionths, rounded half to even."""
    return round(Fraction(amount) * 1_000_000)


@dataclass(frozen=True)
class Goal:
    """What a campaign pays for."""

    name: str
    payout: str = "0"
    revenue: str = "0"
    payout_percent: str = "0"
    revenue_percent: str = "0"
    counts: str = "every"

    def worth(self, fixed: str, percent: str, amount: str | None, said: str | None) -> int:
        """Return what the advertiser says, or else the fixed part and the percentage of the sale's amount."""
        if said is not None:
            return millionths(said)
        return millionths(Fraction(fixed) + Fraction(percent) * Fraction(amount or 0) / 100)

    @property
    def document(self) -> dict[str, Any]:
        """The goal's amounts as the API takes them."""
        names = ("payout", "revenue", "payout_percent", "revenue_percent", "counts")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Deal:
    """A campaign at one time. A cap is metric, window and scope."""

    id: str
    currency: str
    tracking: str = "postback"
    approval: str = "auto"
    approve_after_days: int | None = None
    default: Goal = Goal("default")
    goals: tuple[Goal, ...] = ()
    max_payout: str | None = None
    caps: tuple[tuple[str, str, str], ...] = ()
    window_days: int = 30

    def goal_of(self, event: str | None) -> Goal | None:
        """Return the goal of an event. If the campaign has no named goals, every event reaches the goal `default`."""
        if event in (None, "", "default") or not self.goals:
            return self.default
        return next((goal for goal in self.goals if goal.name == event), None)

    @property
    def document(self) -> dict[str, Any]:
        """The campaign's settings as the API takes them."""
        return {
            **self.default.document,
            "currency": self.currency,
            "tracking": self.tracking,
            "approval": self.approval,
            "approve_after_days": self.approve_after_days,
            "goals": [{"name": goal.name, **goal.document} for goal in self.goals],
            "max_payout": self.max_payout,
            "caps": [
                {"metric": metric, "window": window, "scope": scope, "limit": "1000000"}
                for metric, window, scope in self.caps
            ],
            "attribution_window_days": self.window_days,
        }


@dataclass(frozen=True)
class Visit:
    """A click, with the campaign as it was at that time."""

    id: str
    publisher_id: str
    at: datetime
    deal: Deal

    def is_open_at(self, now: datetime) -> bool:
        """Return whether a new conversion is within the attribution window."""
        return now - self.at <= timedelta(days=self.deal.window_days)


@dataclass(frozen=True)
class Report:
    """What a pixel, a postback or a row of an import says."""

    visit: Visit
    event: str | None = None
    txid: str | None = None
    amount: str | None = None
    payout: str | None = None
    revenue: str | None = None
    status: str | None = None

    @property
    def name(self) -> str:
        """The transaction ID; empty if there is none."""
        return self.txid or ""
