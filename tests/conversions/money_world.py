"""The same events, played to the application and to the money model; and what both then say."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from chalicelib.conversions import changes, recording, views
from chalicelib.conversions.conversion import ReportedConversion
from chalicelib.conversions.schemas import PixelQuery, PostbackQuery
from chalicelib.conversions.status import Ruling, StatusSource
from chalicelib.counters import learning_cells
from chalicelib.counters.cells import COUNTS
from chalicelib.domain.conversion import ConversionStatus, Reporter
from chalicelib.domain.timestamps import milliseconds
from chalicelib.endpoints import ENDPOINTS
from chalicelib.http.problems import Conflict, Gone
from chalicelib.http.request import Request
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.conversions import ClickGoalRow, ConversionRow
from chalicelib.tables.counters import CapCounterRow, CounterBlockRow
from tests.advertiser import counted, learned
from tests.builders import NOW
from tests.conftest import Api
from tests.conversions.money_deals import Deal, Report, Visit, millionths
from tests.conversions.money_model import Books, CapKey, Sale
from tests.documents import add_publisher, clicked, good, new_campaign, new_publisher, new_smartlink

FIGURES = ("conversions", "payout", "revenue", "pending_conversions", "pending_payout", "rejected_conversions")


@dataclass(frozen=True)
class Stage:
    """Two campaigns without settings yet, two publishers with a link to the first and one with a link to the second."""

    admin: Api
    tokens: dict[str, str]
    links: tuple[tuple[str, str, str], ...]

    @property
    def campaign_ids(self) -> list[str]:
        """The IDs of the campaigns."""
        return list(self.tokens)


def build(admin: Api) -> Stage:
    """Create the network: each link is a campaign, a publisher and a code."""
    campaigns = [new_campaign(admin, name) for name in ("first", "second")]
    smartlinks = [new_smartlink(admin, campaign) for campaign in campaigns]
    publishers = [new_publisher(admin, name) for name in ("Ann", "Bob")]
    links = [
        (campaigns[n]["id"], publishers[who].id, add_publisher(admin, smartlinks[n], publishers[who]))
        for n, who in ((0, 0), (0, 1), (1, 0))
    ]
    return Stage(admin, {campaign["id"]: campaign["postback_token"] for campaign in campaigns}, tuple(links))


@dataclass
class World:
    """One play: the model's books and the application's tables, both empty at first."""

    stage: Stage
    books: Books
    now: datetime = NOW
    visits: list[Visit] = field(default_factory=list)

    def change(self, deal: Deal) -> None:
        """Change the settings of a campaign now."""
        good(self.stage.admin.patch(f"/admin/campaigns/{deal.id}", deal.document))
        self.books.deals[deal.id] = deal

    def click(self, n: int) -> None:
        """Click on a link now."""
        campaign_id, publisher_id, code = self.stage.links[n % len(self.stage.links)]
        click_id = clicked(code).headers["Location"].partition("cid=")[2]
        ClickRow(click_id).update([ClickRow.at.set(milliseconds(self.now))])
        self.visits.append(Visit(click_id, publisher_id, self.now, self.books.deals[campaign_id]))

    def postback(self, report: Report) -> None:
        """Send a postback."""
        sent = {**_said(report), "click_id": report.visit.id, "token": self.stage.tokens[report.visit.deal.id]}
        try:
            views.postback(a_request("GET", "/postback", self.now), PostbackQuery(**sent))
        except Gone:
            assert not report.visit.is_open_at(self.now)
        self.books.hear("postback", report, self.now)

    def pixel(self, report: Report, cookie: str) -> None:
        """Call the pixel with a cookie of the newest or of an earlier release."""
        campaign_id, click_id = report.visit.deal.id, report.visit.id
        cookies = {"clicks": f"{campaign_id}.{click_id}.9999999999", "earlier": click_id}
        name = "clicks" if cookie == "clicks" else f"click_{campaign_id}"
        request = replace(a_request("GET", "/pixel.gif", self.now), cookies={name: cookies[cookie]})
        views.pixel(request, PixelQuery(campaign_id=campaign_id, **_said(report)))
        self.books.hear("pixel", Report(report.visit, report.event, report.txid), self.now)

    def row_of_import(self, report: Report) -> None:
        """Record a row of an import."""
        said: dict[str, Any] = dict(_said(report))
        amounts: dict[str, Any] = {
            name: Decimal(said[name]) for name in ("amount", "payout", "revenue") if name in said
        }
        status = ConversionStatus(report.status) if report.status else None
        reported = ReportedConversion(report.visit.id, report.txid, report.event, **amounts, status=status)
        request = a_request("POST", "/admin/campaigns", self.now)
        source = recording.get_source_or_404(report.visit.id)
        recording.record_conversion(request, source, reported, Reporter.IMPORT)
        self.books.hear("import", report, self.now)

    def decide(self, n: int, status: str) -> None:
        """Decide the n-th conversion as an admin."""
        if not self.books.sales:
            return
        sale = self.books.sales[n % len(self.books.sales)]
        try:
            self._decide(sale, changes.decision_of_admin(ConversionStatus(status), None))
        except Conflict:
            assert sale.status is None
        self.books.decide(sale, status)

    def approve_due(self) -> None:
        """Run the schedule."""
        for sale in self.books.due(self.now):
            self._decide(sale, Ruling(ConversionStatus.APPROVED, StatusSource.SCHEDULE))
        self.books.approve_due(self.now)

    def wait(self, days: int) -> None:
        """Let days pass."""
        self.now += timedelta(days=days)

    def _decide(self, sale: Sale, ruling: Ruling) -> None:
        row = self.row_of(sale)
        changes.decide(a_request("PATCH", "/admin/conversions/{conversion_id}", self.now), row, ruling, "key_1")

    def row_of(self, sale: Sale) -> ConversionRow:
        """Return the application's conversion, which was recorded as the model's."""
        rows = sorted(ConversionRow.scan(), key=lambda row: recorded_order(row, self.books))
        return rows[self.books.sales.index(sale)]


def recorded_order(row: ConversionRow, books: Books) -> int:
    """Return which of the model's conversions a row is; fail if it is none of them."""
    (n,) = (n for n, sale in enumerate(books.sales) if _is_row_of(row, sale))
    return n


def _is_row_of(row: ConversionRow, sale: Sale) -> bool:
    is_same_goal = row.click_id == sale.visit.id and row.goal == sale.goal
    if sale.goal is None:
        return is_same_goal and (row.event, row.txid or "") == (sale.label, sale.txid)
    return is_same_goal and (row.txid or "") == sale.txid


def a_request(method: str, path: str, now: datetime) -> Request:
    """Return a request at a time."""
    endpoint = next(each for each in ENDPOINTS if (each.method, each.path) == (method, path))
    owner = "admin" if endpoint.audience == "admin" else ""
    return Request(endpoint, owner, now, "https://api.example", None, None, bytes, actor="key_1")


def _said(report: Report) -> dict[str, str]:
    names = ("event", "txid", "amount", "payout", "revenue", "status")
    return {name: getattr(report, name) for name in names if getattr(report, name) is not None}


def shown() -> dict[tuple[str, str, str], tuple[Counter[str], Counter[str]]]:
    """Return the counts of the application's reports by click and by arrival, as the model's figures."""
    totals: dict[tuple[str, str, str], tuple[Counter[str], Counter[str]]] = {}
    for cell, counts in counted().items():
        both = totals.setdefault((cell.campaign, cell.goal, cell.currency), (Counter(), Counter()))
        for part, prefix in zip(both, ("", "arrived_"), strict=True):
            part.update({name: counts[COUNTS.index(f"{prefix}{name}")] for name in FIGURES})
    return {key: both for key, both in totals.items() if any(any(part.values()) for part in both)}


def used(now: datetime) -> dict[CapKey, int]:
    """Return the usage of the application's cap counters that are kept."""
    usage: dict[CapKey, int] = {}
    for row in CapCounterRow.scan():
        campaign_id, metric, window, _, since, owner = row.key.split("|")
        if row.used and (row.expires_at is None or now < row.expires_at):
            usage[campaign_id, metric, window, since, owner] = row.used
    return usage


def taught() -> dict[str, tuple[int, int, int]]:
    """Return conversions, payout and revenue of the application's learning cells by campaign."""
    totals: dict[str, Counter[str]] = {}
    for cells in learned().values():
        for cell, counts in cells.items():
            totals.setdefault(cell.campaign, Counter()).update(dict(zip(learning_cells.COUNTS, counts, strict=True)))
    known = {key: (each["conversions"], each["payout"], each["revenue"]) for key, each in totals.items()}
    return {key: counts for key, counts in known.items() if any(counts)}


def fields_of(sale: Sale) -> tuple[Any, ...]:
    """Return the fields of the model's conversion, as `stored_fields` returns those of a row."""
    approve_at = sale.approve_at and milliseconds(sale.approve_at)
    amount = None if sale.amount is None else millionths(sale.amount)
    money = (amount, sale.payout, sale.revenue, sale.visit.deal.currency)
    return (sale.goal, sale.txid, sale.by, sale.status, sale.held, approve_at, *money)


def stored_fields(row: ConversionRow) -> tuple[Any, ...]:
    """Return the fields of a stored conversion by which the model judges it."""
    amount = None if row.amount is None else millionths(row.amount)
    money = (amount, millionths(row.payout), millionths(row.revenue), row.currency)
    return (row.goal, row.txid or "", row.reported_by, row.status, bool(row.held), row.approve_at, *money)


def empty_books() -> None:
    """Delete all conversions and what they count for."""
    for model in (ConversionRow, ClickGoalRow, CounterBlockRow, CapCounterRow):
        with model.batch_write() as batch:
            for row in model.scan():
                batch.delete(row)
