from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.admin.deliveries import queries
from chalicelib.admin.deliveries.queries import list_deliveries
from chalicelib.admin.deliveries.schemas import DeliveriesQuery
from chalicelib.http.models import validate
from chalicelib.http.problems import ValidationFailed
from chalicelib.postbacks.delivery_lists import list_of
from chalicelib.tables.postbacks import PostbackDeliveryRow
from tests.conftest import empty_tables


def write(number: int, status: str = "dead", publisher_id: str = "pub_1") -> PostbackDeliveryRow:
    """Write a delivery; a greater number is a later one."""
    row = PostbackDeliveryRow(
        f"dlv_{number}",
        postback_id="pbk_1",
        publisher_id=publisher_id,
        series="cnv_1",
        attempt=1,
        url="https://pub.example/",
        status=status,
        status_shard=list_of(status, publisher_id),
        claimed_at=0,
        at="2026-11-04T12:00:00.000Z",
        postback_month="pbk_1#2026-11",
        moment=f"{number:013d}#1#dlv_{number}",
        expires_at=0,
    )
    row.save()
    return row


def listed(limit: int = 50, **filters: Any) -> list[str]:
    """Return the IDs of all pages."""
    found, cursor = list[str](), None
    for _ in range(100):
        rows, cursor = list_deliveries(validate(DeliveriesQuery, {"limit": limit, "cursor": cursor, **filters}))
        found += [row.id for row in rows]
        if cursor is None:
            return found
    raise AssertionError(found)


def test_deliveries_of_all_publishers_and_statuses_are_listed_newest_first(tables: None) -> None:
    for n, status in enumerate(("dead", "delivered", "sending", "failed", "refused")):
        write(n, status, f"pub_{n}")
    assert listed() == listed(limit=2) == [f"dlv_{n}" for n in (4, 3, 2, 1, 0)]
    assert listed(status=["dead", "refused"]) == ["dlv_4", "dlv_0"]
    assert listed(publisher_id=["pub_1", "pub_3"]) == ["dlv_3", "dlv_1"]
    assert listed(publisher_id=["pub_1"], status=["dead"]) == []


def test_cursor_of_another_list_is_an_error() -> None:
    with pytest.raises(ValidationFailed, match="cursor"):
        listed(cursor="elsewhere")


@given(
    written=st.lists(st.tuples(st.sampled_from(["dead", "failed"]), st.sampled_from(["pub_1", "pub_2", "pub_5"]))),
    limit=st.integers(1, 4),
    cost=st.integers(1, 40),
)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_hold_every_matching_delivery_once_in_order(
    tables: None, written: list[tuple[str, str]], limit: int, cost: int
) -> None:
    empty_tables()
    rows = [write(n, *each) for n, each in enumerate(written)]
    expected = [row.id for row in rows[::-1] if row.status == "dead" and row.publisher_id != "pub_2"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queries, "MAX_COST", cost)
        patch.setattr(queries, "PAGE_SIZE", 2)
        assert listed(limit, status=["dead"], publisher_id=["pub_1", "pub_5"]) == expected


def test_search_that_reads_too_much_goes_on_from_its_cursor(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MAX_COST", 1)
    monkeypatch.setattr(queries, "PAGE_SIZE", 1)
    rows = [write(n, "dead", "pub_1") for n in range(4)]
    first, cursor = queries.list_deliveries(validate(DeliveriesQuery, {"status": ["dead"], "limit": 50}))
    assert (len(first) < len(rows), cursor is not None) == (True, True)
    assert listed(50, status=["dead"]) == [row.id for row in rows[::-1]]
