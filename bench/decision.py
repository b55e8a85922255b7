"""The cost of one decision: `decide`, including eligibility, for smartlinks of several kinds and sizes.

The floor is a weighted choice among the same number of offers: accumulate the weights and bisect. Figures are
microseconds of CPU per decision, over different visitors and draws.
"""

from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate, product
from random import Random

from bench import figures
from bench.figures import Figure, FigureTarget, Floor, Part
from chalicelib.domain.campaign import Campaign, Schedule
from chalicelib.domain.click import TrackingParameters
from chalicelib.domain.route import LearnedWeights, PublisherLink, Route
from chalicelib.domain.smartlink import Offer, Rotation
from chalicelib.domain.targeting import Targeting
from chalicelib.domain.visitor import Device, OperatingSystem, Visitor
from chalicelib.routing.decision import decide
from chalicelib.routing.eligibility import ClickContext

LIMIT = 15.0
"""Maximum microseconds of a decision among 20 offers."""

SMALL, USUAL, LARGE = 5, 20, 100
ARRIVALS = 64
CALLS = 30
TIERS = 4
NOW = datetime(2026, 11, 4, 12, 30, tzinfo=UTC)
COUNTRIES = (
    *("US", "GB", "DE", "FR", "IT", "ES", "BR", "IN", "ID", "MX"),
    *("CA", "AU", "JP", "NL", "PL", "SE", "TR", "ZA", "NG", "AR"),
)
OFFERS_URL = "https://advertiser.example/?cid={click_id}&s={sub1}"
ZONES = ("UTC", "America/New_York", "Europe/Berlin")
SYSTEMS = {
    Device.MOBILE: (OperatingSystem.IOS, OperatingSystem.ANDROID),
    Device.TABLET: (OperatingSystem.IOS, OperatingSystem.ANDROID),
    Device.DESKTOP: (OperatingSystem.WINDOWS, OperatingSystem.MACOS, OperatingSystem.LINUX),
}


@dataclass(frozen=True, slots=True)
class Pool:
    """A kind of smartlink: number of offers, whether they are targeted, learned segments (0: none), tiers."""

    offers: int
    targeted: bool
    segments: int
    tiers: int

    @property
    def name(self) -> str:
        """Name of the kind in figures."""
        audience = "targeted" if self.targeted else "for everyone"
        weights = f"weights of {_counted(self.segments, 'segment')}" if self.segments else "admin's weights"
        return f"{self.offers} offers {audience}, {weights}, {_counted(self.tiers, 'tier')}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count > 1 else ''}"


POOLS = (
    *(Pool(USUAL, *kind) for kind in product((False, True), (0, 1, 60), (1, TIERS))),
    *(Pool(n, *kind, 1) for n in (SMALL, LARGE) for kind in product((False, True), (0, 60))),
)


def route(pool: Pool, rng: Random) -> Route:
    """Draw a route of this kind. A quarter of targeted offers is unrestricted, so that nearly every click gets one."""
    offers = [_offer(n, pool, rng) for n in range(pool.offers)]
    plain = Route("sml_bench", 1, tuple(offers), fallback_url="https://network.example/")
    if not pool.segments:
        return plain
    return replace(plain, rotation=Rotation.OPTIMIZED, holdout_percent=5, learned=_learned(pool, offers, rng))


def _offer(n: int, pool: Pool, rng: Random) -> Offer:
    is_targeted = pool.targeted and n % 4
    campaign = Campaign(
        id=f"cmp_{n:03}",
        destination_url=OFFERS_URL,
        schedule=_schedule(n, rng) if is_targeted else Schedule(),
    )
    return Offer(
        campaign,
        weight=rng.randint(1, 100),
        priority=pool.tiers - n * pool.tiers // pool.offers,
        targeting=_targeting(n, rng) if is_targeted else Targeting(),
    )


def _schedule(n: int, rng: Random) -> Schedule:
    """Draw a schedule: a third has hours in a time zone, a third has dates, a third is unrestricted."""
    if n % 3 == 0:
        return Schedule(timezone=rng.choice(ZONES), hours=frozenset(rng.sample(range(24), 16)))
    return Schedule(starts_at=NOW - timedelta(days=9), ends_at=NOW + timedelta(days=9)) if n % 3 == 1 else Schedule()


def _targeting(n: int, rng: Random) -> Targeting:
    """Draw a targeting: countries included or excluded; half with devices or systems, a third without bots."""
    countries = frozenset(rng.sample(COUNTRIES, rng.randint(1, 8)))
    return Targeting(
        countries=countries if n % 5 else None,
        exclude_countries=frozenset() if n % 5 else countries,
        devices=frozenset({Device.MOBILE, Device.TABLET}) if n % 2 else None,
        os=frozenset({OperatingSystem.ANDROID, OperatingSystem.WINDOWS}) if n % 4 == 2 else None,  # noqa: PLR2004
        exclude_sources=frozenset({"popunder", "incent"}) if n % 7 == 0 else frozenset(),
        exclude_bots=n % 3 == 0,
    )


def _learned(pool: Pool, offers: Sequence[Offer], rng: Random) -> LearnedWeights:
    """Draw weights for all visitors and, with 60 segments, for countries and their devices."""
    narrow = [f"{country}|{device}" for country, device in product(COUNTRIES, SYSTEMS)]
    names = ("*", *COUNTRIES, *narrow)[: pool.segments]
    return LearnedWeights(
        1_793_795_100, {name: {offer.campaign.id: rng.random() for offer in offers} for name in names}
    )


def arrivals(rng: Random) -> list[ClickContext]:
    """Draw clicks from all countries."""
    return [
        ClickContext(
            link=PublisherLink("abcde12345", "pub_1", "sml_bench"),
            visitor=_visitor(rng),
            parameters=TrackingParameters(source=rng.choice([None, "news", "incent"])),
            now=NOW + timedelta(seconds=n),
            draw=rng.random(),
            arm_draw=rng.random(),
        )
        for n in range(ARRIVALS)
    ]


def _visitor(rng: Random) -> Visitor:
    device = rng.choice(list(SYSTEMS))
    return Visitor(country=rng.choice(COUNTRIES), device=device, os=rng.choice(SYSTEMS[device]), language="en")


def decisions(compiled: Route, clicks: Sequence[ClickContext]) -> Callable[[], object]:
    """Return a function that makes one decision per click, without approvals and reservations."""

    def work() -> None:
        for arrival in clicks:
            decide(compiled, arrival, bool, lambda _: None)

    return work


def weighted_picks(compiled: Route, clicks: Sequence[ClickContext]) -> Callable[[], object]:
    """Return a function that makes one weighted pick per click, with given weights: the floor."""
    offers, weights = compiled.offers, [offer.weight for offer in compiled.offers]

    def work() -> None:
        for arrival in clicks:
            ends = list(accumulate(weights))
            offers[bisect(ends, arrival.draw * ends[-1])]

    return work


def measure() -> Part:
    """Measure every kind of smartlink and its floor, in alternating rounds."""
    rng = Random(5)
    clicks = arrivals(rng)
    routes = {pool: route(pool, rng) for pool in POOLS}
    works = {pool.name: decisions(compiled, clicks) for pool, compiled in routes.items()}
    works |= {f"floor {pool.offers}": weighted_picks(compiled, clicks) for pool, compiled in routes.items()}
    taken = {name: us / ARRIVALS for name, us in figures.cpu_rounds(works, calls=CALLS).items()}
    return Part("decision", [*(figure(pool, taken) for pool in POOLS), *slopes(taken)])


def figure(pool: Pool, taken: dict[str, float]) -> Figure:
    """Return the figure of one kind, from the times by work name."""
    floor = Floor(f"weighted pick among {pool.offers}", taken[f"floor {pool.offers}"])
    target = FigureTarget(LIMIT) if pool.offers == USUAL else None
    return Figure(f"decision, {pool.name}", taken[pool.name], "µs", floor, target)


def slopes(taken: dict[str, float]) -> list[Figure]:
    """Return the time that each offer from the 21st to the 100th adds."""
    added = LARGE - USUAL
    floor = Floor("the pick's own", (taken[f"floor {LARGE}"] - taken[f"floor {USUAL}"]) / added)
    larger = [(pool, replace(pool, offers=USUAL)) for pool in POOLS if pool.offers == LARGE]
    return [
        Figure(
            f"each offer beyond 20: {pool.name.removeprefix('100 offers ')}",
            (taken[pool.name] - taken[usual.name]) / added,
            "µs",
            floor,
        )
        for pool, usual in larger
    ]


if __name__ == "__main__":
    figures.main(measure)
