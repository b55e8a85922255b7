"""What replay reads: the edited route, logged clicks and their conversions, approvals. It writes nothing."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import cache, partial

from chalicelib.clicks.id_lists import first_id, unpacked
from chalicelib.domain.conversion import ConversionStatus
from chalicelib.domain.money import millionths
from chalicelib.domain.route import Route
from chalicelib.evaluation.replay.logged_click import LoggedClick, is_complete, is_unique, logged
from chalicelib.evaluation.replay.policies import MayRun
from chalicelib.evaluation.replay.sampling import sample
from chalicelib.evaluation.reward import Reward
from chalicelib.http.problems import ValidationFailed
from chalicelib.reporting.date_range import Period
from chalicelib.routing.route_history import fields, routes_of, version_of
from chalicelib.tables.clicks import ClickListRow, ClickRow
from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.publishers import CampaignApprovalRow

MAX_RECORDED = 1_000_000
"""Clicks of one range that are listed to sample from: some 20 MB of IDs."""

_READERS = 8
_CLICKS_AT_ONCE = 100
_HELD = 1_000
_VERSIONS_HELD = 50
"""Clicks, and versions of learned weights, held together: a version may take more than a megabyte."""
_LISTS_AT_ONCE = 50
_EARNED = ["click_id", "status", "payout", "revenue", "currency"]


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many clicks were recorded, and the IDs of an even sample of them, in order of time."""

    count: int
    sample: Sequence[str]


def recorded(route_id: str, period: Period, size: int) -> Recorded:
    """The route's clicks of the period, and a sample of at most so many; `Invalid` for more than can be listed."""
    count = 0
    kept: list[str] = []
    with ThreadPoolExecutor(_READERS) as readers:
        for day in readers.map(partial(_recorded_on, route_id, period, size), period.days):
            count, kept = count + day.count, [*kept, *day.sample]
    _check(count)
    return Recorded(count, sample(kept, size))


def _recorded_on(route_id: str, period: Period, size: int, day: date) -> Recorded:
    since, before = first_id(period.start), first_id(period.end)
    wanted = f"{route_id}#{day.isoformat()}"
    lists = ClickListRow.query(wanted, ClickListRow.greatest >= since, consistent_read=True, page_size=_LISTS_AT_ONCE)
    found: list[str] = []
    for row in lists:
        found += [click_id for click_id in unpacked(row.click_ids) if since <= click_id < before]
        _check(len(found))
    return Recorded(len(found), sample(found, size))


def _check(count: int) -> None:
    if count > MAX_RECORDED:
        raise ValidationFailed(("/from", f"holds more than {MAX_RECORDED:,} clicks; ask for a shorter time"))


@dataclass(frozen=True, slots=True)
class Earnings:
    """What clicks brought, by their IDs (those that brought nothing are not in it), and in which currencies."""

    by_click: Mapping[str, Reward]
    currencies: Sequence[str]


def earnings(route_id: str, period: Period, click_ids: Collection[str]) -> Earnings:
    """The approved conversions of these clicks of the route."""
    wanted = frozenset(click_ids)
    found: dict[str, Reward] = {}
    currencies: set[str] = set()
    with ThreadPoolExecutor(_READERS) as readers:
        for rows in readers.map(partial(_converted_on, route_id, wanted), period.days):
            for row in rows:
                earning = Reward(1, millionths(row.payout), millionths(row.revenue))
                found[row.click_id] = found.get(row.click_id, Reward()).plus(earning)
                currencies.add(row.currency)
    return Earnings(found, sorted(currencies))


def _converted_on(route_id: str, wanted: frozenset[str], day: date) -> list[ConversionRow]:
    rows = ConversionRow.by_route_day.query(f"{route_id}#{day.isoformat()}", attributes_to_get=_EARNED)
    return [row for row in rows if row.click_id in wanted and row.status == ConversionStatus.APPROVED]


def logged_clicks(click_ids: Sequence[str], earned: Mapping[str, Reward]) -> Iterator[LoggedClick | None]:
    """The unique clicks of humans among these, in order; None for one whose decision cannot be told again.

    That is one that a fault stopped, or that was drawn by learned weights which are no longer kept.
    """
    for n in range(0, len(click_ids), _HELD):
        rows = [row for row in _clicks(click_ids[n : n + _HELD]) if is_unique(fields(row))]
        for part in _parts(rows):
            routes = routes_of(part)
            for row in part:
                yield _told(row, routes[version_of(row)], earned.get(row.click_id, Reward()))


def _told(row: ClickRow, route: Route, earning: Reward) -> LoggedClick | None:
    is_known = row.weights_version is None or route.learned is not None
    return logged(fields(row), route, earning) if is_known and is_complete(fields(row), route) else None


def _parts(rows: Sequence[ClickRow]) -> Iterator[list[ClickRow]]:
    """The clicks in order, in parts that few versions of learned weights drew."""
    part: list[ClickRow] = []
    versions: set[int | None] = set()
    for row in rows:
        if len(versions | {row.weights_version}) > _VERSIONS_HELD:
            yield part
            part, versions = [], set()
        part.append(row)
        versions.add(row.weights_version)
    yield part


def _clicks(click_ids: Sequence[str]) -> list[ClickRow]:
    """The clicks in the order of their IDs, less those that have expired."""
    parts = [click_ids[n : n + _CLICKS_AT_ONCE] for n in range(0, len(click_ids), _CLICKS_AT_ONCE)]
    with ThreadPoolExecutor(_READERS) as readers:
        rows = {row.click_id: row for part in readers.map(_read, parts) for row in part}
    return [rows[click_id] for click_id in click_ids if click_id in rows]


def _read(click_ids: Sequence[str]) -> list[ClickRow]:
    return list(ClickRow.batch_get(click_ids))


def approved_now() -> MayRun:
    """Whether a publisher may run a campaign as of now; each publisher's approvals are read once, when asked for."""

    @cache
    def approvals(publisher_id: str) -> frozenset[str]:
        rows = CampaignApprovalRow.query(publisher_id, consistent_read=True)
        return frozenset(row.campaign_id for row in rows if row.active)

    return lambda publisher_id, campaign_id: campaign_id in approvals(publisher_id)
