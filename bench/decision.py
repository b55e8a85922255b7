"""What the decision alone costs: `decide`, eligibility included, over pools of several kinds and sizes.

The floor is the least that a weighted choice among as many offers takes: their weights cumulated and bisected.
Figures are microseconds of CPU for one decision, over visitors, draws and lots that differ from call to call.
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
"""Microseconds that a decision among 20 offers may take."""

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
    """A kind of pool: how many offers, whether they choose their visitors, segments learned of (0: none), tiers."""

    offers: int
    targeted: bool
    segments: int
    tiers: int

    @property
    def name(self) -> str:
        """What sets it apart, in words."""
        who = "targeted" if self.targeted else "for everyone"
        weights = f"weights of {_counted(self.segments, 'segment')}" if self.segments else "admin's weights"
        return f"{self.offers} offers {who}, {weights}, {_counted(self.tiers, 'tier')}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count > 1 else ''}"


POOLS = (
    *(Pool(USUAL, *kind) for kind in product((False, True), (0, 1, 60), (1, TIERS))),
    *(Pool(n, *kind, 1) for n in (SMALL, LARGE) for kind in product((False, True), (0, 60))),
)


def route(pool: Pool, dice: Random) -> Route:
    """A pool of that kind: a quarter of targeted offers is for everyone, so that nearly every click finds one."""
    offers = [_offer(n, pool, dice) for n in range(pool.offers)]
    plain = Route("sml_bench", 1, tuple(offers), fallback_url="https://network.example/")
    if not pool.segments:
        return plain
    return replace(plain, rotation=Rotation.OPTIMIZED, holdout_percent=5, learned=_learned(pool, offers, dice))


def _offer(n: int, pool: Pool, dice: Random) -> Offer:
    chooses = pool.targeted and n % 4
    campaign = Campaign(
        id=f"cmp_{n:03}",
        destination_url=OFFERS_URL,
        schedule=_schedule(n, dice) if chooses else Schedule(),
    )
    return Offer(
        campaign,
        weight=dice.randint(1, 100),
        priority=pool.tiers - n * pool.tiers // pool.offers,
        targeting=_targeting(n, dice) if chooses else Targeting(),
    )


def _schedule(n: int, dice: Random) -> Schedule:
    """A third runs in some hours of its own zone, a third until some day, a third always."""
    if n % 3 == 0:
        return Schedule(timezone=dice.choice(ZONES), hours=frozenset(dice.sample(range(24), 16)))
    return Schedule(starts_at=NOW - timedelta(days=9), ends_at=NOW + timedelta(days=9)) if n % 3 == 1 else Schedule()


def _targeting(n: int, dice: Random) -> Targeting:
    """Countries wanted or excluded, in half of the offers devices or systems too, bots in a third."""
    countries = frozenset(dice.sample(COUNTRIES, dice.randint(1, 8)))
    return Targeting(
        countries=countries if n % 5 else None,
        exclude_countries=frozenset() if n % 5 else countries,
        devices=frozenset({Device.MOBILE, Device.TABLET}) if n % 2 else None,
        os=frozenset({OperatingSystem.ANDROID, OperatingSystem.WINDOWS}) if n % 4 == 2 else None,  # noqa: PLR2004
        exclude_sources=frozenset({"popunder", "incent"}) if n % 7 == 0 else frozenset(),
        exclude_bots=n % 3 == 0,
    )


def _learned(pool: Pool, offers: Sequence[Offer], dice: Random) -> LearnedWeights:
    """Weights of everyone and, of 60 segments, of countries and their devices."""
    narrow = [f"{country}|{device}" for country, device in product(COUNTRIES, Device)]
    names = ("*", *COUNTRIES, *narrow)[: pool.segments]
    return LearnedWeights(1_793_795_100, {name: {each.campaign.id: dice.random() for each in offers} for name in names})


def arrivals(dice: Random) -> list[ClickContext]:
    """Clicks from all over the world."""
    return [
        ClickContext(
            link=PublisherLink("abcde12345", "pub_1", "sml_bench"),
            visitor=_visitor(dice),
            parameters=TrackingParameters(source=dice.choice([None, "news", "incent"])),
            now=NOW + timedelta(seconds=n),
            draw=dice.random(),
            arm_draw=dice.random(),
        )
        for n in range(ARRIVALS)
    ]


def _visitor(dice: Random) -> Visitor:
    device = dice.choice(list(Device))
    return Visitor(country=dice.choice(COUNTRIES), device=device, os=dice.choice(SYSTEMS[device]), language="en")


def deciding(its_route: Route, clicks: Sequence[ClickContext]) -> Callable[[], object]:
    """One decision for each of the clicks, where nothing has to be approved or reserved."""

    def work() -> None:
        for arrival in clicks:
            decide(its_route, arrival, bool, lambda _: None)

    return work


def picking(its_route: Route, clicks: Sequence[ClickContext]) -> Callable[[], object]:
    """One weighted pick for each of the clicks, by weights at hand: the floor."""
    offers, weights = its_route.offers, [offer.weight for offer in its_route.offers]

    def work() -> None:
        for arrival in clicks:
            ends = list(accumulate(weights))
            offers[bisect(ends, arrival.draw * ends[-1])]

    return work


def measure() -> Part:
    """Every kind of pool and the floors of its size, in turn."""
    dice = Random(5)
    clicks = arrivals(dice)
    routes = {pool: route(pool, dice) for pool in POOLS}
    works = {pool.name: deciding(each, clicks) for pool, each in routes.items()}
    works |= {f"floor {pool.offers}": picking(each, clicks) for pool, each in routes.items()}
    taken = {name: each / ARRIVALS for name, each in figures.cpu_rounds(works, calls=CALLS).items()}
    return Part("decision", [*(figure(pool, taken) for pool in POOLS), *slopes(taken)])


def figure(pool: Pool, taken: dict[str, float]) -> Figure:
    """The figure of one kind of pool, from what works took by their names."""
    floor = Floor(f"weighted pick among {pool.offers}", taken[f"floor {pool.offers}"])
    target = FigureTarget(LIMIT) if pool.offers == USUAL else None
    return Figure(f"decision, {pool.name}", taken[pool.name], "µs", floor, target)


def slopes(taken: dict[str, float]) -> list[Figure]:
    """What each offer from the 21st to the 100th adds."""
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
