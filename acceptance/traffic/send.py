"""Visits become clicks and posts become conversions: what was sent, and what the answers made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from acceptance.traffic.http_load import HttpLoad
from acceptance.traffic.ledger import Click, SentConversion
from acceptance.traffic.network import TestNetwork
from acceptance.traffic.plan import PlannedAction, PlannedVisit, Post
from deploy.errors import CommandError
from local.http import LocalResponse
from local.up import Running

_FOUND, _OK, _GONE = 302, 200, 410
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_PORT = 4711


@dataclass(frozen=True, slots=True)
class Place:
    """Where traffic goes: the stack, the network on it, and the wire to it."""

    running: Running
    network: TestNetwork
    wire: HttpLoad


@dataclass(frozen=True, slots=True)
class Answered:
    """What a post was answered with, and when: `said` is the answer's own status, if it has one."""

    post: Post
    at: datetime
    status: int
    said: str | None


def click(place: Place, visit: PlannedVisit) -> Click | None:
    """Send the visit through the edge; None where the destination does not tell the click's ID."""
    headers = {
        "User-Agent": visit.agent.text,
        "X-Edge-Secret": place.running.edge_secret,
        "CloudFront-Viewer-Address": f"{visit.address}:{_PORT}",
    }
    url = f"{visit.link.url}?{urlencode(visit.query, quote_via=quote)}" if visit.query else visit.link.url
    answer = place.wire.send("GET", url, headers)
    if answer.status != _FOUND:
        message = f"GET {url} answered {answer.status}, not {_FOUND}: make logs shows why"
        raise CommandError(message)
    return clicked(place.network, visit, answer.headers.get("location", ""))


def clicked(network: TestNetwork, visit: PlannedVisit, location: str) -> Click | None:
    """The click that was sent to this location: its host tells the campaign, its `cid` the click's ID."""
    parts = urlsplit(location)
    click_id = parse_qs(parts.query).get("cid", [""])[0]
    if not click_id:
        return None
    taken = network.campaign_at(parts.hostname or "")
    campaign = taken.id if taken else None
    filtered = visit.link.filtered
    return Click(
        click_id=click_id,
        at=moment_of(click_id),
        smartlink=visit.link.smartlink,
        publisher=visit.link.publisher,
        campaign=campaign,
        country=visit.country,
        device=visit.agent.device,
        os=visit.agent.os,
        sub1=visit.sub1,
        is_bot=visit.agent.is_bot,
        is_duplicate=filtered is not None and campaign != filtered and not visit.agent.is_bot,
        visitor=f"{visit.address} {visit.agent.text}",
    )


def moment_of(click_id: str) -> datetime:
    """When the server says that the click was, to the millisecond: the first 48 bits of its ID."""
    number = 0
    for letter in click_id:
        number = number << 5 | _CROCKFORD.index(letter)
    return _BEGINNING + timedelta(milliseconds=number >> 80)


def tell(place: Place, post: Post) -> Answered:
    """Tell of an action, as its advertiser would."""
    its_click = post.action.click
    token = place.network.campaign(its_click.campaign or "").token
    query = urlencode({"click_id": its_click.click_id, "token": token, **post.parameters}, quote_via=quote)
    answer = place.wire.send(post.method, f"{place.running.url}/postback?{query}", {"User-Agent": "Acme-Postbacks/1.0"})
    return Answered(post, datetime.now(UTC), answer.status, _said(answer))


def _said(answer: LocalResponse) -> str | None:
    """The `status` of a postback's answer; a problem document's is a number and none of this."""
    try:
        body = answer.json()
    except ValueError:
        return None
    said = body.get("status") if isinstance(body, dict) else None
    return said if isinstance(said, str) else None


def conversions(network: TestNetwork, answers: Sequence[Answered]) -> list[SentConversion]:
    """What should have counted: each action once, at its first answer, whatever else was said of it."""
    first: dict[int, Answered] = {}
    for each in answers:
        if not each.post.action.is_late and each.status == _OK and not each.post.rejects:
            first.setdefault(id(each.post.action), each)
    return [_conversion(network, each) for each in first.values()]


def _conversion(network: TestNetwork, first: Answered) -> SentConversion:
    action = first.post.action
    campaign = network.campaign(action.click.campaign or "")
    return SentConversion(
        click=action.click,
        at=first.at,
        payout=campaign.payout if action.payout is None else action.payout,
        revenue=campaign.revenue if action.revenue is None else action.revenue,
        is_rejected=action.is_rejected,
    )


def complaints(answers: Sequence[Answered]) -> list[str]:
    """Every answer that the contract does not give: an action is recorded once, a late one never."""
    wrong = [_wrong(each) for each in answers]
    recorded: dict[int, int] = {}
    for each in answers:
        if not (each.post.rejects or each.post.action.is_late):
            key = id(each.post.action)
            recorded[key] = recorded.get(key, 0) + (each.said == "recorded")
    actions = {id(each.post.action): each.post.action for each in answers}
    times = [f"{_named(actions[key])}: recorded {count} times" for key, count in recorded.items() if count != 1]
    return [*(each for each in wrong if each), *times]


def _wrong(answered: Answered) -> str | None:
    post = answered.post
    wanted = _GONE if post.action.is_late else _OK
    free = post.action.is_late or post.rejects
    if answered.status == wanted and (free or answered.said in {"recorded", "duplicate"}):
        return None
    told = dict(post.parameters)
    return f"{_named(post.action)} {told}: answered {answered.status} {answered.said}, not {wanted}"


def _named(action: PlannedAction) -> str:
    return f"click {action.click.click_id} transaction {action.txid} event {action.event}"


def counted(answers: Sequence[Answered]) -> Mapping[str, int]:
    """How many posts were recorded, repeated, rejecting and late."""
    posts = [each.post for each in answers]
    late = sum(each.action.is_late for each in posts)
    rejections = sum(each.rejects for each in posts if not each.action.is_late)
    firsts = len({id(each.action) for each in posts if not each.action.is_late})
    return {
        "recorded": firsts,
        "repeated": len(posts) - late - rejections - firsts,
        "rejecting": rejections,
        "late": late,
    }
