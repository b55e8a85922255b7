"""Send visits and postbacks, and derive the expected clicks and conversions from the responses."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from acceptance.traffic.addresses import household
from acceptance.traffic.http_load import HttpLoad
from acceptance.traffic.ledger import Click, SentConversion
from acceptance.traffic.network import TrafficNetwork
from acceptance.traffic.plan import Kind, PlannedAction, PlannedVisit, Post
from deploy.errors import CommandError
from local.http import LocalResponse
from local.up import Running

_FOUND, _OK, _GONE = 302, 200, 410
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PORT = 4711


@dataclass(frozen=True, slots=True)
class TrafficTarget:
    """The target of traffic: the stack, the network on it, and an HTTP client."""

    running: Running
    network: TrafficNetwork
    http_load: HttpLoad


@dataclass(frozen=True, slots=True)
class PostResult:
    """The response to a post. `outcome` is the `status` of the JSON body, if it has one."""

    post: Post
    at: datetime
    status: int
    outcome: str | None


def send_visit(target: TrafficTarget, visit: PlannedVisit) -> Click | None:
    """Send the visit with the edge's headers. Return None if the destination URL has no click ID."""
    headers = {
        "User-Agent": visit.agent.text,
        "X-Edge-Secret": target.running.edge_secret,
        "CloudFront-Viewer-Address": f"{visit.address}:{_PORT}",
        **visit.details.headers,
    }
    url = f"{visit.link.url}?{urlencode(visit.query, quote_via=quote)}" if visit.query else visit.link.url
    response = target.http_load.send("GET", url, headers)
    if response.status != _FOUND:
        message = f"GET {url} returned {response.status} instead of {_FOUND}. See `make logs`."
        raise CommandError(message)
    return click_from_location(target.network, visit, response.headers.get("location", ""))


def click_from_location(network: TrafficNetwork, visit: PlannedVisit, location: str) -> Click | None:
    """Return the click that was redirected to `location`: the host identifies the campaign, `cid` is the click ID."""
    parts = urlsplit(location)
    click_id = parse_qs(parts.query).get("cid", [""])[0]
    if not click_id:
        return None
    planned = network.campaign_at(parts.hostname or "")
    campaign = planned.id if planned else None
    filtered = visit.link.filtered
    return Click(
        click_id=click_id,
        at=click_time(click_id),
        smartlink=visit.link.smartlink,
        publisher=visit.link.publisher,
        campaign=campaign,
        country=visit.country,
        device=visit.agent.device,
        os=visit.agent.os,
        sub1=visit.sub1,
        is_bot=visit.agent.is_bot,
        is_duplicate=filtered is not None and campaign != filtered and not visit.agent.is_bot,
        visitor=f"{household(visit.address)} {visit.agent.text}",
        currency=planned.currency if planned else None,
        details={**visit.details.values, **({"browser": visit.agent.browser} if visit.agent.browser else {})},
    )


def click_time(click_id: str) -> datetime:
    """Return the server's time of the click, in milliseconds: the first 48 bits of its ID."""
    number = 0
    for letter in click_id:
        number = number << 5 | _CROCKFORD.index(letter)
    return _EPOCH + timedelta(milliseconds=number >> 80)


def send_post(target: TrafficTarget, post: Post) -> PostResult:
    """Send the postback of an action, as its advertiser would."""
    click = post.action.click
    token = target.network.campaign(click.campaign or "").token
    query = urlencode({"click_id": click.click_id, "token": token, **post.parameters}, quote_via=quote)
    response = target.http_load.send(
        post.method, f"{target.running.tracking_url}/postback?{query}", {"User-Agent": "Acme-Postbacks/1.0"}
    )
    return PostResult(post, datetime.now(UTC), response.status, _status_or_none(response))


def _status_or_none(response: LocalResponse) -> str | None:
    """Return the `status` of a postback's response, or None: in a problem document it is a number."""
    try:
        body = response.json()
    except ValueError:
        return None
    status = body.get("status") if isinstance(body, dict) else None
    return status if isinstance(status, str) else None


def expected_conversions(network: TrafficNetwork, results: Sequence[PostResult]) -> list[SentConversion]:
    """Return the conversions that should have been recorded: each action once, at its first successful response."""
    first: dict[int, PostResult] = {}
    for result in results:
        if result.post.action.kind is Kind.COUNTED and result.status == _OK and not result.post.changes_status:
            first.setdefault(id(result.post.action), result)
    return [_conversion(network, result) for result in first.values()]


def _conversion(network: TrafficNetwork, first: PostResult) -> SentConversion:
    action = first.post.action
    campaign = network.campaign(action.click.campaign or "")
    goal = campaign.goal(action.event)
    is_default = goal == campaign.default
    terms = network.terms.get((action.click.publisher, campaign.id)) if is_default else None
    payout, revenue = goal.with_payout(terms).worth(action.amount)
    return SentConversion(
        click=action.click,
        at=first.at,
        payout=payout if action.payout is None else action.payout,
        revenue=revenue if action.revenue is None else action.revenue,
        status=action.status(is_manual=campaign.is_manual),
        goal=goal.name,
    )


def unexpected_results(results: Sequence[PostResult]) -> list[str]:
    """Return a message for each wrong response, and for each action that was not recorded as often as it should be."""
    errors = [_error_or_none(result) for result in results]
    recorded: dict[int, int] = {}
    for result in results:
        if not (result.post.changes_status or result.post.action.kind is Kind.LATE):
            key = id(result.post.action)
            recorded[key] = recorded.get(key, 0) + (result.outcome == "recorded")
    actions = {id(result.post.action): result.post.action for result in results}
    counts = [
        f"{_describe(actions[key])}: recorded {count} times"
        for key, count in recorded.items()
        if count != _expected_count(actions[key])
    ]
    return [*(error for error in errors if error), *counts]


def _expected_count(action: PlannedAction) -> int:
    return 0 if action.kind is Kind.SECOND else 1


def _error_or_none(result: PostResult) -> str | None:
    post = result.post
    is_late = post.action.kind is Kind.LATE
    expected = _GONE if is_late else _OK
    may_have_any_outcome = is_late or post.changes_status
    if result.status == expected and (may_have_any_outcome or result.outcome in {"recorded", "duplicate"}):
        return None
    parameters = dict(post.parameters)
    return f"{_describe(post.action)} {parameters}: returned {result.status} {result.outcome}, not {expected}"


def _describe(action: PlannedAction) -> str:
    return f"click {action.click.click_id} transaction {action.txid} event {action.event}"


def count_posts(results: Sequence[PostResult]) -> Mapping[str, int]:
    """Return the numbers of recorded and repeated posts, of changes of a status, and of posts that count nowhere."""
    counted = [result.post for result in results if result.post.action.kind is Kind.COUNTED]
    changes = sum(post.changes_status for post in counted)
    firsts = len({id(post.action) for post in counted})
    others = Counter(str(result.post.action.kind) for result in results)
    return {
        "recorded": firsts,
        "repeated": len(counted) - changes - firsts,
        "of a status": changes,
        **{str(kind): others[kind] for kind in Kind if kind is not Kind.COUNTED},
    }
