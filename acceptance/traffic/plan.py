"""Plan the traffic: draw visits and conversions from a seed, before anything is sent."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from random import Random

from acceptance.traffic.addresses import Address
from acceptance.traffic.details import PlannedDetails, draw_details
from acceptance.traffic.goals import PlannedGoal
from acceptance.traffic.ledger import Click, Status
from acceptance.traffic.user_agents import BOTS, HUMANS, Agent

SUBS = (
    *(None, None, "newsletter-jan", "newsletter-feb", "a,b;c", 'say "hi"', "=cmd|' /C calc'!A0", "+1", "@sum(a1)"),
    *("snow ☃ ünïcode", "名前", "two words", "50% off", "a&b=c#d"),
)
"""Values of sub1: None for no value, and characters that need escaping in spreadsheets or URLs."""

_SUB_NAMES = ("sub1", "pub_sub", "sub_id", "aff_sub")
_BOT_SHARE = 0.08
_VISITS_PER_VISITOR = 3
ROUNDS = 8
_FIRST_ROUNDS = 4
_EVENTS = (None, "install", "purchase", "deposit")


@dataclass(frozen=True, slots=True)
class PlannedCampaign:
    """A campaign with its destination host, postback token and conversion rate, and what it pays for.

    If its approval `is_manual`, its conversions stay pending.
    """

    id: str
    name: str
    host: str
    token: str
    default: PlannedGoal
    rate: float
    currency: str = "USD"
    goals: tuple[PlannedGoal, ...] = ()
    is_manual: bool = False

    def goal(self, event: str | None) -> PlannedGoal:
        """Return the goal of an event: without named goals every event is one of the goal `default`."""
        return next((goal for goal in self.goals if goal.name == event), self.default)


@dataclass(frozen=True, slots=True)
class Link:
    """A publisher's link. `filtered` is the smartlink's campaign with a duplicate filter, if it has one.

    With it, every click that goes elsewhere is a duplicate or a bot.
    """

    url: str
    smartlink: str
    publisher: str
    filtered: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """One planned click. `query` is the link's query string; `sub1` and `details` are expected in reports."""

    link: Link
    agent: Agent
    address: str
    country: str | None
    query: Mapping[str, str]
    sub1: str | None
    details: PlannedDetails = field(default_factory=PlannedDetails)


class Kind(StrEnum):
    """Whether an action counts, or why not.

    It is after the attribution window, its event is no goal, or its goal counts once and it is the second of its click.
    """

    COUNTED = "counted"
    LATE = "late"
    NO_GOAL = "no goal"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """One action that an advertiser reports at least once. Without payout and revenue, the goal's amounts apply.

    If it `is_pending`, it is first reported as pending; if it also `is_confirmed`, later as approved.
    """

    click: Click
    txid: str | None
    event: str | None
    payout: Decimal | None = None
    revenue: Decimal | None = None
    amount: Decimal | None = None
    is_rejected: bool = False
    is_pending: bool = False
    is_confirmed: bool = False
    kind: Kind = Kind.COUNTED

    def status(self, *, is_manual: bool) -> Status:
        """Return the status of the conversion in the end, by the campaign's approval."""
        if self.is_rejected:
            return "rejected"
        return "pending" if is_manual or (self.is_pending and not self.is_confirmed) else "approved"


@dataclass(frozen=True, slots=True)
class Post:
    """One postback request for `action`. `parameters` exclude click ID and token."""

    action: PlannedAction
    method: str
    parameters: Mapping[str, str]

    @property
    def changes_status(self) -> bool:
        """Whether the postback rejects or confirms the conversion."""
        return self.parameters.get("status") in ("rejected", "approved")


def draw_visits(rng: Random, links: Sequence[Link], addresses: Sequence[Address], count: int) -> list[PlannedVisit]:
    """Draw `count` visits of about a third as many visitors."""
    visitors = [(_agent(rng), rng.choice(addresses)) for _ in range(count // _VISITS_PER_VISITOR + 1)]
    return [_visit(rng, rng.choice(links), *rng.choice(visitors)) for _ in range(count)]


def _agent(rng: Random) -> Agent:
    return rng.choice(BOTS if rng.random() < _BOT_SHARE else HUMANS)


def _visit(rng: Random, link: Link, agent: Agent, address: Address) -> PlannedVisit:
    sub1, details = rng.choice(SUBS), draw_details(rng, address.country, address.network)
    query = details.query if sub1 is None else {rng.choice(_SUB_NAMES): sub1, **details.query}
    return PlannedVisit(link, agent, address.text, address.country, query, sub1, details)


def draw_actions(
    rng: Random, clicks: Sequence[Click], campaigns: Sequence[PlannedCampaign], count: int
) -> list[PlannedAction]:
    """Draw exactly `count` distinct actions on human clicks to offers, weighted by the campaigns' conversion rates.

    About a third repeat the click of the previous action; a tenth will be rejected. Empty if no click can convert.
    """
    known = {campaign.id: campaign for campaign in campaigns}
    candidates = [click for click in clicks if click.campaign in known and not click.is_bot]
    if not candidates:
        return []
    weights = [known[click.campaign or ""].rate for click in candidates]
    actions: list[PlannedAction] = []
    paid: dict[str, set[str | None]] = {}
    for n in range(count):
        repeats = bool(actions) and rng.random() < 1 / 3
        click = actions[-1].click if repeats else rng.choices(candidates, weights)[0]
        campaign, events = known[click.campaign or ""], paid.setdefault(click.click_id, set())
        # The first action of a click may have neither transaction ID nor event.
        is_bare = not events and rng.random() < 1 / 4
        event = None if is_bare else _draw_event(rng, campaign, events)
        actions.append(_action(rng, click, campaign, event, None if is_bare else f"tx-{n}"))
        events.add(event)
    return actions


def _draw_event(rng: Random, campaign: PlannedCampaign, paid: AbstractSet[str | None]) -> str | None:
    """Draw an event. Goals that count once are left out if the click's actions `paid` them already."""
    if not campaign.goals:
        return rng.choice(_EVENTS)
    return rng.choice([None, *(goal.name for goal in campaign.goals if not (goal.once and goal.name in paid))])


def _action(rng: Random, click: Click, campaign: PlannedCampaign, event: str | None, txid: str | None) -> PlannedAction:
    is_pending = rng.random() < 1 / 8
    return PlannedAction(
        click,
        txid,
        event,
        payout=_odd_cents(rng) if rng.random() < 1 / 4 else None,
        revenue=_odd_cents(rng) if rng.random() < 1 / 4 else None,
        amount=_odd_cents(rng) * 20 if campaign.goal(event).has_percentage else None,
        is_rejected=rng.random() < 1 / 10,
        is_pending=is_pending,
        is_confirmed=is_pending and rng.random() < 1 / 2,
    )


def _odd_cents(rng: Random) -> Decimal:
    return Decimal(rng.randrange(1, 1000)) / 100


def draw_rounds(rng: Random, actions: Sequence[PlannedAction]) -> list[list[Post]]:
    """Draw the postbacks in rounds. The posts of a round are sent concurrently, and before those of the next round.

    An action may be posted twice in one round, or again in a later one. A confirmation and a rejection follow their
    conversion. A second action comes after the first rounds, in which all others begin.
    """
    rounds: list[list[Post]] = [[] for _ in range(ROUNDS)]
    for action in actions:
        n = _FIRST_ROUNDS if action.kind is Kind.SECOND else rng.randrange(_FIRST_ROUNDS)
        for post in _posts(rng, action):
            for _ in range(2 if rng.random() < 1 / 10 else 1):
                rounds[n].append(post)
            n += 1
    return [_shuffled(rng, posts) for posts in rounds]


def _shuffled(rng: Random, posts: Sequence[Post]) -> list[Post]:
    """Shuffle the posts, but keep those of one action adjacent, so that they run concurrently."""
    position = {id(post.action): rng.random() for post in posts}
    return sorted(posts, key=lambda post: position[id(post.action)])


def _posts(rng: Random, action: PlannedAction) -> Iterator[Post]:
    """Draw the posts of an action: the first one, perhaps one with other amounts, then changes of the status.

    A rejection may be followed by a repetition.
    """
    first = _post(rng, action)
    yield first
    if rng.random() < 1 / 10:
        yield _post(rng, action, payout="99.99", revenue="199.99")
    if action.is_confirmed:
        yield _post(rng, action, status="approved")
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
        "amount": None if action.amount is None else str(action.amount),
        "status": "pending" if action.is_pending else None,
    }
    present = {name: value for name, value in parameters.items() if value is not None}
    return Post(action, rng.choice(("GET", "POST")), present | changes)
