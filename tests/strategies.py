"""Hypothesis strategies with few values each, so that different rules apply to the same example.

Examples have no time limit: the first one includes the imports. `EXAMPLES` sets their number; `make soak` has more.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime

from hypothesis import settings
from hypothesis import strategies as st

from chalicelib.counters import learning_cells as counters_learning_cells
from chalicelib.counters.cells import COUNTS, Cell
from chalicelib.counters.learning_cells import LearningCell, LearningCells
from chalicelib.domain.campaign import Campaign
from chalicelib.domain.click import RejectionReason, TrackingParameters
from chalicelib.domain.os_versions import VersionRule
from chalicelib.domain.route import LearnedWeights, Route
from chalicelib.domain.smartlink import Offer, OfferAccess, Rotation
from chalicelib.domain.targeting import Targeting
from chalicelib.domain.visitor import Connection, Device, OperatingSystem, Visitor
from chalicelib.optimizer.model.pool_statistics import DELAY_BINS, Bucket, OfferStats, PoolStatistics, SegmentStats
from chalicelib.routing.eligibility import ClickContext
from tests.builders import a_campaign, a_click_context, a_link, a_route

settings.register_profile("smartlink", deadline=None, max_examples=int(os.environ.get("EXAMPLES", "20")))
settings.load_profile("smartlink")

COUNTRIES = ("US", "GB", "DE")
REGIONS = ("US-CA", "GB-ENG", "GB-WBK")
CITIES = ("Fresno", "Reading")
NETWORKS = ("AS7018", "AS3320")
PROVIDERS = ("AT&T Internet", "Telekom")
SUB_IDS = st.dictionaries(st.sampled_from(["sub1", "sub2"]), st.sampled_from(["news-jan", "news-feb", "blog"]))
BROWSERS = ("chrome", "safari")
LANGUAGES = ("en", "de")
SOURCES = ("news", "blog")

draws = st.floats(0, 1, exclude_max=True)
times = st.datetimes(datetime(2020, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - it adds UTC
sources = st.none() | st.sampled_from(SOURCES)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
"""Any text of a header or query: without halves of surrogate pairs."""

visitors = st.builds(
    Visitor,
    country=st.none() | st.sampled_from(COUNTRIES),
    region=st.none() | st.sampled_from(REGIONS),
    city=st.none() | st.sampled_from(CITIES),
    network=st.none() | st.sampled_from(NETWORKS),
    isp=st.none() | st.sampled_from(PROVIDERS),
    connection=st.none() | st.sampled_from(Connection),
    device=st.sampled_from(Device),
    os=st.sampled_from(OperatingSystem),
    os_version=st.none() | st.sampled_from(["15.8", "16", "17.5"]),
    browser=st.none() | st.sampled_from(BROWSERS),
    language=st.none() | st.sampled_from(LANGUAGES),
    is_bot=st.booleans(),
)


def _lists(values: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(values))


regions = _lists(REGIONS)
parameters = st.builds(TrackingParameters, sub_ids=SUB_IDS, source=sources)
_version_rules = st.frozensets(
    st.builds(VersionRule, st.sampled_from(["ios", "android"]), st.sampled_from([">=", "<", "="]), st.just((16,))),
    max_size=2,
)
_sub_id_rules = st.frozensets(st.tuples(st.sampled_from(["sub1", "sub2"]), _lists(("news-*", "blog", "*"))), max_size=2)
targetings = st.builds(
    Targeting,
    countries=st.none() | _lists(COUNTRIES),
    exclude_countries=_lists(COUNTRIES),
    regions=st.none() | _lists(REGIONS),
    cities=st.none() | _lists(("us/fresno", "gb/reading")),
    networks=st.frozensets(_lists(("as7018", "at&t internet", "telekom")), max_size=2),
    exclude_networks=_lists(("as7018", "at&t internet")),
    connections=st.none() | _lists(tuple(Connection)),
    os_versions=_version_rules,
    sub_ids=_sub_id_rules,
    exclude_hosting=st.booleans(),
    devices=st.none() | _lists(tuple(Device)),
    os=st.none() | _lists(tuple(OperatingSystem)),
    browsers=st.none() | _lists(BROWSERS),
    languages=st.none() | _lists(LANGUAGES),
    sources=st.none() | _lists(SOURCES),
    exclude_sources=_lists(SOURCES),
    exclude_bots=st.booleans(),
)

_some_targeting = st.sampled_from(
    [
        Targeting(),
        Targeting(countries=frozenset({"US"})),
        Targeting(exclude_countries=frozenset({"US"})),
        Targeting(devices=frozenset({"mobile", "tablet"})),
        Targeting(exclude_bots=True),
    ]
)


def _offers(campaign_id: str) -> st.SearchStrategy[Offer]:
    return st.builds(
        Offer,
        campaign=st.booleans().map(lambda active: a_campaign(campaign_id, active=active)),
        weight=st.integers(0, 3),
        priority=st.integers(0, 2),
        targeting=_some_targeting,
    )


def _learned(campaign_ids: list[str]) -> st.SearchStrategy[LearnedWeights | None]:
    """Draw weights of some segments and some campaigns, or None."""
    weights = st.dictionaries(st.sampled_from(campaign_ids), st.sampled_from([0.0, 0.25, 0.5, 1.0]))
    segments = st.dictionaries(st.sampled_from(["US|mobile", "US", "GB|desktop", "?|tablet", "?", "*"]), weights)
    return st.none() | st.builds(LearnedWeights, st.just(1_793_795_100), segments)


@dataclass(frozen=True, slots=True)
class Situation:
    """A route, a click, the campaigns that the publisher may run, and the result of each reservation."""

    route: Route
    context: ClickContext
    approvals: frozenset[str]
    reservations: dict[str, RejectionReason | None]

    def is_approved(self, campaign_id: str) -> bool:
        return campaign_id in self.approvals

    def reserve(self, campaign: Campaign) -> RejectionReason | None:
        return self.reservations.get(campaign.id)


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    names = [f"cmp_{n}" for n in range(draw(st.integers(0, 5)))]
    offers = sorted((draw(_offers(name)) for name in names), key=lambda offer: -offer.priority)
    route = a_route(
        *offers,
        active=draw(st.sampled_from([True, True, True, False])),
        access=draw(st.sampled_from(OfferAccess)),
        catch_all=draw(st.none() | _offers("cmp_last")),
        fail_url=draw(st.none() | st.just("https://acme.example/fail")),
        fallback_url=draw(st.none() | st.just("https://network.example/more")),
        rotation=draw(st.sampled_from(Rotation)),
        holdout_percent=draw(st.sampled_from([0, 5, 50, 100])),
        learned=draw(_learned([*names, "cmp_gone"])),
    )
    link = a_link(publisher_active=draw(st.sampled_from([True, True, True, False])))
    context = a_click_context(draw=draw(draws), arm_draw=draw(draws), visitor=draw(visitors), link=link)
    reservation = st.sampled_from([None, None, RejectionReason.CAP, RejectionReason.DUPLICATE])
    return Situation(
        route=route,
        context=context,
        approvals=draw(st.frozensets(st.sampled_from(names))) if names else frozenset(),
        reservations={name: draw(reservation) for name in [*names, "cmp_last"]},
    )


def counter_cells(max_size: int = 12) -> st.SearchStrategy[dict[Cell, list[int]]]:
    """Draw counter cells of a few days, publishers and countries, with counts of either sign."""
    cell = st.builds(
        Cell,
        quarter=st.integers(1_994_000, 1_994_400),
        smartlink=st.sampled_from(["sml_1", "sml_2", "cmp_1"]),
        epoch=st.integers(1, 3),
        campaign=st.sampled_from(["", "cmp_1", "cmp_2"]),
        publisher=st.sampled_from(["", "pub_1", "pub_2", "pub_3"]),
        country=st.sampled_from(["", "US", "GB"]),
        device=st.sampled_from(["mobile", "desktop"]),
        os=st.sampled_from(["ios", "windows"]),
        sub1=st.text(max_size=5),
        reason=st.sampled_from(["", "country", "cap"]),
        currency=st.sampled_from(["", "USD", "EUR"]),
        arm=st.sampled_from(["", "optimized", "holdout"]),
    )
    counts = st.lists(st.integers(-(10**6), 10**12), min_size=len(COUNTS), max_size=len(COUNTS))
    return st.dictionaries(cell, counts, max_size=max_size)


def learning_cells(first: int = 498_000, last: int = 499_500) -> st.SearchStrategy[LearningCells]:
    """Draw learning cells of single hours from `first` to `last`, with counts of either sign."""
    cell = st.builds(
        LearningCell,
        hour=st.integers(first, last),
        span=st.just(1),
        country=st.sampled_from(["", "US", "GB"]),
        device=st.sampled_from(["mobile", "desktop"]),
        campaign=st.sampled_from(["cmp_1", "cmp_2"]),
        delay=st.integers(-1, 16),
    )
    counts = st.lists(
        st.integers(-(10**6), 10**20),
        min_size=len(counters_learning_cells.COUNTS),
        max_size=len(counters_learning_cells.COUNTS),
    )
    return st.dictionaries(cell, counts, max_size=12)


def _rows(buckets: int, maximum: int) -> st.SearchStrategy[list[float]]:
    """Draw counts by bucket: often 0, of very different sizes."""
    sizes = st.one_of(st.just(0), st.integers(0, 20), st.integers(0, maximum))
    return st.lists(sizes.map(float), min_size=buckets, max_size=buckets)


@st.composite
def _learned_offers(draw: st.DrawFn, place: int, buckets: int) -> OfferStats:
    """Draw an offer; its counters may be inconsistent."""
    money = st.floats(0.01, 100)
    counts = draw(_rows(buckets, 2000))
    value = draw(st.one_of(money, money.map(lambda loss: -loss), st.just(0.0), st.just(1.0)))
    mean, spread, payout = (
        draw(st.one_of(st.just(value), money)),
        draw(st.sampled_from([1.0, 1.5, 40.0])),
        draw(st.one_of(money, st.just(abs(value)))),
    )
    return OfferStats(
        id=f"cmp_{place}",
        value=value,
        values=[count * mean for count in counts],
        squares=[count * mean**2 * spread for count in counts],
        delays=draw(_rows(DELAY_BINS, 300)),
        total_clicks=draw(st.sampled_from([0.0, 10.0, 49.0, 50.0, 100_000.0])),
        payout=payout,
        payouts=[count * payout for count in counts],
        tier=draw(st.sampled_from([0, 0, 1])),
        is_live=draw(st.sampled_from([True, True, True, False])),
    )


@st.composite
def _learned_segments(draw: st.DrawFn, name: str, offers: int, buckets: int) -> SegmentStats:
    places = st.integers(0, offers - 1)
    return SegmentStats(
        name=name,
        forecast_clicks=draw(st.sampled_from([0.0, 0.01, 3.0, 10_000.0])),
        clicks=draw(st.dictionaries(places, _rows(buckets, 100_000))),
        conversions=draw(st.dictionaries(places, _rows(buckets, 2000))),
        eligible_offers=draw(st.none() | st.frozensets(places)),
    )


@st.composite
def pools_to_learn(draw: st.DrawFn) -> PoolStatistics:
    """Draw pools whose counters are each possible, though unlikely together."""
    offers, buckets = draw(st.integers(1, 5)), draw(st.integers(0, 6))
    names = ["US|mobile", "US|desktop", "GB|mobile", "?|tablet"]
    now, hours = 500_000.0, draw(st.sampled_from([1, 24]))
    return PoolStatistics(
        pool="sml_1",
        now=now - draw(st.sampled_from([0.0, 0.5, 0.99])),
        buckets=[Bucket(now - hours * (buckets - n), now - hours * (buckets - n - 1)) for n in range(buckets)],
        offers=[draw(_learned_offers(place, buckets)) for place in range(offers)],
        segments=[draw(_learned_segments(name, offers, buckets)) for name in names[: draw(st.integers(1, 4))]],
        payout_floor=draw(st.sampled_from([None, None, 0.01, 0.5])),
    )
