"""The network of the list benchmark: rows as the API writes them, made and deleted in batches."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from pynamodb.models import Model

from bench.counter_rows import first_quarter
from bench.table_writer import TableWriter
from chalicelib.access.application_entries import application_entries
from chalicelib.admin.campaigns import list_entry as campaign_entry
from chalicelib.admin.campaigns.schemas import CampaignSettings
from chalicelib.admin.publishers import list_entry as publisher_entry
from chalicelib.admin.route_publishing import campaign_ids, encode_route
from chalicelib.admin.smartlinks import list_entry as smartlink_entry
from chalicelib.admin.smartlinks.schemas import SmartlinkSettings
from chalicelib.admin.smartlinks.surroundings import surroundings
from chalicelib.counters import cells
from chalicelib.counters.cells import Cell, Cells
from chalicelib.counters.column_codec import encode
from chalicelib.domain import ids
from chalicelib.domain.timestamps import timestamp
from chalicelib.http.authentication import Role, generate_key
from chalicelib.http.models import validate
from chalicelib.tables.campaigns import CampaignRow, PoolCampaignRow
from chalicelib.tables.counters import CounterBlockRow
from chalicelib.tables.publishers import (
    ApiKeyRow,
    ApplicationRow,
    CampaignApprovalRow,
    MembershipRow,
    PublisherRow,
    TermsRow,
)
from chalicelib.tables.routes import RouteRow
from chalicelib.tables.smartlinks import SmartlinkRow
from deploy.errors import CommandError

CAMPAIGNS, SMARTLINKS, LARGE_SMARTLINKS, PUBLISHERS = 5_000, 2_000, 20, 10_000
MEMBERS = 2_000
"""The publishers below this number applied for one smartlink, all but the first, who applied for 198 others."""

FIGURE_DAYS = 30
LONGEST_SECONDS = 150

_YEAR = "2026"
_BEGINNING = datetime(2026, 1, 2, tzinfo=UTC)
_WORDS = ("Summer", "Winter", "Game", "Finance", "Läufer", "Игра", "VPN", "Deals", "Sweeps", "Photo", "Kids", "Global")
_COUNTRIES = ("US", "GB", "DE", "FR", "IN", "BR", "JP", "CA", "AU", "MX")

_writer = TableWriter()


def _id(prefix: str, n: int) -> str:
    """Return the n-th ID of a kind: the same in every run, so that a later run overwrites what a stopped one left."""
    return f"{prefix}_{ids.time_ordered_id(_BEGINNING + timedelta(minutes=n), n.to_bytes(10))}"


def campaign_id(n: int) -> str:
    """Return the ID of the n-th campaign."""
    return _id("cmp", n)


def smartlink_id(n: int) -> str:
    """Return the ID of the n-th smartlink."""
    return _id("sml", n)


def publisher_id(n: int) -> str:
    """Return the ID of the n-th publisher."""
    return _id("pub", n)


def _name(n: int) -> str:
    random = Random(n)
    return f"{random.choice(_WORDS)} {random.choice(_WORDS)} {n}"


def _at(n: int) -> str:
    return timestamp(_BEGINNING + timedelta(minutes=n))


@cache
def _campaign(n: int) -> CampaignRow:
    random = Random(n)
    caps = [{"metric": "clicks", "window": "day", "limit": "1000"}] if n % 4 == 0 else []
    settings = validate(
        CampaignSettings,
        {
            "name": _name(n),
            "advertiser": f"Advertiser {n % 50}",
            "tags": [random.choice(("app", "lead", "sale"))],
            "destination_url": f"https://advertiser{n}.example/?cid={{click_id}}",
            "payout": f"{random.randrange(1, 900) / 100:.2f}",
            "revenue": f"{random.randrange(900, 1800) / 100:.2f}",
            "status": "paused" if n % 10 == 0 else "active",
            "targeting": {"countries": sorted(random.sample(_COUNTRIES, 4))},
            "caps": caps,
        },
    ).model_dump(mode="json")
    row = CampaignRow(campaign_id(n), version=1, name=settings["name"], settings=settings, postback_token=f"bench{n}")
    row.created_year, row.created_at, row.updated_at = _YEAR, _at(n), _at(n)
    return row


def _smartlink(n: int) -> SmartlinkRow:
    random = Random(n)
    size = 200 if n < LARGE_SMARTLINKS else random.randrange(1, 9)
    offers = [
        {"campaign_id": campaign_id(each), "weight": random.randrange(1, 5)}
        for each in random.sample(range(CAMPAIGNS), size)
    ]
    settings = validate(
        SmartlinkSettings,
        {
            "name": _name(n),
            "description": "Every click goes to an offer that takes it.",
            "tags": [random.choice(("app", "web"))],
            "visibility": random.choice(("ask", "public", "private")),
            "fallback_url": "https://network.example/more",
            "offers": offers,
        },
    ).model_dump(mode="json")
    row = SmartlinkRow(smartlink_id(n), version=1, status="active", name=settings["name"], settings=settings, epoch=1)
    row.live_count = row.pending_count = 0
    row.created_year, row.created_at, row.updated_at = _YEAR, _at(n), _at(n)
    row.market_year = None if settings["visibility"] == "private" else _YEAR
    return row


def _publisher(n: int) -> PublisherRow:
    row = PublisherRow(publisher_id(n), version=1, name=_name(n), email=f"p{n}@pub.example", status="active")
    row.tags = ["news"] if n % 7 == 0 else []
    row.created_year, row.created_at, row.updated_at = _YEAR, _at(n), _at(n)
    return row


def _rows_of_campaigns() -> Iterator[Model]:
    for n in range(CAMPAIGNS):
        yield _campaign(n)
        yield campaign_entry.list_entry(_campaign(n))


def _rows_of_publishers() -> Iterator[Model]:
    for n in range(PUBLISHERS):
        row = _publisher(n)
        yield row
        yield publisher_entry.list_entry(row)


def _rows_of_smartlinks() -> Iterator[Model]:
    around = surroundings(datetime.now(UTC))
    number = {campaign_id(n): n for n in range(CAMPAIGNS)}
    for n in range(SMARTLINKS):
        row = _smartlink(n)
        campaigns = [_campaign(number[each]) for each in campaign_ids(row.settings)]
        yield row
        yield smartlink_entry.list_entry(row, campaigns, around)
        yield RouteRow(row.id, version=1, snapshot=encode_route(row, campaigns))
        yield from (PoolCampaignRow(each.id, row.id) for each in campaigns)


def _application(n: int, smartlink: str, publisher: str) -> ApplicationRow:
    status = ("pending", "approved", "declined")[n % 3]
    row = ApplicationRow(_id("app", n), pool_id=smartlink, publisher_id=publisher, message="We run newsletters.")
    row.status, row.status_year, row.created_year, row.applied_at = status, f"{status}#{_YEAR}", _YEAR, _at(n)
    row.decided_at = None if status == "pending" else _at(n + 1)
    return row


def _rows_of_applications() -> Iterator[Model]:
    """Yield the applications of many publishers for one smartlink and of one publisher for many, with their members."""
    pairs = [(smartlink_id(1), publisher_id(n)) for n in range(1, MEMBERS)]
    pairs += [(smartlink_id(n), publisher_id(0)) for n in range(2, 200)]
    for n, (smartlink, publisher) in enumerate(pairs):
        row = _application(n, smartlink, publisher)
        yield row
        yield from application_entries(row)
        yield MembershipRow(publisher, smartlink, status=row.status, application_id=row.id, code=f"bench{n:05d}")


def _rows_of_one_publisher() -> Iterator[Model]:
    for n in range(500):
        row = CampaignApprovalRow(publisher_id(0), campaign_id(n), tracking_key=f"bencht{n:04d}", active=True)
        row.approved_at = _at(n)
        yield row
    terms: dict[str, Any] = {"payout": "9.99", "payout_percent": None, "goals": [], "caps": None}
    campaigns = {campaign_id(n): terms for n in range(0, CAMPAIGNS, 25)}
    yield TermsRow(publisher_id(0), 1, document={"campaigns": campaigns}, created_at=_at(0))


def _rows_of_counters() -> Iterator[Model]:
    today = datetime.now(UTC).date()
    for day in (today - timedelta(days=n) for n in range(FIGURE_DAYS)):
        first, drawn = first_quarter(day), Cells()
        for n in range(0, SMARTLINKS, 2):
            cell = Cell(first + n % 96, smartlink_id(n), campaign=campaign_id(n), publisher=publisher_id(n % 10))
            cells.add(drawn, cell._replace(currency="USD", country="US"), unique_clicks=1 + n % 9, conversions=0)
        for partition, part in cells.by_partition(drawn).items():
            yield CounterBlockRow(partition, "b#benchlists", cells=encode(part))


_ROWS = {
    "campaigns": _rows_of_campaigns,
    "publishers": _rows_of_publishers,
    "smartlinks": _rows_of_smartlinks,
    "applications": _rows_of_applications,
    "terms and approvals": _rows_of_one_publisher,
    "counters": _rows_of_counters,
}


def load() -> str:
    """Write all rows; return the API key of the publisher with many applications."""
    start = time.monotonic()
    key = generate_key(Role.PUBLISHER)
    ApiKeyRow(key.id, role=Role.PUBLISHER.value, owner=publisher_id(0), digest=key.digest, created_at=_at(0)).save()
    for name, rows_of in _ROWS.items():
        _writer.write(_in_time(rows_of(), start))
        print(f"loaded {name} after {time.monotonic() - start:.0f} s", flush=True)
    return key.text


def _in_time(rows: Iterator[Model], start: float) -> Iterator[Model]:
    for row in rows:
        if time.monotonic() - start > LONGEST_SECONDS:
            message = f"Loading took more than {LONGEST_SECONDS} s."
            raise CommandError(message)
        yield row


def delete() -> None:
    """Delete all rows that were written, and the keys of the publisher."""
    _writer.delete()
    for key in ApiKeyRow.by_owner.query(publisher_id(0)):
        key.delete()
