from datetime import timedelta

import pytest

from chalicelib.admin.counts import queries
from chalicelib.conversions import refused
from chalicelib.conversions.refused import record_refusal
from chalicelib.domain.refusal import RefusalReason
from chalicelib.lists import counting
from chalicelib.notifications.send import ADMIN
from tests.admin.deliveries.test_queries import write
from tests.builders import NOW
from tests.conftest import Api
from tests.documents import apply, new_publisher, new_smartlink, pending
from tests.http.support import a_request

REQUEST = a_request(owner=ADMIN, now=NOW)


def refuse(campaign_id: str, times: int = 1, days_ago: int = 0) -> None:
    for n in range(times):
        at = NOW - timedelta(days=days_ago) + timedelta(milliseconds=n)
        record_refusal(a_request(now=at), campaign_id, "c", RefusalReason.INVALID, "nonsense")


@pytest.fixture(autouse=True)
def omitted(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Provide a process that has left out no refusal."""
    monkeypatch.setattr(refused, "_omitted", {})


def test_pending_applications_are_counted(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    for name in ("Ann", "Bob", "Cid"):
        apply(new_publisher(admin, name), smartlink)
    admin.post(f"/admin/applications/{pending(admin)[0]}/decline", {"reason": "no"})
    assert queries.pending_applications(REQUEST) == 2


def test_dead_deliveries_of_all_publishers_are_counted() -> None:
    for n, (status, publisher_id) in enumerate([("dead", "pub_1"), ("dead", "pub_2"), ("failed", "pub_1")]):
        write(n, status, publisher_id)
    assert queries.dead_deliveries(REQUEST) == 2


def test_refused_postbacks_of_today_are_counted() -> None:
    refuse("cmp_1", 2)
    refuse("cmp_2")
    refuse("cmp_1", days_ago=1)
    assert queries.refused_postbacks_today(REQUEST) == 3


def test_refused_postbacks_that_are_not_listed_count_too() -> None:
    refuse("cmp_1", 64)
    assert queries.refused_postbacks_today(REQUEST) == 60 + 4


@pytest.mark.parametrize(("maximum", "number"), [(3, 3), (2, None)])
def test_refused_postbacks_are_exact_up_to_the_maximum_of_reads(
    monkeypatch: pytest.MonkeyPatch, maximum: int, number: int | None
) -> None:
    refuse("cmp_1", 3)
    monkeypatch.setattr(queries, "MAX_ITEMS", maximum)
    assert queries.refused_postbacks_today(REQUEST) == number


def test_other_counts_are_null_beyond_the_maximum_of_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    write(1)
    monkeypatch.setattr(counting, "MAX_ITEMS", 0)
    assert queries.dead_deliveries(REQUEST) is None
