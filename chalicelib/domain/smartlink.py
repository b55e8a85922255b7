"""The settings of a smartlink, and its offers."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, assert_never

from chalicelib.domain.campaign import Campaign
from chalicelib.domain.targeting import Targeting


class SmartlinkStatus(StrEnum):
    """Status of a smartlink. A paused one sends every click to its fallback URL; a deleted one has no links."""

    ACTIVE = "active"
    PAUSED = "paused"
    DELETED = "deleted"


class VersionAction(StrEnum):
    """What made a version of a smartlink. An `earlier` one is of a release that kept none: its author is not known."""

    CREATED = "created"
    CLONED = "cloned"
    EDITED = "edited"
    PAUSED = "paused"
    RESUMED = "resumed"
    RESTORED = "restored"
    DELETED = "deleted"
    EARLIER = "earlier"


class Visibility(StrEnum):
    """Who may join a smartlink: publishers after approval, any publisher at once, or only those that an admin adds."""

    ASK = "ask"
    PUBLIC = "public"
    PRIVATE = "private"


class Rotation(StrEnum):
    """Whether clicks are shared by the configured or by learned weights."""

    WEIGHTED = "weighted"
    OPTIMIZED = "optimized"


class Objective(NamedTuple):
    """What a goal maximizes, per click: the sum of conversions, payout and revenue, each times its factor.

    `verb` begins a sentence on the difference between two arms: "Optimized clicks {verb} 1.00 USD more per click".
    """

    verb: str
    conversions: int = 0
    payout: int = 0
    revenue: int = 0


class OptimizationGoal(StrEnum):
    """What learned weights maximize."""

    EPC = "epc"
    PROFIT = "profit"
    REVENUE = "revenue"
    CONVERSION_RATE = "conversion_rate"

    @property
    def objective(self) -> Objective:
        """What the goal maximizes. Everything else about a goal follows from this."""
        match self:
            case OptimizationGoal.EPC:
                return Objective("pay publishers", payout=1)
            case OptimizationGoal.PROFIT:
                return Objective("bring profit of", payout=-1, revenue=1)
            case OptimizationGoal.REVENUE:
                return Objective("bring revenue of", revenue=1)
            case OptimizationGoal.CONVERSION_RATE:
                return Objective("bring", conversions=1)
            case _:
                assert_never(self)

    @property
    def counts_money(self) -> bool:
        """Whether the goal compares amounts of money, so that all offers must use one currency."""
        return not self.objective.conversions

    @property
    def allows_payout_floor(self) -> bool:
        """Whether a floor on what publishers earn per click applies: the goal weighs the network's revenue."""
        return bool(self.objective.revenue)


class OfferAccess(StrEnum):
    """Whether approval for a smartlink covers all its offers, or each offer needs its own approval."""

    GRANT = "grant"
    RESPECT = "respect"


class PoolChangePolicy(StrEnum):
    """Whether the learned weights are kept or reset when offers are added or removed. Other edits keep them."""

    KEEP = "keep"
    RESET = "reset"


WEIGHT_PARTS = 1000
"""Parts of a weight of 1: weights have up to 3 decimal places."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A campaign as an offer of one smartlink. `targeting` is the intersection of its own and the campaign's.

    `landing_page` replaces the campaign's destination. `parts` are the thousandths of the weight: clicks are shared by
    whole numbers, so that weights of 0.3 and 0.1 share exactly as 3 and 1 do.
    """

    campaign: Campaign
    weight: float = 1
    priority: int = 0
    enabled: bool = True
    targeting: Targeting = Targeting()
    landing_page: str | None = None
    parts: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compute the parts once: each click sums them."""
        object.__setattr__(self, "parts", round(self.weight * WEIGHT_PARTS))

    @property
    def destination_url(self) -> str:
        """The URL of its clicks, with macros."""
        return self.landing_page or self.campaign.destination_url
