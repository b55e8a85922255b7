"""The statements and queries of `docs/archive.md`, which readers copy."""

import re
from collections.abc import Mapping
from typing import Any

import boto3
import pytest

from chalicelib.archive.schema import CLICK_COLUMNS, CLICKS, CONVERSION_COLUMNS, CONVERSIONS, Kind
from chalicelib.conversions import archiving
from chalicelib.counters import aggregator
from chalicelib.domain.click import RejectionReason
from deploy.cloud import Cloud
from deploy.paths import ROOT
from deploy.query import command, fetching, views
from deploy.query.command import Query
from tests.archive.changed_conversions import a_changed_conversion
from tests.conftest import ARCHIVE
from tests.counters.test_aggregator import AT, a_record
from tests.deploy.query.test_command import NOW, TODAY

DOCUMENT = (ROOT / "docs" / "archive.md").read_text()
QUERIES = re.findall(r"```sql\n(.*?)```", DOCUMENT, re.DOTALL)
ATHENA = [each.strip() for each in re.findall(r"```athena\n(.*?)```", DOCUMENT, re.DOTALL)]


def test_documented_tables_of_athena_have_the_columns_of_the_archive() -> None:
    assert ATHENA[:2] == [views.athena_table(CLICKS, "BUCKET"), views.athena_table(CONVERSIONS, "BUCKET")]


@pytest.mark.parametrize("columns", [CLICK_COLUMNS, CONVERSION_COLUMNS], ids=["clicks", "conversions"])
def test_every_column_is_documented_with_its_kind(columns: Mapping[str, Kind]) -> None:
    assert [name for name, kind in columns.items() if f"| `{name}` | {kind} | " not in DOCUMENT] == []


def test_every_letter_of_refusals_is_documented() -> None:
    assert [reason for reason in RejectionReason if f"| `{reason.code}` | `{reason}` |" not in DOCUMENT] == []


@pytest.mark.usefixtures("tables")
def test_documented_queries_run_on_duckdb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "archive_bucket", lambda _: ARCHIVE)
    aggregator.aggregate([a_record(n, city="Austin") for n in range(6)], NOW)
    changes: dict[str, Any] = {"click_id": "click00000", "click_at": AT, "status": "approved"}
    archiving.archive([a_changed_conversion(0, **changes, at=AT + 7_200_000, payout="1.5", revenue="2")], NOW)
    cloud = Cloud(boto3.Session(), None, "prod", "smartlink-prod", "")
    money, cities, sub_ids = (command.run(cloud, Query(sql, TODAY, "csv"), NOW) for sql in QUERIES)
    assert money.splitlines()[1] == "cmp_1,EUR,1,1.500000,2.000000"
    assert cities.splitlines() == ["country,city,os,os_version,clicks,fallbacks", "US,Austin,ios,,5,0"]
    assert sub_ids.splitlines()[1:] == ["s1,,3,0,", "s0,,2,1,2.0"]
