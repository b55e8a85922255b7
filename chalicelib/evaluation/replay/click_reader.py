"""Reads what replay needs: logged clicks, their conversions and approvals."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import cache, partial

from chalicelib.clicks import id_lists
from chalicelib.domain.click import is_unique
from chalicelib.domain.conversion import ConversionStatus
from chalicelib.domain.money import millionths
from chalicelib.domain.route import Route
from chalicelib.evaluation.replay.logged_click import LoggedClick, decode_click, is_complete
from chalicelib.evaluation.replay.policies import MayRun
from chalicelib.evaluation.replay.sampling import sample
from chalicelib.evaluation.reward import Reward
from chalicelib.http.problems import ValidationFailed
from chalicelib.reporting.date_range import Period
from chalicelib.routing.route_history import routes_of, stored_click, version_of
from chalicelib.tables.clicks import ClickListRow, ClickRow
from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.publishers import CampaignApprovalRow

MAX_RECORDED = 1_000_000
"""Maximum number of clicks in a range, listed to sample from: about 20 MB of IDs."""

_READERS = 8
_BATCH_CLICKS = 100
_MAX_CLICKS_IN_MEMORY = 1_000
_MAX_VERSIONS_IN_MEMORY = 50
"""Versions of learned weights read at once: one may take more than a megabyte."""
_LIST_PAGE_SIZE = 50
_CONVERSION_ATTRIBUTES = ["click_id", "status", "payout", "revenue", "currency"]


@dataclass(frozen=True, slots=True)
class RecordedClicks:
    """The number of recorded clicks, and the IDs of a uniform sample of them, in order of time."""

    count: int
    sample: Sequence[str]


def read_recorded_clicks(route_id: str, period: Period, size: int) -> RecordedClicks:
    """Return the number of the route's clicks in the period, and a sample of at most `size`.

    Raise `ValidationFailed` for more than `MAX_RECORDED` clicks.
    """
    count = 0
    click_ids: list[str] = []
    with ThreadPoolExecutor(_READERS) as readers:
        for day in readers.map(partial(_read_recorded_day, route_id, period, size), period.days):
            count, click_ids = count + day.count, [*click_ids, *day.sample]
    _check_count(count)
    return RecordedClicks(count, sample(click_ids, size))


def _read_recorded_day(route_id: str, period: Period, size: int, day: date) -> RecordedClicks:
    since, until = id_lists.first_id(period.start), id_lists.first_id(period.end)
    click_ids: list[str] = []
    for row in _lists(route_id, day, since):
        click_ids += [click_id for click_id in id_lists.decode(row.click_ids) if since <= click_id < until]
        _check_count(len(click_ids))
    return RecordedClicks(len(click_ids), sample(click_ids, size))


def _lists(route_id: str, day: date, since: str) -> Iterator[ClickListRow]:
    for partition in id_lists.partitions(route_id, day):
        yield from ClickListRow.query(
            partition, ClickListRow.greatest >= since, consistent_read=True, page_size=_LIST_PAGE_SIZE
        )


def _check_count(count: int) -> None:
    if count > MAX_RECORDED:
        raise ValidationFailed(("/from", f"contains more than {MAX_RECORDED:,} clicks. Request a shorter range."))


@dataclass(frozen=True, slots=True)
class ClickRewards:
    """Rewards by click ID, without clicks that have none, and the currencies of all rewards."""

    by_click: Mapping[str, Reward]
    currencies: Sequence[str]


def read_rewards(route_id: str, period: Period, click_ids: Collection[str]) -> ClickRewards:
    """Return the sums of the approved conversions of these clicks of the route."""
    wanted = frozenset(click_ids)
    by_click: dict[str, Reward] = {}
    currencies: set[str] = set()
    with ThreadPoolExecutor(_READERS) as readers:
        for rows in readers.map(partial(_read_approved_conversions, route_id, wanted), period.days):
            for row in rows:
                reward = Reward(1, millionths(row.payout), millionths(row.revenue))
                by_click[row.click_id] = by_click.get(row.click_id, Reward()).plus(reward)
                currencies.add(row.currency)
    return ClickRewards(by_click, sorted(currencies))


def _read_approved_conversions(route_id: str, wanted: frozenset[str], day: date) -> list[ConversionRow]:
    partition = f"{route_id}#{day.isoformat()}"
    rows = ConversionRow.by_route_day.query(partition, attributes_to_get=_CONVERSION_ATTRIBUTES)
    known = (row for row in rows if row.click_id in wanted and row.status)
    return [row for row in known if ConversionStatus(row.status).is_paid]


def read_logged_clicks(click_ids: Sequence[str], rewards: Mapping[str, Reward]) -> Iterator[LoggedClick | None]:
    """Yield the unique clicks of humans among these, in order.

    Yield None for a click whose decision failed, or whose route version or learned weights have expired.
    """
    for first in range(0, len(click_ids), _MAX_CLICKS_IN_MEMORY):
        ids = click_ids[first : first + _MAX_CLICKS_IN_MEMORY]
        rows = [row for row in _read_clicks(ids) if is_unique(stored_click(row))]
        for part in _parts_by_version(rows):
            routes = routes_of(part)
            for row in part:
                yield _decode(row, routes.get(version_of(row)), rewards.get(row.click_id, Reward()))


def _decode(row: ClickRow, route: Route | None, reward: Reward) -> LoggedClick | None:
    if route is None:
        return None
    has_weights = row.weights_version is None or route.learned is not None
    stored = stored_click(row)
    return decode_click(stored, route, reward) if has_weights and is_complete(stored, route) else None


def _parts_by_version(rows: Sequence[ClickRow]) -> Iterator[list[ClickRow]]:
    """Yield the clicks in order, in parts with a limited number of versions of learned weights."""
    part: list[ClickRow] = []
    versions: set[int | None] = set()
    for row in rows:
        if len(versions | {row.weights_version}) > _MAX_VERSIONS_IN_MEMORY:
            yield part
            part, versions = [], set()
        part.append(row)
        versions.add(row.weights_version)
    yield part


def _read_clicks(click_ids: Sequence[str]) -> list[ClickRow]:
    """Return the clicks in the order of their IDs, without expired ones."""
    batches = [click_ids[first : first + _BATCH_CLICKS] for first in range(0, len(click_ids), _BATCH_CLICKS)]
    with ThreadPoolExecutor(_READERS) as readers:
        rows = {row.click_id: row for batch in readers.map(_read_batch, batches) for row in batch}
    return [rows[click_id] for click_id in click_ids if click_id in rows]


def _read_batch(click_ids: Sequence[str]) -> list[ClickRow]:
    return list(ClickRow.batch_get(click_ids))


def current_approvals() -> MayRun:
    """Return a function for current approvals. Each publisher's approvals are read once, on first use."""

    @cache
    def approvals(publisher_id: str) -> frozenset[str]:
        rows = CampaignApprovalRow.query(publisher_id, consistent_read=True)
        return frozenset(row.campaign_id for row in rows if row.active)

    return lambda publisher_id, campaign_id: campaign_id in approvals(publisher_id)
