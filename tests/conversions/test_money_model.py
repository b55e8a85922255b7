"""Any sequence of reports and decisions books what the money model books, and can be undone to exact zeros."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.tables.conversions import ConversionRow
from tests.conftest import Api
from tests.conversions import money_world
from tests.conversions.money_deals import Deal, Goal, Report
from tests.conversions.money_model import Books
from tests.conversions.money_world import Stage, World


@dataclass(frozen=True)
class Event:
    """Something that happens, with the words by which hypothesis prints it."""

    words: str
    act: Callable[[World], None] = field(repr=False)


EVENTS = (*[None] * 14, "", "default", "sale", "sale", "deposit", "made-up")
AMOUNTS = (None, None, "0", "0.000001", "19.99", "33.333333")
PAYOUTS = (*[None] * 5, "0", "0.000001", "1.25", "150", "150.000001")
STATUSES = (None, None, "approved", "pending", "rejected")

amounts_of_goals = st.fixed_dictionaries(
    {
        "payout": st.sampled_from(["0", "1.50", "0.000003"]),
        "revenue": st.sampled_from(["0", "2.00"]),
        "payout_percent": st.sampled_from(["0", "0", "7.25", "33.333333"]),
        "revenue_percent": st.sampled_from(["0", "0", "10"]),
        "counts": st.sampled_from(["every", "once"]),
    }
)


def goals(name: str) -> st.SearchStrategy[Goal]:
    return amounts_of_goals.map(lambda amounts: Goal(name, **amounts))


CAPS = tuple(
    (metric, window, scope)
    for scope in ("campaign", "publisher")
    for window in ("total", "day")
    for metric in ("payout", "revenue", "conversions")
)
methods = st.sampled_from(
    [
        ("postback", "auto", None),
        ("postback", "manual", None),
        ("postback", "manual", 2),
        ("pixel", "manual", None),
        ("pixel", "manual", None),
        ("pixel", "manual", 2),
        ("pixel", "auto", None),
        ("pixel", "auto", None),
    ]
)


@st.composite
def deals(draw: st.DrawFn, currency: str) -> Deal:
    tracking, approval, days = draw(methods)
    names = draw(st.sampled_from([(), ("sale",), ("sale", "deposit")]))
    return Deal(
        "",
        currency,
        tracking,
        approval,
        days,
        default=draw(goals("default")),
        goals=tuple(draw(goals(name)) for name in names),
        max_payout=draw(st.sampled_from([None, None, None, "1.00", "25"])),
        caps=draw(st.sampled_from([(), CAPS, CAPS, CAPS[:4]])),
        window_days=draw(st.sampled_from([5, 30])),
    )


SENDERS = (*["postback"] * 3, *["pixel"] * 3, "import")


@st.composite
def reports(draw: st.DrawFn, senders: Sequence[str] = SENDERS) -> Event:
    by = draw(st.sampled_from(senders))
    which, cookie = draw(st.sampled_from([*[0] * 14, 1, 2, 3])), draw(st.sampled_from(["clicks", "earlier"]))
    said = {
        "event": draw(st.sampled_from(EVENTS)),
        "txid": draw(st.sampled_from([None, "t1", "t2"])),
        "amount": draw(st.sampled_from(AMOUNTS)),
        "payout": draw(st.sampled_from(PAYOUTS)),
        "revenue": draw(st.sampled_from((None, None, "0", "7.000001"))),
        "status": draw(st.sampled_from(STATUSES)),
    }

    def tell(world: World) -> None:
        report = Report(world.visits[which % len(world.visits)], **said)
        if by == "postback":
            world.postback(report)
        elif by == "pixel":
            world.pixel(report, cookie)
        else:
            world.row_of_import(report)

    return Event(f"{by} {which} {said}", tell)


def decided(n: int, status: str) -> Event:
    return Event(f"decide({n}, {status})", lambda world: world.decide(n, status))


def waited(days: int) -> Event:
    return Event(f"wait({days})", lambda world: world.wait(days))


def visited(n: int) -> Event:
    return Event(f"click({n})", lambda world: world.click(n))


def switched(n: int, method: tuple[str, str, int | None]) -> Event:
    def switch(world: World) -> None:
        deal = world.books.deals[world.stage.campaign_ids[n]]
        tracking, approval, days = method
        world.change(replace(deal, tracking=tracking, approval=approval, approve_after_days=days))

    return Event(f"switch({n}, {method})", switch)


def repriced(n: int, payout: str, caps: list[Any]) -> Event:
    def change(world: World) -> None:
        deal = world.books.deals[world.stage.campaign_ids[n]]
        world.change(replace(deal, default=replace(deal.default, payout=payout), caps=tuple(caps)))

    return Event(f"reprice({n}, {payout}, {caps})", change)


decisions = st.builds(decided, st.integers(0, 5), st.sampled_from(["approved", "rejected", "pending"]))
campaigns = st.integers(0, 1)
changes_of_deals = st.builds(switched, campaigns, methods) | st.builds(
    repriced, campaigns, st.sampled_from(["0", "3.10"]), st.lists(st.sampled_from(CAPS), max_size=2, unique=True)
)
others = (
    st.builds(waited, st.integers(1, 3))
    | st.just(Event("schedule", World.approve_due))
    | changes_of_deals
    | st.builds(visited, st.integers(0, 2))
)
single = st.one_of(reports(), reports(), reports(), reports(), decisions, others)
beginnings = st.lists(reports(["pixel"]), max_size=1)
"""A pixel comes first in half of the stories: after a postback it changes nothing."""

stories = st.builds(list.__add__, beginnings, st.lists(single, min_size=12, max_size=24))


def started(stage: Stage, drawn: tuple[Deal, Deal]) -> World:
    """Return a world in which each link has been clicked once."""
    money_world.empty_books()
    world = World(stage, Books({}))
    for campaign_id, deal in zip(stage.campaign_ids, drawn, strict=True):
        world.change(replace(deal, id=campaign_id))
    for n in range(len(stage.links)):
        world.click(n)
    return world


def assert_books_agree(world: World) -> None:
    """Compare every conversion, and all sums to the millionth."""
    books, rows = world.books, list(ConversionRow.scan())
    assert len(rows) == len(books.sales)
    for row in rows:
        sale = books.sales[money_world.recorded_order(row, books)]
        assert money_world.stored_fields(row) == money_world.fields_of(sale)
    assert money_world.shown() == {key: (counts, counts) for key, counts in books.figures().items()}
    assert money_world.used(world.now) == books.cap_usage(world.now)
    assert money_world.taught() == books.learned()


STORIES = int(os.environ.get("STORIES", "8"))
"""Number of drawn stories. `make soak` plays more of them."""


@pytest.fixture
def stage(admin: Api) -> Stage:
    """Provide the network of all examples."""
    return money_world.build(admin)


@settings(max_examples=STORIES, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=st.tuples(deals("USD"), deals("EUR")), story=stories)
def test_any_story_books_what_the_model_books(stage: Stage, drawn: tuple[Deal, Deal], story: list[Event]) -> None:
    world = started(stage, drawn)
    for event in story:
        event.act(world)
        assert_books_agree(world)
    for n in range(len(world.books.sales)):
        world.decide(n, "rejected")
    assert_books_agree(world)
    left = Counter[str]()
    for by_click, by_arrival in money_world.shown().values():
        assert by_click == by_arrival
        left.update(by_click)
    assert set(+left) <= {"rejected_conversions"}
    assert (money_world.used(world.now), money_world.taught()) == ({}, {})
