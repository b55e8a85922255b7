"""Who will click and what they will buy: drawn from a seed, before anything is sent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from acceptance.traffic.ledger import Click
from acceptance.traffic.user_agents import BOTS, HUMANS, Agent

SUBS = (
    *(None, None, "newsletter-jan", "newsletter-feb", "a,b;c", 'say "hi"', "=cmd|' /C calc'!A0", "+1", "@sum(a1)"),
    *("snow ☃ ünïcode", "名前", "two words", "50% off", "a&b=c#d"),
)
"""What publishers write into sub1: None for nothing, and all that a spreadsheet or a URL might trip over."""

_SUB_NAMES = ("sub1", "pub_sub", "sub_id", "aff_sub")
_SOURCES = (None, "feed", "banner, top", "приложение")
_BOT_SHARE = 0.08
_VISITS_PER_VISITOR = 3
ROUNDS = 8
_FIRST_ROUNDS = 4
_EVENTS = (None, "install", "purchase", "deposit")


@dataclass(frozen=True, slots=True)
class PlannedCampaign:
    """A campaign as its maker knows it: clicks sent to `host` are its own, `rate` of them convert."""

    id: str
    name: str
    host: str
    token: str
    payout: Decimal
    revenue: Decimal
    rate: float


@dataclass(frozen=True, slots=True)
class Link:
    """A publisher's link. All clicks that do not reach `filtered`, where there is one, are duplicates (or bots)."""

    url: str
    smartlink: str
    publisher: str
    filtered: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """One click to be sent. `query` is the link's; `sub1` what the report will call it."""

    link: Link
    agent: Agent
    address: str
    country: str | None
    query: Mapping[str, str]
    sub1: str | None


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """One paid action that an advertiser tells of, once or more often; no figures mean the campaign's own.

    A late one comes after the attribution window.
    """

    click: Click
    txid: str | None
    event: str | None
    payout: Decimal | None = None
    revenue: Decimal | None = None
    is_rejected: bool = False
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """One call of the postback: `action` is told of with these parameters, beside click and token."""

    action: PlannedAction
    method: str
    parameters: Mapping[str, str]

    @property
    def rejects(self) -> bool:
        """Whether it takes the action back."""
        return self.parameters.get("status") == "rejected"


def visits(rng: Random, links: Sequence[Link], addresses: Mapping[str, str | None], count: int) -> list[PlannedVisit]:
    """So many visits, of about a third as many visitors: some come often. `addresses` have their countries."""
    known = list(addresses)
    visitors = [(_agent(rng), rng.choice(known)) for _ in range(count // _VISITS_PER_VISITOR + 1)]
    return [_visit(rng, rng.choice(links), *rng.choice(visitors), addresses) for _ in range(count)]


def _agent(rng: Random) -> Agent:
    return rng.choice(BOTS if rng.random() < _BOT_SHARE else HUMANS)


def _visit(rng: Random, link: Link, agent: Agent, address: str, addresses: Mapping[str, str | None]) -> PlannedVisit:
    sub1, source = rng.choice(SUBS), rng.choice(_SOURCES)
    labels = {rng.choice(_SUB_NAMES): sub1, "source": source}
    query = {name: value for name, value in labels.items() if value is not None}
    return PlannedVisit(link, agent, address, addresses[address], query, sub1)


def actions(
    rng: Random, clicks: Sequence[Click], campaigns: Sequence[PlannedCampaign], count: int
) -> list[PlannedAction]:
    """Exactly so many different actions over people's clicks on offers, by the campaigns' rates.

    About a third follow on a click that acted before; a tenth will be rejected. None without such clicks.
    """
    rates = {campaign.id: campaign.rate for campaign in campaigns}
    able = [click for click in clicks if click.campaign in rates and not click.is_bot]
    if not able:
        return []
    weights = [rates[click.campaign or ""] for click in able]
    drawn: list[PlannedAction] = []
    seen: set[str] = set()
    for n in range(count):
        again = bool(drawn) and rng.random() < 1 / 3
        click = drawn[-1].click if again else rng.choices(able, weights)[0]
        drawn.append(_action(rng, click, n, bare=click.click_id not in seen and rng.random() < 1 / 4))
        seen.add(click.click_id)
    return drawn


def _action(rng: Random, click: Click, n: int, *, bare: bool) -> PlannedAction:
    """The n-th action; a bare one, the first of its click, has neither transaction ID nor event."""
    return PlannedAction(
        click,
        None if bare else f"tx-{n}",
        None if bare else rng.choice(_EVENTS),
        payout=_odd_cents(rng) if rng.random() < 1 / 4 else None,
        revenue=_odd_cents(rng) if rng.random() < 1 / 4 else None,
        is_rejected=rng.random() < 1 / 10,
    )


def _odd_cents(rng: Random) -> Decimal:
    return Decimal(rng.randrange(1, 1000)) / 100


def late_actions(clicks: Sequence[Click]) -> list[PlannedAction]:
    """One action for each of these clicks, all of them too old."""
    return [PlannedAction(click, f"late-{n}", None, is_late=True) for n, click in enumerate(clicks)]


def rounds(rng: Random, told: Sequence[PlannedAction]) -> list[list[Post]]:
    """The posts in the order of their arrival: each round is sent all at once, and only then the next.

    An action may come twice in one round, or again in a later one; a rejection comes after what it rejects.
    """
    arriving: list[list[Post]] = [[] for _ in range(ROUNDS)]
    for action in told:
        moment = rng.randrange(_FIRST_ROUNDS)
        for post in _posts(rng, action):
            for _ in range(2 if rng.random() < 1 / 10 else 1):
                arriving[moment].append(post)
            moment += 1
    return [_shuffled(rng, posts) for posts in arriving]


def _shuffled(rng: Random, posts: Sequence[Post]) -> list[Post]:
    """In any order, but posts of one action side by side, so that they meet in the air."""
    place = {id(post.action): rng.random() for post in posts}
    return sorted(posts, key=lambda post: place[id(post.action)])


def _posts(rng: Random, action: PlannedAction) -> Iterator[Post]:
    """The action as it is told first, and what follows: again with other figures, taken back, told once more."""
    first = _post(rng, action)
    yield first
    if rng.random() < 1 / 10:
        yield _post(rng, action, payout="99.99", revenue="199.99")
    if action.is_rejected:
        yield _post(rng, action, status="rejected")
        if rng.random() < 1 / 3:
            yield rng.choice((first, _post(rng, action, status="rejected")))


def _post(rng: Random, action: PlannedAction, **changes: str) -> Post:
    parameters = {
        "txid": action.txid,
        "event": action.event,
        "payout": None if action.payout is None else str(action.payout),
        "revenue": None if action.revenue is None else str(action.revenue),
    }
    said = {name: value for name, value in parameters.items() if value is not None}
    return Post(action, rng.choice(("GET", "POST")), said | changes)
