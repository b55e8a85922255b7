"""Compare the archive with the clicks that were sent and with the reports."""

import csv
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from acceptance.traffic.report_check import report
from acceptance.traffic.run import Sent
from deploy.cloud import Cloud
from deploy.query import command
from deploy.query.command import Query
from deploy.query.days import Days
from local.client import Client
from local.up import Running

Figures = tuple[int, Decimal, Decimal]
"""Approved conversions, their payout and their revenue."""

FiguresByCampaign = Mapping[tuple[str, str, str], Figures]
"""Figures by smartlink, campaign and currency."""

_CLICKS = "SELECT click_id FROM clicks WHERE route_id IN ({smartlinks})"
_MONEY = """
SELECT route_id, campaign_id, currency, count(*), sum(payout), sum(revenue)
FROM conversions
WHERE status = 'approved' AND route_id IN ({smartlinks})
GROUP BY ALL
"""
_DIMENSIONS = ("campaign", "currency")
_MAX_WAIT_SECONDS = 150.0
_POLL_SECONDS = 3.0

Ask = Callable[[str], list[list[str]]]
"""Return the rows of an SQL query on the archive."""


def check(cloud: Cloud, running: Running, sent: Sent) -> list[str]:
    """Return every difference once the archive is complete: clicks that it does not have once, and other sums."""
    admin, deadline = Client(running.url, running.admin_key), time.monotonic() + _MAX_WAIT_SECONDS
    expected = reported_figures(admin, sent)
    with TemporaryDirectory(prefix="smartlink-archive-") as folder:
        while True:
            messages = differences(sent, expected, _fetch(cloud, sent, Path(folder)))
            if not messages or time.monotonic() > deadline:
                return messages
            time.sleep(_POLL_SECONDS)


def reported_figures(admin: Client, sent: Sent) -> FiguresByCampaign:
    """Return the figures of the reports."""
    return {
        (smartlink, row["campaign"], row["currency"]): _figures(row["conversions"], row["payout"], row["revenue"])
        for smartlink in sent.network.smartlinks
        for row in report(admin, sent, smartlink, _DIMENSIONS, "click")["rows"]
        if row["conversions"]
    }


def differences(sent: Sent, expected: FiguresByCampaign, ask: Ask) -> list[str]:
    """Return a message for each difference between the archive and what was sent and reported."""
    smartlinks = ", ".join(f"'{smartlink}'" for smartlink in sent.network.smartlinks)
    archived = Counter(click_id for (click_id,) in ask(_CLICKS.format(smartlinks=smartlinks)))
    wanted = Counter(click.click_id for click in sent.clicks)
    messages = [
        f"click {click_id} is in the archive {archived[click_id]} times, not {wanted[click_id]}"
        for click_id in sorted(archived.keys() | wanted.keys())
        if archived[click_id] != wanted[click_id]
    ]
    found = {(row[0], row[1], row[2]): _figures(*row[3:]) for row in ask(_MONEY.format(smartlinks=smartlinks))}
    return messages + [
        f"{key}: the archive has {_text(found.get(key))}, the report {_text(expected.get(key))}"
        for key in sorted(found.keys() | expected.keys())
        if found.get(key) != expected.get(key)
    ]


def _fetch(cloud: Cloud, sent: Sent, folder: Path) -> Ask:
    """Fetch the objects of this run's days that are not in the folder yet; return the queries on all of them."""
    now = datetime.now(UTC)
    days = Days(min(click.at for click in sent.clicks).date(), now.date())
    command.fetch_days(cloud, Query("", days), now, folder)
    return lambda sql: list(csv.reader(StringIO(command.execute(Query(sql, days, "csv"), folder))))[1:]


def _figures(conversions: str, payout: str, revenue: str) -> Figures:
    return int(conversions), Decimal(payout), Decimal(revenue)


def _text(figures: Figures | None) -> str:
    return "nothing" if figures is None else "{} conversions, payout {}, revenue {}".format(*figures)
