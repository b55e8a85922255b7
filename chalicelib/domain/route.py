"""The compiled smartlink that the redirect reads, and the links that point at it."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.smartlink import Offer, OfferAccess, Rotation


@dataclass(frozen=True, slots=True)
class LearnedWeights:
    """Weights that were learned of a pool: by segment (`US|mobile`, `US`, `*` for everyone), then by campaign ID.

    They are 0 or more and sum to 1 within each priority tier. `version` is when they were learned, in seconds
    since 1970.
    """

    version: int
    segments: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Route:
    """The compiled snapshot of a pool (or of one campaign, for direct links) that the redirect reads.

    `offers` stand by falling priority. `fail_url` is the last net before `fallback_url`. In rotation `optimized`
    clicks go by what was `learned`, where anything was, and `holdout_percent` of them by the offers' own weights.
    """

    id: str
    version: int
    offers: tuple[Offer, ...]
    active: bool = True
    access: OfferAccess = OfferAccess.GRANT
    catch_all: Offer | None = None
    fail_url: str | None = None
    fallback_url: str | None = None
    epoch: int = 1
    rotation: Rotation = Rotation.WEIGHTED
    holdout_percent: int = 0
    learned: LearnedWeights | None = None


@dataclass(frozen=True, slots=True)
class PublisherLink:
    """One publisher's own link: `route_id` is a smartlink's ID, or a campaign's for a direct link."""

    code: str
    publisher_id: str
    route_id: str
    publisher_active: bool = True
