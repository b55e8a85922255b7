"""A traffic run against the in-process application, with fake reports."""

import json
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest

from acceptance.traffic import __main__, addresses, archive_check, details, report_check, run, summary
from acceptance.traffic.currencies import expected_report
from acceptance.traffic.ledger import By, Click, SentConversion, Status, rows, tally, total
from acceptance.traffic.plan import Link
from acceptance.traffic.run import RunOptions
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.conversions import ConversionRow
from demo import traffic
from deploy import cloud
from local import up
from local.up import Running
from tests.conftest import Api

STATUSES: dict[str, Status] = {"approved": "approved", "pending": "pending", "rejected": "rejected"}
SMALL = RunOptions(clicks=60, conversions=15, rate=0, seed=5, publishers=2)


class Reports:
    """Fake reports: the ledger of the stored rows. `error` is added to every payout."""

    def __init__(self) -> None:
        self.error = Decimal(0)
        self.stored: tuple[list[ClickRow], list[ConversionRow]] | None = None

    def report(self, query: dict[str, str]) -> Any:
        smartlink, dimensions = query["smartlink_id"], query["group_by"].split(",")
        self.stored = self.stored or (list(ClickRow.scan()), list(ConversionRow.scan()))
        click_rows, conversion_rows = self.stored
        clicks = {row.click_id: a_click(row) for row in click_rows}
        conversions = [self._a_conversion(row, clicks[row.click_id]) for row in conversion_rows if row.status]
        clicked = [click for click in clicks.values() if click.smartlink == smartlink]
        converted = [conversion for conversion in conversions if conversion.click.smartlink == smartlink]
        by: By = "conversion" if query["by"] == "conversion" else "click"
        report = expected_report(lambda names: tally(clicked, converted, names, by), dimensions)
        return {
            "rows": rows(report.rows, report.dimensions),
            "totals": rows({(): total(report.rows)}, ())[0] if report.has_totals else None,
            "totals_by_currency": rows(report.by_currency, ("currency",)),
        }

    def _a_conversion(self, row: ConversionRow, click: Click) -> SentConversion:
        return SentConversion(
            click=click,
            at=datetime.fromtimestamp(row.at / 1000, UTC),
            payout=Decimal(row.payout) + self.error,
            revenue=Decimal(row.revenue),
            status=STATUSES[row.status or ""],
            goal=row.goal or "",
        )


def a_click(row: ClickRow) -> Click:
    fields = row.attribute_values
    return Click(
        click_id=row.click_id,
        at=datetime.fromtimestamp(row.at / 1000, UTC),
        smartlink=row.route_id,
        publisher=row.publisher_id,
        campaign=row.campaign_id,
        country=fields.get("country"),
        device=fields["device"],
        os=fields["os"],
        sub1=(fields.get("sub_ids") or {}).get("sub1"),
        is_bot=bool(fields.get("is_bot")),
        is_duplicate=bool(fields.get("is_duplicate")),
        visitor="",
        currency=fields.get("currency"),
        details=known_details(fields),
    )


def known_details(fields: dict[str, Any]) -> dict[str, str]:
    values = {**fields, **(fields.get("sub_ids") or {})}
    return {name: values[name] for name in details.NAMES if values.get(name)}


def handler(api: Api, reports: Reports) -> type[BaseHTTPRequestHandler]:
    lock = threading.Lock()

    class Gateway(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with lock:
                status, headers, text = self._answer(body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            for name in headers.keys() & {"Location", "Content-Type"}:
                self.send_header(name, headers[name])
            self.end_headers()
            self.wfile.write(text)

        do_POST = do_PATCH = do_PUT = do_GET  # noqa: N815 - names of the parent class

        def _answer(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/admin/reports":
                return 200, {}, json.dumps(reports.report(query)).encode()
            path, reports.stored = self.path.removeprefix("/api"), None
            response = Api(headers=dict(self.headers)).call(self.command, path, body)
            return response.status, response.headers, response.text.encode()

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    return Gateway


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def running(admin: Api, reports: Reports, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    here = cloud.Cloud(boto3.Session(region_name="us-east-1"), None, "local", "smartlink", "")
    monkeypatch.setattr(cloud, "local", lambda: here)
    monkeypatch.setattr(report_check, "_STABLE_SECONDS", 0)
    monkeypatch.setattr(report_check, "_STUCK_SECONDS", 0)
    monkeypatch.setattr(addresses, "draw", lambda _: dict.fromkeys(("192.0.2.1", "192.0.2.77", "10.1.2.3")))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler(admin, reports)) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        yield Running(address, admin.key, "edge-secret", address)
        server.shutdown()
        thread.join()


def test_correct_reports_have_no_differences(running: Running) -> None:
    sent = run.send(running, SMALL)
    assert (len(sent.real), len(sent.conversions)) == (60, 15)
    assert len(sent.backdated) == 4
    assert any(click.is_duplicate for click in sent.real)
    assert report_check.check(running, sent) == []


def test_payout_that_is_wrong_by_a_cent_is_reported(running: Running, reports: Reports) -> None:
    reports.error = Decimal("0.01")
    differences = report_check.check(running, run.send(running, SMALL))
    assert differences
    assert all("payout is" in message or "profit is" in message for message in differences)


def test_sent_traffic_can_be_printed_and_saved(running: Running, tmp_path: Path) -> None:
    sent = run.send(running, SMALL)
    table = summary.format_table(sent)
    assert "60 through the redirect" in table
    assert "15 recorded" in table
    summary.write(tmp_path / "ledger.json", SMALL, sent)
    written = json.loads((tmp_path / "ledger.json").read_text())
    assert len(written["clicks"]) == 60 + len(sent.backdated)
    assert [each["name"] for each in written["smartlinks"]] == ["mixed", "tiers", "single"]


def test_command_exits_with_1_if_reports_differ_from_the_ledger(
    running: Running, reports: Reports, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(up, "load_stack_or_none", lambda: running)
    monkeypatch.setattr(archive_check, "check", lambda *_: [])
    monkeypatch.setattr(sys, "argv", ["acceptance.traffic", "--clicks=20", "--conversions=2", "--rate=0", "--check"])
    assert __main__.main() == 0
    assert "0 differences between the reports, the archive and the ledger" in capsys.readouterr().out
    reports.error = Decimal(1)
    assert __main__.main() == 1


def test_demo_traffic_has_300_clicks_and_25_conversions(running: Running) -> None:
    links = run.send(running, RunOptions(clicks=1, conversions=0, rate=0)).network.links
    text = traffic.send(running, [Link(link.url, link.smartlink, link.publisher) for link in links])
    assert text == "300 clicks and 25 conversions over the last 7 days"
