import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
import pytest

from chalicelib.conversions import archiving
from chalicelib.counters import aggregator
from deploy.cloud import Cloud
from deploy.errors import CommandError
from deploy.query import command, fetching
from deploy.query.command import Query, parse_query
from deploy.query.days import Days
from tests.archive.changed_conversions import a_changed_conversion
from tests.conftest import ARCHIVE
from tests.counters.test_aggregator import AT, a_record

pytestmark = pytest.mark.usefixtures("tables")

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
TODAY = Days(date(2026, 11, 21), date(2026, 11, 21))


@pytest.fixture(autouse=True)
def archive(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Archive six clicks of today and one of yesterday, and two conversions, one of which changed."""
    monkeypatch.setattr(fetching, "archive_bucket", lambda _: ARCHIVE)
    aggregator.aggregate([*(a_record(n) for n in range(6)), a_record(6, at=AT - 86_400_000)], NOW)
    same: dict[str, Any] = {"click_at": AT, "at": AT}
    records = [
        a_changed_conversion(0, conversion=1, **same, status="pending", payout="1.5"),
        a_changed_conversion(1, conversion=2, **same, status="approved", payout="0.1"),
        a_changed_conversion(2, conversion=1, **same, status="approved", payout="0.2"),
        a_changed_conversion(3, conversion=3, at=AT, click_at=AT - 86_400_000, payout="9"),
        a_changed_conversion(4, conversion=4, at=AT + 86_400_000, click_at=AT, payout="0.4"),
    ]
    archiving.archive(records, NOW)


def ask(sql: str, format_: str = "csv") -> str:
    cloud = Cloud(boto3.Session(), None, "prod", "smartlink-prod", "")
    return command.run(cloud, Query(sql, TODAY, format_), NOW + timedelta(minutes=1))


def test_clicks_are_those_of_the_asked_days() -> None:
    assert ask("SELECT count(*), count(DISTINCT click_id) FROM clicks").splitlines()[1] == "6,6"
    assert ask("SELECT count(*) FROM all_clicks").splitlines()[1] == "7"


def test_conversions_are_the_newest_versions_of_the_clicks_of_the_days_and_add_up_exactly() -> None:
    assert ask("SELECT count(*) AS n, sum(payout) AS payout FROM conversions") == "n,payout\n3,0.700000"
    assert ask("SELECT sum(payout) FROM conversions_by_arrival").splitlines()[1] == "9.300000"
    assert ask("SELECT count(*) FROM conversion_changes").splitlines()[1] == "5"


def test_maps_times_and_flags_have_their_types() -> None:
    query = 'SELECT sub_ids[\'sub1\'], is_bot, "at" FROM clicks ORDER BY "at" LIMIT 1'
    assert ask(query).splitlines()[1] == "s0,False,2026-11-21 12:00:00+00:00"


def test_table_has_a_column_for_each_value_and_says_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_MAX_ROWS", 1)
    rows = ask("SELECT 'a' AS letter, 1 AS number UNION ALL SELECT NULL, 20 ORDER BY number", "table")
    assert rows.splitlines() == [
        "letter  number",
        "------  ------",
        "a       1",
        "… 1 more rows; use FORMAT=csv for all",
    ]


def test_null_is_empty() -> None:
    assert ask("SELECT NULL AS nothing, 1 AS one") == "nothing,one\n,1"
    assert ask("SELECT NULL AS nothing, 1 AS one", "table").splitlines()[2] == "         1"


def test_days_without_objects_have_empty_views() -> None:
    cloud = Cloud(boto3.Session(), None, "prod", "smartlink-prod", "")
    query = Query("SELECT count(*) FROM clicks, conversions", Days(date(2027, 1, 1), date(2027, 1, 1)), "csv")
    assert command.run(cloud, query, NOW).splitlines()[1] == "0"


def test_error_of_duckdb_is_shown() -> None:
    with pytest.raises(CommandError, match=r"DuckDB refused the query: .*colour"):
        ask("SELECT colour FROM clicks")


@pytest.mark.parametrize("sql", ["-- nothing", ";", "/* SELECT 1 */"])
def test_text_without_a_statement_is_an_error_that_says_so(sql: str) -> None:
    with pytest.raises(CommandError, match="SQL has no statement"):
        ask(sql)


def test_interrupted_query_ends_at_once() -> None:
    script = """if True:
        import os, signal, threading
        from datetime import date
        from pathlib import Path
        from deploy.query import command
        day, run_query = date(2026, 11, 21), command._result
        def interrupted(*arguments):
            threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
            return run_query(*arguments)
        command._result = interrupted
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sql = "SELECT sum(range) FROM range(1000000000000)"
        command.execute(command.Query(sql, command.Days(day, day)), Path("no-archive"))
    """
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=30)
    assert ended.stderr.rstrip().endswith("KeyboardInterrupt"), ended.stderr


def test_missing_duckdb_is_an_error_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(CommandError, match=r"DuckDB is not installed. Run `make install` and try again."):
        ask("SELECT 1")


def test_settings_have_defaults() -> None:
    query = parse_query({"SQL": " SELECT 1 "}, NOW)
    assert query == Query("SELECT 1", Days(date(2026, 11, 15), date(2026, 11, 21)), "table", 5.0)
    assert parse_query({"SQL": "x", "FORMAT": "csv", "MAX_GB": "2.5", "FROM": "2026-11-01"}, NOW).max_gb == 2.5


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, 'SQL is not set. Run `make query SQL="SELECT count(*) FROM clicks"`.'),
        ({"SQL": "x", "FORMAT": "xml"}, "FORMAT is xml. Set it to table or csv."),
        ({"SQL": "x", "MAX_GB": "many"}, "MAX_GB is many. Set it to a number of gigabytes, such as 10."),
        ({"SQL": "x", "MAX_GB": "inf"}, "MAX_GB is inf. Set it to a number of gigabytes, such as 10."),
    ],
)
def test_setting_that_is_not_valid_is_refused(settings: dict[str, str], message: str) -> None:
    with pytest.raises(CommandError) as refused:
        parse_query(settings, NOW)
    assert str(refused.value) == message
