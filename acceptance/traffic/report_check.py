"""Whether the reports agree with the maker's own books."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from acceptance.traffic import ledger
from acceptance.traffic.ledger import CELLS, By
from acceptance.traffic.run import Sent
from local.client import Client
from local.up import Running

REPORTS: tuple[tuple[tuple[str, ...], By], ...] = (
    (CELLS, "click"),
    (("day", "campaign"), "click"),
    (("day", "campaign"), "conversion"),
    (("publisher", "os"), "click"),
)
"""The reports that are held against the ledger, for each smartlink."""

_SETTLING_SECONDS = 120.0
_SURE_SECONDS = 2.0
_STUCK_SECONDS = 30.0
_BETWEEN_SECONDS = 0.5


def check(running: Running, sent: Sent) -> list[str]:
    """Every difference between what was sent and what the reports say, once they have stopped growing.

    Conversions posted while midnight (UTC) passes may stand on the other day `by` conversion.
    """
    admin = Client(running.url, running.admin_key)
    found = sent.complaints()
    settle(admin, sent)
    for smartlink, name in sent.network.smartlinks.items():
        for dimensions, by in REPORTS:
            said = report(admin, sent, smartlink, dimensions, by)
            books = sent.books(smartlink, dimensions, by)
            wrong = [
                *ledger.differences(books, said["rows"], dimensions),
                *ledger.differences({(): ledger.total(books)}, [said["totals"]], ()),
            ]
            found += [f"{name} by {by}: {each}" for each in wrong]
    return found


def settle(admin: Client, sent: Sent) -> None:
    """Wait until the reports have stopped growing: a little where they agree, longer where they do not yet."""
    deadline = time.monotonic() + _SETTLING_SECONDS
    wanted = [ledger.total(sent.books(each, ())) for each in sent.network.smartlinks]
    before: list[Any] = []
    since = time.monotonic()
    while time.monotonic() < deadline:
        now = [report(admin, sent, each, ("day",), "click")["totals"] for each in sent.network.smartlinks]
        if now != before:
            before, since = now, time.monotonic()
        agree = not any(ledger.differences({(): w}, [n], ()) for w, n in zip(wanted, now, strict=True))
        if time.monotonic() - since > (_SURE_SECONDS if agree else _STUCK_SECONDS):
            return
        time.sleep(_BETWEEN_SECONDS)


def report(admin: Client, sent: Sent, smartlink: str, dimensions: Sequence[str], by: By) -> Any:  # noqa: ANN401 - JSON
    """The API's report over all the days of this run."""
    return admin.get(f"/admin/reports?{report_query(sent, smartlink, dimensions, by)}")


def report_query(sent: Sent, smartlink: str, dimensions: Sequence[str], by: By) -> str:
    """The report's query, from the day of the oldest click to today."""
    first = min(click.at for click in sent.clicks).date()
    asked = {
        "from": first.isoformat(),
        "to": datetime.now(UTC).date().isoformat(),
        "group_by": ",".join(dimensions),
        "smartlink_id": smartlink,
        "by": by,
    }
    return urlencode(asked, safe=",")
