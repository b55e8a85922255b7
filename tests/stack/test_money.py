"""Money on the deployed stack: goals, lenient postbacks, refusals, attacks, currencies and terms."""

import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest

from deploy import cloud
from local.http import LocalResponse, send
from tests.stack.network import Network, run_concurrently, wait_for

SECONDS = 30
MONEY = ("payout", "revenue", "pending_payout")


class Advertiser:
    """A campaign with a link to it, and its postbacks."""

    def __init__(self, network: Network, name: str, publisher: str | None = None, **settings: Any) -> None:
        """Create the campaign, a smartlink with it and a link, by default of a new publisher."""
        self.network, self.name = network, name
        self.id = network.campaign(name, **settings)
        self.token = network.good("GET", f"/admin/campaigns/{self.id}")["postback_token"]
        self.link = network.link(network.smartlink({"campaign_id": self.id}), publisher)

    def click(self) -> str:
        """Click on the link; return the ID of the click."""
        clicked = self.network.click(self.link)
        assert clicked.host == f"{self.name}.example"
        return clicked.click_id

    def query(self, click_id: str, **parameters: str) -> str:
        """Return the query of a postback."""
        return urlencode({"click_id": click_id, "token": self.token, **parameters}, quote_via=quote)

    def post(self, click_id: str, **parameters: str) -> LocalResponse:
        """Send a postback."""
        return send("GET", f"{self.network.url}/postback?{self.query(click_id, **parameters)}")

    def outcome(self, click_id: str, **parameters: str) -> tuple[str, str | None]:
        """Send a postback; return its outcome and the conversion's status."""
        answer = self.post(click_id, **parameters)
        assert answer.status == 200, answer.body
        return answer.json()["status"], answer.json()["conversion_status"]

    def stored(self, **fields: str) -> list[dict[str, Any]]:
        """Return the campaign's conversions, which have these fields."""
        found = self.network.all(f"/admin/conversions?campaign_id={self.id}")
        return [each for each in found if all(each[name] == value for name, value in fields.items())]

    def figures(self) -> dict[str, Any]:
        """Return the conversions and the money of the campaign's report."""
        totals = self.network.good("GET", f"/admin/reports?group_by=campaign&campaign_id={self.id}")["totals"]
        counted = {name: totals[name] for name in ("conversions", "pending_conversions", "rejected_conversions")}
        return counted | {name: Decimal(totals[name]) for name in MONEY}


def figures(conversions: int = 0, payout: str = "0", revenue: str = "0", **others: Any) -> dict[str, Any]:
    """Return expected figures; those that are not named are 0."""
    zeros = {"pending_conversions": 0, "rejected_conversions": 0, "pending_payout": Decimal(0)}
    return {"conversions": conversions, "payout": Decimal(payout), "revenue": Decimal(revenue), **zeros, **others}


# Goals


def test_goals_pay_percentages_once_and_every_time(network: Network) -> None:
    goals = [
        {"name": "install", "payout": "0.70", "revenue": "1.00", "counts": "once"},
        {"name": "sale", "payout": "0.10", "payout_percent": "8", "revenue_percent": "10"},
    ]
    shop = Advertiser(network, "goals", payout="1.00", revenue="1.50", goals=goals)
    click_id = shop.click()
    assert shop.outcome(click_id) == ("recorded", "approved")
    assert shop.outcome(click_id, event="default") == ("duplicate", "approved")
    installs = [shop.outcome(click_id, event="install", txid=txid)[0] for txid in ("1", "2")]
    assert installs == ["recorded", "duplicate"]
    sales = [shop.outcome(click_id, event="sale", txid=txid, amount="19.99")[0] for txid in ("1", "2", "2")]
    assert sales == ["recorded", "recorded", "duplicate"]
    assert shop.outcome(click_id, event="made-up", payout="99") == ("recorded", None)
    stored = [(Decimal(each["payout"]), Decimal(each["revenue"])) for each in shop.stored(goal="sale")]
    assert stored == [(Decimal("1.6992"), Decimal("1.999"))] * 2
    assert shop.figures() == figures(4, payout="5.0984", revenue="6.498")


def test_16_threads_book_one_transaction_once(network: Network) -> None:
    shop = Advertiser(network, "threads", payout="1.37", revenue="2.01")
    click_id = shop.click()
    outcomes = run_concurrently(16, lambda _: shop.outcome(click_id, txid="t1"))
    assert Counter(outcomes) == {("recorded", "approved"): 1, ("duplicate", "approved"): 15}
    assert shop.figures() == figures(1, payout="1.37", revenue="2.01")


def test_16_threads_with_16_transactions_book_a_goal_that_counts_once_once(network: Network) -> None:
    shop = Advertiser(network, "once", payout="1.37", revenue="2.01", counts="once")
    click_id = shop.click()
    outcomes = run_concurrently(16, lambda n: shop.outcome(click_id, txid=f"t{n}"))
    assert Counter(outcomes) == {("recorded", "approved"): 1, ("duplicate", "approved"): 15}
    assert shop.figures() == figures(1, payout="1.37", revenue="2.01")


# Lenient postbacks

MACROS = (
    "{x}",
    "{{x}}",
    "%x%",
    "[x]",
    "$x",
    "#x#",
    "%7Bx%7D",
    "%7B%7Bx%7D%7D",
    "%25x%25",
    "%5Bx%5D",
    "%24x",
    "%23x%23",
)
"""Macros that a tracker did not replace, as they are and percent-encoded once more than a query needs."""


@pytest.fixture(scope="module")
def lenient(deployed: dict[str, Any]) -> Advertiser:
    network = Network(deployed["url"], deployed["admin_key"], deployed["edge_secret"], deployed["tracking_url"])
    return Advertiser(network, "lenient", payout="1.50", revenue="2.00")


@pytest.mark.parametrize("macro", MACROS)
def test_macro_that_was_not_replaced_counts_as_absent(lenient: Advertiser, macro: str) -> None:
    click_id = lenient.click()
    names = ("txid", "event", "amount", "payout", "revenue", "currency", "status")
    assert lenient.outcome(click_id, **dict.fromkeys(names, macro)) == ("recorded", "approved")
    (stored,) = lenient.stored(click_id=click_id)
    assert [stored[name] for name in ("txid", "event", "amount", "payout")] == [None, None, None, "1.50"]
    assert lenient.outcome(click_id) == ("duplicate", "approved")


@pytest.mark.parametrize(
    ("parameters", "payout"),
    [
        ({"payout": "1.2000000000000002"}, Decimal("1.2")),
        ({"currency": "usd"}, Decimal("1.5")),
        ({"status": "APPROVED"}, Decimal("1.5")),
    ],
    ids=["17 digits", "small letters", "capitals"],
)
def test_formality_loses_no_sale(lenient: Advertiser, parameters: dict[str, str], payout: Decimal) -> None:
    click_id = lenient.click()
    assert lenient.outcome(click_id, **parameters) == ("recorded", "approved")
    (stored,) = lenient.stored(click_id=click_id)
    assert Decimal(stored["payout"]) == payout


BODIES = {
    "multipart": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--',
    ),
    "text": ("text/plain", b"txid=ignored"),
    "empty JSON": ("application/json", b""),
    "cut short": ("application/json", b"{"),
}


@pytest.mark.parametrize("body", BODIES)
def test_body_that_cannot_be_read_is_ignored_if_the_query_suffices(lenient: Advertiser, body: str) -> None:
    click_id, (media, content) = lenient.click(), BODIES[body]
    parts = urlsplit(lenient.network.url)
    connection = HTTPConnection("127.0.0.1", parts.port or 80, timeout=60)
    target = f"{parts.path}/postback?{lenient.query(click_id, txid='t1')}"
    connection.request("POST", target, content, {"Host": parts.netloc, "Content-Type": media})
    answered = connection.getresponse()
    assert (answered.status, b'"recorded"' in answered.read()) == (200, True)
    connection.close()
    assert [each["txid"] for each in lenient.stored(click_id=click_id)] == ["t1"]


def test_figures_that_make_no_sense_are_refused_and_listed(network: Network) -> None:
    shop = Advertiser(network, "nonsense", payout="1.50")
    click_id = shop.click()
    nonsense = ("-1", "abc", "1e-7", "NaN", "1" * 40)
    answers = [shop.post(click_id, payout=value) for value in nonsense]
    assert [answer.status for answer in answers] == [422] * 5
    assert {answer.json()["errors"][0]["pointer"] for answer in answers} == {"/payout"}
    assert shop.post(click_id, token="wrong").status == 403
    listed = _refused(network, shop.id)
    assert [each["reason"] for each in listed].count("invalid") == 5
    assert all(any(f"payout={quote(value)}" in (each["query"] or "") for each in listed) for value in nonsense)
    assert not any(shop.token in (each["query"] or "") for each in listed)
    assert (shop.stored(), shop.figures()) == ([], figures())


def _refused(network: Network, campaign_id: str) -> list[dict[str, Any]]:
    """Return the campaign's refused postbacks."""
    return list(network.all(f"/admin/postbacks/refused?campaign_id={campaign_id}"))


# Attacks


def call_pixel(shop: Advertiser, click_id: str, **parameters: str) -> None:
    """Call the pixel with cookies that name a click: the one of this release, and the one of earlier releases."""
    query = urlencode({"campaign_id": shop.id, **parameters})
    for cookie in (f"clicks={shop.id}.{click_id}.9999999999", f"click_{shop.id}={click_id}"):
        answer = send("GET", f"{shop.network.tracking_url}/pixel.gif?{query}", headers={"Cookie": cookie})
        assert (answer.status, answer.headers["content-type"]) == (200, "image/gif")


@pytest.mark.parametrize("tracking", ["postback", "pixel"])
def test_invented_pixels_pay_nothing(network: Network, tracking: str) -> None:
    shop = Advertiser(network, "attacked", payout="50.00", revenue="70.00", tracking=tracking)
    click_id = shop.click()
    for n in range(11):
        call_pixel(shop, click_id, txid=f"made-up-{n}", event=f"made-up-{n}")
    pending: dict[str, Any] = {"pending_conversions": 1, "pending_payout": Decimal(50)}
    assert shop.figures() == figures(**({} if tracking == "postback" else pending))
    if tracking == "postback":
        assert {each["reason"] for each in _refused(network, shop.id)} == {"tracked_by_postback"}


def test_invented_events_of_one_click_pay_once(network: Network) -> None:
    shop = Advertiser(network, "invented", payout="10.00", revenue="12.00")
    click_id = shop.click()
    outcomes = [shop.outcome(click_id, event=event)[0] for event in ("one", "two", "three")]
    assert outcomes == ["recorded", "duplicate", "duplicate"]
    assert shop.figures() == figures(1, payout="10", revenue="12")


# Approval by the schedule

RUN_SCHEDULE = """
import sys
from datetime import datetime
from chalicelib.conversions.scheduled_approval import approve_due
approve_due(lambda: datetime.fromisoformat(sys.argv[1]))
"""


def run_schedule(now: datetime) -> None:
    """Run the schedule's code against the tables of the stack, at a time of our choice."""
    here = cloud.local()
    emulator = {
        "AWS_ENDPOINT_URL": here.endpoint or "",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "TABLE_PREFIX": f"{here.stack}-",
    }
    command = [sys.executable, "-c", RUN_SCHEDULE, now.isoformat()]
    subprocess.run(command, check=True, env={**os.environ, **emulator}, timeout=120)


def test_schedule_approves_after_the_campaigns_days_and_not_before(network: Network) -> None:
    shop = Advertiser(network, "later", payout="1.50", approval="manual", approve_after_days=3)
    click_id = shop.click()
    assert shop.outcome(click_id) == ("recorded", "pending")
    now = datetime.now(UTC)
    for days, status in ((2.9, "pending"), (3.1, "approved"), (3.1, "approved")):
        run_schedule(now + timedelta(days=days))
        assert shop.outcome(click_id) == ("duplicate", status)
    assert shop.figures() == figures(1, payout="1.5")


# Currencies and terms


def test_report_of_a_publisher_has_totals_in_two_currencies(network: Network) -> None:
    publisher, key = network.publisher()
    dollars = Advertiser(network, "dollars", publisher, payout="1.00", currency="USD")
    euros = Advertiser(network, "euros", publisher, payout="3.00", currency="EUR")
    dollars.click()
    assert dollars.outcome(dollars.click()) == ("recorded", "approved")
    assert euros.outcome(euros.click()) == ("recorded", "approved")

    def report() -> Any:
        return network.good("GET", "/publisher/reports?group_by=campaign", key=key)

    def totals() -> dict[str, tuple[int, Decimal, Decimal]]:
        entries = report()["totals_by_currency"]
        return {
            each["currency"]: (each["clicks"], Decimal(each["payout"]), Decimal(each["epc"] or 0)) for each in entries
        }

    wait_for(SECONDS, totals, {"USD": (2, Decimal(1), Decimal("0.5")), "EUR": (1, Decimal(3), Decimal(3))})
    assert report()["totals"] is None
    assert {row["currency"]: Decimal(row["payout"]) for row in report()["rows"]} == {
        "USD": Decimal(1),
        "EUR": Decimal(3),
    }


def test_conversion_is_paid_by_the_terms_at_the_time_of_its_click(network: Network) -> None:
    publisher, _ = network.publisher()
    shop = Advertiser(network, "terms", publisher, payout="1.00", revenue="5.00")
    before = shop.click()
    network.good("PUT", f"/admin/publishers/{publisher}/terms/{shop.id}", {"payout": "3"})
    assert shop.outcome(before) == ("recorded", "approved")
    assert [Decimal(each["payout"]) for each in shop.stored(click_id=before)] == [Decimal(1)]

    def payout_of_new_click() -> Decimal:
        click_id = shop.click()
        shop.outcome(click_id)
        (stored,) = shop.stored(click_id=click_id)
        return Decimal(stored["payout"])

    wait_for(5, payout_of_new_click, Decimal(3))
