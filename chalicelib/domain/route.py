"""The compiled smartlink that the redirect reads, its learned weights, and the links that lead to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.domain.campaign import Cap
from chalicelib.domain.smartlink import Offer, OfferAccess, Rotation


@dataclass(frozen=True, slots=True)
class LearnedWeights:
    """Learned weights: by segment (`US|mobile`, `US`, `*` for all visitors), then by campaign ID.

    They are 0 or more and sum to 1 within each priority tier. `version` is their time, in seconds since 1970.
    """

    version: int
    segments: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Route:
    """The compiled snapshot of a smartlink, or of one campaign for direct links.

    `offers` are sorted by descending priority. `fail_url` is the last fallback before `fallback_url`. In rotation
    `optimized` clicks use the `learned` weights, if any, and `holdout_percent` of them the offers' own weights.
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
    """A link of one publisher. `route_id` is the ID of a smartlink, or of a campaign for a direct link.

    `terms_version` is the version of the publisher's terms, None if they have none. `caps` are the caps that the terms
    set, by campaign ID: they replace the campaign's caps of scope `publisher`.
    """

    code: str
    publisher_id: str
    route_id: str
    publisher_active: bool = True
    terms_version: int | None = None
    caps: Mapping[str, tuple[Cap, ...]] = field(default_factory=dict)
