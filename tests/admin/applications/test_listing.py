from functools import partial
from typing import Any

import pytest

from chalicelib.lists import search
from chalicelib.lists.reads import Reads
from tests.conftest import Api
from tests.documents import apply, good, listed, new_publisher, new_smartlink, pages, pending

APPLICATIONS = "/admin/applications"


@pytest.fixture
def network(admin: Api) -> dict[str, Any]:
    """Ann applied for both smartlinks, Bob for Games; Ann's first application is declined."""
    ann, bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    games, deals = new_smartlink(admin, name="Games"), new_smartlink(admin, name="Deals")
    ids = {}
    for name, publisher, smartlink in (("ag", ann, games), ("ad", ann, deals), ("bg", bob, games)):
        apply(publisher, smartlink)
        ids[pending(admin)[-1]] = name
    admin.post(f"{APPLICATIONS}/{next(iter(ids))}/decline", {})
    return {"admin": admin, "ann": ann.id, "bob": bob.id, "games": games["id"], "deals": deals["id"], "ids": ids}


def found(network: dict[str, Any], query: str, limit: int = 50) -> list[str]:
    query = query.format(**network)
    return [network["ids"][each] for each in listed(network["admin"], f"{APPLICATIONS}?{query}", limit)]


@pytest.mark.parametrize("limit", [1, 2, 50])
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["ag", "ad", "bg"]),
        ("sort=-created_at", ["bg", "ad", "ag"]),
        ("status=pending", ["ad", "bg"]),
        ("status=pending&status=declined", ["ag", "ad", "bg"]),
        ("smartlink_id={games}", ["ag", "bg"]),
        ("smartlink_id={games}&smartlink_id={deals}&sort=-created_at", ["bg", "ad", "ag"]),
        ("publisher_id={ann}", ["ag", "ad"]),
        ("publisher_id={ann}&smartlink_id={deals}", ["ad"]),
        ("publisher_id={ann}&status=declined", ["ag"]),
        ("q=BO", ["bg"]),
        ("q=deal", ["ad"]),
        ("q={bob}", ["bg"]),
        ("q=nobody", []),
    ],
)
def test_applications_are_found(network: dict[str, Any], query: str, expected: list[str], limit: int) -> None:
    assert found(network, query, limit) == expected


def test_applications_are_counted(network: dict[str, Any]) -> None:
    page = good(network["admin"].get(f"{APPLICATIONS}?count=true&limit=1&q=games"))
    assert (len(page["items"]), page["total"]) == (1, 2)
    assert pages(network["admin"], f"{APPLICATIONS}?q=none", 50) == [[]]


def test_names_are_read_for_the_count_only_if_they_are_searched(
    network: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "Reads", partial(Reads, items=4))
    totals = [
        good(network["admin"].get(f"{APPLICATIONS}?count=true{query}"))["total"]
        for query in ("", "&status=pending", f"&publisher_id={network['bob']}", "&q=games")
    ]
    assert totals == [3, 2, 1, None]
