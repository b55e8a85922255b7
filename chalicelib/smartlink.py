"""The nouns of the platform: frozen dataclasses that know only themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo


class Device(StrEnum):
    """The kinds of device that targeting knows; an iPad is a tablet."""

    MOBILE = "mobile"
    TABLET = "tablet"
    DESKTOP = "desktop"


class OperatingSystem(StrEnum):
    """The operating systems that targeting knows."""

    IOS = "ios"
    ANDROID = "android"
    WINDOWS = "windows"
    MACOS = "macos"
    LINUX = "linux"
    CHROMEOS = "chromeos"
    OTHER = "other"


class CampaignStatus(StrEnum):
    """Only an active campaign takes clicks; an archived one is gone for good."""

    ACTIVE = "active"
    PAUSED = "paused"
    ARCHIVED = "archived"


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


class Goal(StrEnum):
    """What auto-optimize maximises."""

    EPC = "epc"
    PROFIT = "profit"
    REVENUE = "revenue"
    CONVERSION_RATE = "conversion_rate"

    @property
    def counts_money(self) -> bool:
        """Whether it compares offers by money, so that they must pay in one currency."""
        return self is not Goal.CONVERSION_RATE


class OfferAccess(StrEnum):
    """Whether approval for the pool covers all its offers, or each needs an approval of its own."""

    GRANT = "grant"
    RESPECT = "respect"


class OnPoolChange(StrEnum):
    """Whether an edit keeps what was learned of the offers that stay."""

    KEEP = "keep"
    RESET = "reset"


class ApplicationStatus(StrEnum):
    """Where a publisher's request for a smartlink stands."""

    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"


class PublisherStatus(StrEnum):
    """The links of a suspended publisher fall back."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class CapMetric(StrEnum):
    """What a cap counts."""

    CLICKS = "clicks"
    CONVERSIONS = "conversions"
    PAYOUT = "payout"
    REVENUE = "revenue"


class CapWindow(StrEnum):
    """How long a cap counts before it starts again; a week starts on Monday."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    TOTAL = "total"


class CapScope(StrEnum):
    """Whether a cap counts everyone's clicks on the campaign, or each publisher's apart."""

    CAMPAIGN = "campaign"
    PUBLISHER = "publisher"


class DuplicateIdentity(StrEnum):
    """What makes two visits the same visitor."""

    IP_UA = "ip_ua"


class Refusal(StrEnum):
    """Why an offer may not take a click."""

    DISABLED = "disabled"
    CAMPAIGN_PAUSED = "campaign_paused"
    SCHEDULE = "schedule"
    NOT_APPROVED = "not_approved"
    COUNTRY = "country"
    REGION = "region"
    DEVICE = "device"
    OS = "os"
    BROWSER = "browser"
    LANGUAGE = "language"
    SOURCE = "source"
    BOT = "bot"
    DUPLICATE = "duplicate"
    CAP = "cap"
    LOWER_TIER = "lower_tier"


class Outcome(StrEnum):
    """Where a click went."""

    OFFER = "offer"
    CATCH_ALL = "catch_all"
    FAIL_URL = "fail_url"
    FALLBACK = "fallback"
    PAUSED = "paused"
    NO_OFFER = "no_offer"


class Arm(StrEnum):
    """Whose weights drew the offer."""

    WEIGHTED = "weighted"
    OPTIMIZED = "optimized"
    HOLDOUT = "holdout"


class ConversionStatus(StrEnum):
    """Only an approved conversion counts and is paid."""

    APPROVED = "approved"
    REJECTED = "rejected"


class NotificationKind(StrEnum):
    """What admins and publishers are told of."""

    APPLICATION_RECEIVED = "application_received"
    APPLICATION_DECIDED = "application_decided"
    LINK_LIVE = "link_live"
    POSTBACK_FAILING = "postback_failing"
    CAP_NEARLY_REACHED = "cap_nearly_reached"
    CAP_REACHED = "cap_reached"
    FALLBACK_SHARE = "fallback_share"
    POISON_RECORD = "poison_record"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who clicked, as far as it is known; `None` means unknown.

    `country` is ISO 3166-1 alpha-2, `region` ISO 3166-2, `language` a primary subtag.
    """

    country: str | None = None
    region: str | None = None
    city: str | None = None
    device: Device = Device.DESKTOP
    os: OperatingSystem = OperatingSystem.OTHER
    browser: str | None = None
    language: str | None = None
    address: str = ""
    user_agent: str = ""
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class Labels:
    """What the publisher wrote on the click: sub-IDs, source, their own ID, and the rest of the query.

    `query` holds the other parameters, already percent-encoded, as they ride along.
    """

    sub_ids: dict[str, str] = field(default_factory=dict)
    source: str | None = None
    external_click_id: str | None = None
    query: str = ""


@dataclass(frozen=True, slots=True)
class Targeting:
    """Which visitors are wanted. `None` means any; an empty set means nobody.

    `wants_everyone` follows from the rules: there are none.
    """

    countries: frozenset[str] | None = None
    exclude_countries: frozenset[str] = frozenset()
    regions: frozenset[str] | None = None
    devices: frozenset[str] | None = None
    os: frozenset[str] | None = None
    browsers: frozenset[str] | None = None
    languages: frozenset[str] | None = None
    sources: frozenset[str] | None = None
    exclude_sources: frozenset[str] = frozenset()
    exclude_bots: bool = False
    wants_everyone: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Looks once, for all the visitors to come, whether there is a rule."""
        included = (self.countries, self.regions, self.devices, self.os, self.browsers, self.languages, self.sources)
        excluded = self.exclude_countries or self.exclude_sources or self.exclude_bots
        object.__setattr__(self, "wants_everyone", included == _ANY and not excluded)

    def refusal(self, visitor: Visitor, source: str | None) -> Refusal | None:
        """Why this visitor is not wanted, or None. What is unknown matches no list at all."""
        # Every offer of every click comes here: the checks are written out, as calls would double their time.
        if visitor.country in self.exclude_countries:
            return _COUNTRY
        if self.countries is not None and visitor.country not in self.countries:
            return _COUNTRY
        if self.regions is not None and visitor.region not in self.regions:
            return _REGION
        if self.devices is not None and visitor.device not in self.devices:
            return _DEVICE
        if self.os is not None and visitor.os not in self.os:
            return _OS
        if self.browsers is not None and visitor.browser not in self.browsers:
            return _BROWSER
        if self.languages is not None and visitor.language not in self.languages:
            return _LANGUAGE
        if source in self.exclude_sources or (self.sources is not None and source not in self.sources):
            return _SOURCE
        return _BOT if self.exclude_bots and visitor.is_bot else None


_ANY = (None,) * 7
# Python 3.11 looks the member of an enumeration up in as much time as two of the checks take.
_COUNTRY, _REGION, _DEVICE, _OS = Refusal.COUNTRY, Refusal.REGION, Refusal.DEVICE, Refusal.OS
_BROWSER, _LANGUAGE, _SOURCE, _BOT = Refusal.BROWSER, Refusal.LANGUAGE, Refusal.SOURCE, Refusal.BOT


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a campaign runs. Empty `hours` (0-23) and `weekdays` (1 is Monday) mean any, in its time zone.

    `is_always` follows from the rules: there are none.
    """

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    timezone: str = "UTC"
    hours: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    is_always: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Looks once, for all the clicks to come, whether there is a rule."""
        rules = self.starts_at or self.ends_at or self.hours or self.weekdays
        object.__setattr__(self, "is_always", not rules)

    def is_open(self, now: datetime) -> bool:
        """Whether the campaign runs at `now` (aware); the end itself is outside."""
        if (self.starts_at and now < self.starts_at) or (self.ends_at and now >= self.ends_at):
            return False
        if not self.hours and not self.weekdays:
            return True
        hour, weekday = _hour_and_weekday(_minute(now), self.timezone)
        return (not self.hours or hour in self.hours) and (not self.weekdays or weekday in self.weekdays)


@lru_cache(maxsize=1)
def _minute(now: datetime) -> float:
    """Whole minutes since 1970; remembered because all the schedules of a pool ask for one moment."""
    return now.timestamp() // 60


@lru_cache(maxsize=1024)
def _hour_and_weekday(minute: float, timezone: str) -> tuple[int, int]:
    """Those of the zone, all through the minute: since 1972 every clock on Earth has jumped at whole minutes only."""
    local = datetime.fromtimestamp(minute * 60, ZoneInfo(timezone))
    return local.hour, local.isoweekday()


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `limit` of `metric` in each `window` of `timezone`, for all publishers or for each."""

    metric: CapMetric
    window: CapWindow
    limit: Decimal
    scope: CapScope = CapScope.CAMPAIGN
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class DuplicateFilter:
    """The same visitor counts once in `window_seconds`."""

    identity: DuplicateIdentity
    window_seconds: int


@dataclass(frozen=True, slots=True)
class Campaign:
    """An advertiser's deal, as the redirect reads it. Money is in `currency`'s main unit.

    A conversion counts up to `attribution_window_days` after its click.
    """

    id: str
    destination_url: str
    active: bool = True
    payout: Decimal = Decimal(0)
    revenue: Decimal = Decimal(0)
    currency: str = "USD"
    targeting: Targeting = Targeting()
    schedule: Schedule = Schedule()
    caps: tuple[Cap, ...] = ()
    duplicate_filter: DuplicateFilter | None = None
    fail_url: str | None = None
    attribution_window_days: int = 30


@dataclass(frozen=True, slots=True)
class Offer:
    """A campaign's seat in one pool. `targeting` is the campaign's and the seat's own, both at once."""

    campaign: Campaign
    weight: int = 1
    priority: int = 0
    enabled: bool = True
    targeting: Targeting = Targeting()


@dataclass(frozen=True, slots=True)
class Learned:
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
    learned: Learned | None = None


@dataclass(frozen=True, slots=True)
class PublisherLink:
    """One publisher's own link: `route_id` is a smartlink's ID, or a campaign's for a direct link."""

    code: str
    publisher_id: str
    route_id: str
    publisher_active: bool = True
