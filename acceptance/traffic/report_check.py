"""Compare the reports with the ledger."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from acceptance.traffic import details
from acceptance.traffic.currencies import ExpectedReport, expected_report
from acceptance.traffic.ledger import CELLS, By
from acceptance.traffic.run import Sent
from local.client import Client
from local.up import Running

REPORTS: tuple[tuple[tuple[str, ...], By], ...] = (
    (CELLS, "click"),
    (("day", "campaign"), "click"),
    (("day", "campaign"), "conversion"),
    (("publisher", "os"), "click"),
    (("campaign", "goal"), "click"),
    (("day", "goal", "currency"), "conversion"),
    *((("publisher", name), "click") for name in details.NAMES),
    *(((name, "goal", "day"), "conversion") for name in details.NAMES),
)
"""Dimensions and date basis of the reports that are compared with the ledger, for each smartlink."""

_MAX_WAIT_SECONDS = 120.0
_STABLE_SECONDS = 2.0
_STUCK_SECONDS = 30.0
_POLL_SECONDS = 0.5


def check(running: Running, sent: Sent) -> list[str]:
    """Return every difference between reports and ledger, once the reports are stable.

    Conversions posted around midnight (UTC) may count on the other day `by` conversion.
    """
    admin = Client(running.url, running.admin_key)
    messages = sent.unexpected_results()
    wait_until_stable(admin, sent)
    for smartlink, name in sent.network.smartlinks.items():
        for dimensions, by in REPORTS:
            expected = expected_report(partial(sent.ledger, smartlink, by=by), dimensions)
            differences = expected.differences(report(admin, sent, smartlink, dimensions, by))
            messages += [f"{name} by {by}: {difference}" for difference in differences]
    return messages


def wait_until_stable(admin: Client, sent: Sent) -> None:
    """Wait until the reports have stopped changing: briefly if they match the ledger, longer if they do not yet."""
    smartlinks = sent.network.smartlinks
    expected = [expected_report(partial(sent.ledger, smartlink), ("day",)) for smartlink in smartlinks]
    previous: list[Any] = []
    deadline = time.monotonic() + _MAX_WAIT_SECONDS
    since = time.monotonic()
    while time.monotonic() < deadline:
        documents = [report(admin, sent, smartlink, ("day",), "click") for smartlink in smartlinks]
        found = [document["rows"] for document in documents]
        if found != previous:
            previous, since = found, time.monotonic()
        if time.monotonic() - since > (_STABLE_SECONDS if _match(expected, documents) else _STUCK_SECONDS):
            return
        time.sleep(_POLL_SECONDS)


def _match(expected: Sequence[ExpectedReport], documents: Sequence[Any]) -> bool:
    return not any(each.differences(document) for each, document in zip(expected, documents, strict=True))


def report(admin: Client, sent: Sent, smartlink: str, dimensions: Sequence[str], by: By) -> Any:  # noqa: ANN401 - JSON
    """Return the API's report over all days of this run."""
    return admin.get(f"/admin/reports?{report_query(sent, smartlink, dimensions, by)}")


def report_query(sent: Sent, smartlink: str, dimensions: Sequence[str], by: By) -> str:
    """Return the report's query string, from the day of the oldest click to today."""
    first = min(click.at for click in sent.clicks).date()
    query = {
        "from": first.isoformat(),
        "to": datetime.now(UTC).date().isoformat(),
        "group_by": ",".join(dimensions),
        "smartlink_id": smartlink,
        "by": by,
    }
    return urlencode(query, safe=",")
