from datetime import UTC, datetime, timedelta

import pytest
from pynamodb.transactions import TransactWrite

from chalicelib.counters import cells
from chalicelib.counters.blocks import append_blocks
from chalicelib.counters.cells import COUNTS, Cell
from chalicelib.http.problems import NotFound
from chalicelib.reporting.cell_reader import check_access, read_campaign_currencies, read_cells
from chalicelib.reporting.date_range import Period
from chalicelib.tables.base import connection
from chalicelib.tables.publishers import CampaignApprovalRow, MembershipRow
from tests.conftest import Api
from tests.documents import new_campaign

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
PERIOD = Period(NOON, NOON + timedelta(days=12))


def count(day: int, publisher: str) -> None:
    """Count one click of the publisher at noon, `day` days after the start."""
    quarter = cells.quarter_of(int((NOON + timedelta(days=day)).timestamp()) * 1000)
    with TransactWrite(connection=connection()) as write:
        counted = {Cell(quarter, publisher=publisher): [1, *([0] * (len(COUNTS) - 1))]}
        append_blocks(write, f"{day} {publisher}", counted)


def test_only_days_of_the_period_are_read(tables: None) -> None:
    for day in (-1, 0, 5, 12, 13):
        count(day, "pub_1")
    quarters = sorted(piece.values["quarter"][0] for piece in read_cells(PERIOD, None))
    assert [cells.day_of(quarter).day for quarter in quarters] == [1, 6, 13]


def test_only_the_shard_of_the_publisher_is_read(tables: None) -> None:
    publishers = [f"pub_{n}" for n in range(12)]
    for publisher in publishers:
        count(0, publisher)
    same_shard = {publisher for publisher in publishers if cells.shard_of(publisher) == cells.shard_of("pub_1")}
    read = {piece.values["publisher"][0] for piece in read_cells(PERIOD, "pub_1")}
    assert read == same_shard
    assert {piece.values["publisher"][0] for piece in read_cells(PERIOD, None)} == set(publishers)


def test_currencies_of_campaigns_that_exist_are_read(admin: Api) -> None:
    campaigns = {new_campaign(admin, currency=currency)["id"]: currency for currency in ("EUR", "USD")}
    assert read_campaign_currencies({*campaigns, "cmp_gone"}) == campaigns


def test_publisher_may_query_current_and_former_memberships(tables: None) -> None:
    MembershipRow("pub_1", "sml_1", status="declined", code="abcde12345").save()
    CampaignApprovalRow("pub_1", "cmp_1", tracking_key="a", active=False, approved_at="2026-11-01T00:00:00Z").save()
    check_access("pub_1", "sml_1", "cmp_1")
    check_access("pub_1", None, None)


@pytest.mark.parametrize(
    ("publisher", "smartlink", "campaign"),
    [
        pytest.param("pub_2", "sml_1", None, id="another's smartlink"),
        pytest.param("pub_1", "sml_2", None, id="a smartlink only applied for"),
        pytest.param("pub_2", None, "cmp_1", id="another's campaign"),
    ],
)
def test_publisher_may_not_query_anything_else(
    tables: None, publisher: str, smartlink: str | None, campaign: str | None
) -> None:
    MembershipRow("pub_1", "sml_1", status="approved", code="abcde12345").save()
    MembershipRow("pub_1", "sml_2", status="pending").save()
    CampaignApprovalRow("pub_1", "cmp_1", tracking_key="a", active=True, approved_at="2026-11-01T00:00:00Z").save()
    with pytest.raises(NotFound, match=smartlink or campaign):
        check_access(publisher, smartlink, campaign)
