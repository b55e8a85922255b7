"""Conversions and clicks of a year for the benchmark of lists: create and delete them."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from random import Random

from pynamodb.models import Model

from bench.counter_rows import first_quarter, midnight
from bench.table_writer import TableWriter
from chalicelib.admin.campaigns.schemas import CampaignSettings
from chalicelib.admin.smartlinks.schemas import SmartlinkSettings
from chalicelib.clicks import id_lists
from chalicelib.counters import cells
from chalicelib.counters.blocks import block_key
from chalicelib.counters.cells import Cell, Cells
from chalicelib.counters.column_codec import encode
from chalicelib.domain import ids
from chalicelib.domain.conversion import complete_conversion
from chalicelib.domain.conversion_lists import keys_of, list_fields
from chalicelib.domain.timestamps import milliseconds
from chalicelib.http.models import validate
from chalicelib.routing import route_codec
from chalicelib.tables.clicks import ClickListRow, ClickRow
from chalicelib.tables.conversions import ConversionListRow, ConversionRow, indexed_since, set_indexed_since
from chalicelib.tables.counters import CounterBlockRow
from chalicelib.tables.routes import RouteRow

DAYS = 366
FIRST_DAY = datetime.now(UTC).date() - timedelta(days=DAYS - 1)
PUBLISHERS, CAMPAIGNS, SMARTLINKS = 10, 20, 4
LONGEST_SECONDS = 90
"""Maximum seconds of loading conversions. To delete them takes about as long."""

_STRIDE = 97
"""Days from one row to the next, modulo the year: every beginning of the rows is spread over all days."""

_DAY_MS = 86_400_000
_STATUSES, _STATUS_WEIGHTS = ("approved", "pending", "rejected"), (90, 8, 2)
_SALES, _PIXELS = 0.05, 0.01
_URL = "https://network.example/more"
_OUTCOMES = ("offer", "offer", "offer", "offer", "fallback")

_writer = TableWriter()

_before: list[int | None] = []
"""The time since which conversions had entries before the benchmark."""


def days() -> list[date]:
    """Return the days of the year."""
    return [FIRST_DAY + timedelta(days=n) for n in range(DAYS)]


def load(conversions: int, clicks: int, cell_count: int) -> int:
    """Write conversions with their entries, clicks with their lists, and counters, evenly over the days.

    Return the number of conversions: on a slow machine as many as can be written in `LONGEST_SECONDS`.
    """
    start = time.monotonic()
    _before.append(indexed_since())
    set_indexed_since(0)
    _writer.write(takewhile(lambda _: time.monotonic() - start < LONGEST_SECONDS, _conversion_rows(conversions)))
    loaded = _writer.count(ConversionRow)
    print(f"loaded {loaded:,} conversions in {time.monotonic() - start:.0f} s", flush=True)
    _writer.write(_routes())
    _writer.write(_click_rows(clicks, cell_count))
    print(f"loaded {clicks:,} clicks and {cell_count:,} cells in {time.monotonic() - start:.0f} s", flush=True)
    return loaded


def delete() -> None:
    """Delete what was loaded."""
    _writer.delete()
    for since in _before:
        if since is None:
            ConversionListRow("indexed", "since").delete()
        else:
            set_indexed_since(since)
    _before.clear()


def _moments(count: int, random: Random) -> Iterator[int]:
    """Yield times in milliseconds, evenly over the days before today, whenever it ends."""
    start = milliseconds(midnight(FIRST_DAY))
    for n in range(count):
        day = start + n * _STRIDE % (DAYS - 1) * _DAY_MS
        yield day + random.randrange(_DAY_MS)


def _conversion_rows(count: int) -> Iterator[Model]:
    random = Random(1)
    for n, at in enumerate(_moments(count, random)):
        conversion_id, publisher_id = f"cnv_{ids.deterministic_id(f'bench {n}')}", _publisher(random)
        route_id = _smartlink(random)
        row = ConversionRow(
            conversion_id,
            format=2,
            click_id=f"bench-{n}",
            event="sale",
            goal="sale" if random.random() < _SALES else "default",
            status=random.choices(_STATUSES, _STATUS_WEIGHTS)[0],
            reported_by="pixel" if random.random() < _PIXELS else "postback",
            revision=1,
            at=at,
            click_at=at - 60_000,
            campaign_id=_campaign(random),
            route_id=route_id,
            epoch=0,
            publisher_id=publisher_id,
            payout="1.50",
            revenue="2.00",
            currency="USD",
            places=[],
            day_shard=cells.partition(datetime.fromtimestamp(at / 1000, UTC).date(), cells.shard_of(publisher_id)),
            moment=f"{at:013d}#{conversion_id}",
        )
        stored = complete_conversion(row.attribute_values)
        yield row
        yield from (ConversionListRow(key, row.moment, **list_fields(stored)) for key in keys_of(stored))


def _routes() -> Iterator[Model]:
    settings = validate(CampaignSettings, {"name": "bench", "destination_url": _URL}).model_dump(mode="json")
    campaigns = [{**settings, "id": f"cmp_bench_{n:02d}"} for n in range(CAMPAIGNS)]
    document = {"name": "bench", "fallback_url": _URL, "offers": [{"campaign_id": each["id"]} for each in campaigns]}
    pool = {**validate(SmartlinkSettings, document).model_dump(mode="json"), "status": "active"}
    for n in range(SMARTLINKS):
        snapshot = route_codec.encode({**pool, "id": f"sml_bench_{n}"}, campaigns, 0)
        yield RouteRow(f"sml_bench_{n}@1", version=1, snapshot=snapshot)


def _click_rows(count: int, cell_count: int) -> Iterator[Model]:
    """Yield the clicks of each day with their lists and cells, and cells of conversions up to the count of cells."""
    random, by_day = Random(2), dict[date, list[int]]()
    for at in _moments(count, random):
        by_day.setdefault(datetime.fromtimestamp(at / 1000, UTC).date(), []).append(at)
    for day, moments in by_day.items():
        counted, lists = Cells(), dict[str, list[str]]()
        for at in sorted(moments):
            row = _click(at, random)
            yield row
            lists.setdefault(row.route_id, []).append(row.click_id)
            cells.add(counted, _cell(row), unique_clicks=1)
        for route_id, click_ids in lists.items():
            for n in range(0, len(click_ids), 10):
                part = click_ids[n : n + 10]
                yield ClickListRow(f"{route_id}#{day}", part[-1], click_ids=id_lists.encode(part), expires_at=2**40)
        _add_conversions(counted, day, cell_count // DAYS, random)
        for partition, part_of_day in cells.by_partition(counted).items():
            yield CounterBlockRow(partition, block_key(f"bench {day}"), cells=encode(part_of_day))


def _click(at: int, random: Random) -> ClickRow:
    outcome = random.choice(_OUTCOMES)
    return ClickRow(
        ids.time_ordered_id(datetime.fromtimestamp(at / 1000, UTC), random.randbytes(10)),
        at=at,
        expires_at=2**40,
        code="abcde12345",
        route_id=_smartlink(random),
        route_version=1,
        epoch=0,
        publisher_id=_publisher(random),
        outcome=outcome,
        campaign_id=_campaign(random) if outcome == "offer" else None,
        refusals="-" * CAMPAIGNS if outcome == "offer" else "c" * CAMPAIGNS,
        arm="weighted",
        device="mobile",
        os="ios",
        country="US",
    )


def _cell(row: ClickRow) -> Cell:
    return Cell(
        cells.quarter_of(row.at),
        row.route_id,
        campaign=row.campaign_id or "",
        publisher=row.publisher_id,
        device="mobile",
        os="ios",
        country="US",
        reason="" if row.outcome == "offer" else "country",
    )


def _add_conversions(counted: Cells, day: date, size: int, random: Random) -> None:
    first = first_quarter(day)
    while len(counted) < size:
        quarter = first + random.randrange(cells.QUARTERS_A_DAY)
        cell = Cell(quarter, _smartlink(random), 0, _campaign(random), _publisher(random), random.choice("ABCDEFGH"))
        cells.add(counted, cell, arrived_conversions=1)


def _publisher(random: Random) -> str:
    return f"pub_bench_{random.randrange(PUBLISHERS)}"


def _campaign(random: Random) -> str:
    return f"cmp_bench_{random.randrange(CAMPAIGNS):02d}"


def _smartlink(random: Random) -> str:
    return f"sml_bench_{random.randrange(SMARTLINKS)}"
