"""The nouns of the platform: frozen dataclasses that know only themselves."""

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain.campaign import Campaign
from chalicelib.domain.targeting import Targeting


class SmartlinkStatus(StrEnum):
    """A paused smartlink sends every click to its fallback URL; a deleted one is known only to old clicks."""

    ACTIVE = "active"
    PAUSED = "paused"
    DELETED = "deleted"


class Visibility(StrEnum):
    """Who finds a smartlink: everyone after asking, everyone at once, or those put on it."""

    ASK = "ask"
    PUBLIC = "public"
    PRIVATE = "private"


class Rotation(StrEnum):
    """By the admin's weights, or by what the system has learned."""

    WEIGHTED = "weighted"
    OPTIMIZED = "optimized"


class OptimizationGoal(StrEnum):
    """What auto-optimize maximises."""

    EPC = "epc"
    PROFIT = "profit"
    REVENUE = "revenue"
    CONVERSION_RATE = "conversion_rate"

    @property
    def counts_money(self) -> bool:
        """Whether it compares offers by money, so that they must pay in one currency."""
        return self is not OptimizationGoal.CONVERSION_RATE


class OfferAccess(StrEnum):
    """Whether approval for the pool covers all its offers, or each needs an approval of its own."""

    GRANT = "grant"
    RESPECT = "respect"


class PoolChangePolicy(StrEnum):
    """Whether an edit keeps what was learned of the offers that stay."""

    KEEP = "keep"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Offer:
    """A campaign's seat in one pool. `targeting` is the campaign's and the seat's own, both at once."""

    campaign: Campaign
    weight: int = 1
    priority: int = 0
    enabled: bool = True
    targeting: Targeting = Targeting()
