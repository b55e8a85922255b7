import zlib
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.campaign import (
    Campaign,
    Cap,
    CapMetric,
    CapScope,
    CapWindow,
    DuplicateFilter,
    DuplicateIdentity,
    Schedule,
)
from chalicelib.domain.route import Route
from chalicelib.domain.smartlink import Offer, OfferAccess, Rotation
from chalicelib.domain.targeting import Targeting
from chalicelib.domain.visitor import Visitor
from chalicelib.routing import route_codec
from tests import strategies as some
from tests.builders import campaign_document, pool_document

seats = st.lists(
    st.fixed_dictionaries(
        {
            "campaign_id": st.sampled_from([f"cmp_{n}" for n in range(8)]),
            "weight": st.integers(0, 1_000_000),
            "priority": st.integers(-3, 3),
            "enabled": st.booleans(),
        }
    ),
    unique_by=lambda seat: seat["campaign_id"],
)


def _unpacked(pool: dict[str, Any], *campaigns: dict[str, Any]) -> Route:
    return route_codec.unpacked(route_codec.packed(pool, campaigns, epoch=3), version=9)


def test_a_pool_is_unpacked_as_its_route() -> None:
    pool = pool_document("cmp_1", catch_all_campaign_id="cmp_last", offer_access="respect")
    last = campaign_document("cmp_last", fail_url="https://acme.example/fail")
    route = _unpacked(pool, campaign_document("cmp_1"), last)

    assert (route.id, route.version, route.epoch, route.active) == ("sml_1", 9, 3, True)
    assert route.access is OfferAccess.RESPECT
    assert route.catch_all == Offer(route_codec.campaign(last), targeting=Targeting(exclude_bots=True))
    assert (route.fail_url, route.fallback_url) == ("https://acme.example/fail", "https://network.example/more")


def test_a_pool_without_nets_is_unpacked_without_nets() -> None:
    route = _unpacked(pool_document("cmp_1", fallback_url=None), campaign_document("cmp_1"))

    assert (route.catch_all, route.fail_url, route.fallback_url) == (None, None, None)


def test_rotation_and_hold_out_are_the_pools_and_nothing_learned_is_in_a_snapshot() -> None:
    route = _unpacked(pool_document(rotation="optimized", holdout_percent=7))

    assert (route.rotation, route.holdout_percent, route.learned) == (Rotation.OPTIMIZED, 7, None)


def test_a_paused_pool_is_unpacked_inactive() -> None:
    assert not _unpacked(pool_document(status="paused")).active


@pytest.mark.parametrize("status", ["paused", "archived"])
def test_a_campaign_that_is_not_active_is_unpacked_inactive(status: str) -> None:
    assert not route_codec.campaign(campaign_document(status=status)).active


def test_a_campaign_alone_is_the_route_of_its_direct_links() -> None:
    only = campaign_document("cmp_1", fail_url="https://acme.example/fail")
    route = _unpacked({"id": "cmp_1"}, only)

    assert route == Route(
        id="cmp_1",
        version=9,
        offers=(Offer(route_codec.campaign(only), targeting=Targeting(exclude_bots=True)),),
        fail_url="https://acme.example/fail",
    )


def test_a_campaign_keeps_all_that_its_document_says() -> None:
    document = campaign_document(
        "cmp_1",
        payout="1.50",
        revenue="2.00",
        currency="EUR",
        targeting={"countries": ["US"], "exclude_sources": ["blog"], "exclude_bots": False},
        schedule={
            "starts_at": "2026-11-01T00:00:00+01:00",
            "ends_at": "2026-12-01T00:00:00Z",
            "timezone": "Europe/Berlin",
            "hours": [8, 9],
            "weekdays": [1, 7],
        },
        caps=[
            {"metric": "payout", "window": "month", "limit": "99.50", "scope": "publisher", "timezone": "Asia/Tokyo"}
        ],
        duplicate_filter={"identity": "ip_ua", "window_seconds": 60},
        fail_url="https://acme.example/fail",
        attribution_window_days=7,
    )

    assert route_codec.campaign(document) == Campaign(
        id="cmp_1",
        destination_url="https://acme.example/?cid={click_id}",
        payout=Decimal("1.50"),
        revenue=Decimal("2.00"),
        currency="EUR",
        targeting=Targeting(countries=frozenset({"US"}), exclude_sources=frozenset({"blog"})),
        schedule=Schedule(
            starts_at=datetime(2026, 10, 31, 23, tzinfo=UTC),
            ends_at=datetime(2026, 12, 1, tzinfo=UTC),
            timezone="Europe/Berlin",
            hours=frozenset({8, 9}),
            weekdays=frozenset({1, 7}),
        ),
        caps=(Cap(CapMetric.PAYOUT, CapWindow.MONTH, Decimal("99.50"), CapScope.PUBLISHER, "Asia/Tokyo"),),
        duplicate_filter=DuplicateFilter(DuplicateIdentity.IP_UA, 60),
        fail_url="https://acme.example/fail",
        attribution_window_days=7,
    )


def test_an_empty_list_means_any() -> None:
    assert route_codec.targeting(campaign_document()["targeting"]) == Targeting(exclude_bots=True)


def test_an_offer_is_wanted_where_campaign_and_seat_both_want_it() -> None:
    seat = {"campaign_id": "cmp_1", "targeting": {"countries": ["US", "GB"]}}
    campaign = campaign_document("cmp_1", targeting={"countries": ["US", "DE"], "devices": ["mobile"]})
    route = _unpacked(pool_document(offers=[seat]), campaign)

    assert route.offers[0].targeting == Targeting(
        countries=frozenset({"US"}), devices=frozenset({"mobile"}), exclude_bots=True
    )


@given(seats)
def test_a_route_keeps_what_the_pools_document_says_of_each_seat(seats: list[dict[str, Any]]) -> None:
    campaigns = [campaign_document(seat["campaign_id"]) for seat in seats]
    route = _unpacked(pool_document(offers=seats), *campaigns)
    kept = {each.campaign.id: (each.weight, each.priority, each.enabled) for each in route.offers}

    assert kept == {seat["campaign_id"]: (seat["weight"], seat["priority"], seat["enabled"]) for seat in seats}


@given(seats)
def test_offers_stand_by_falling_priority_and_else_as_the_admin_put_them(seats: list[dict[str, Any]]) -> None:
    campaigns = [campaign_document(seat["campaign_id"]) for seat in seats]
    route = _unpacked(pool_document(offers=seats), *campaigns)
    places = {seat["campaign_id"]: n for n, seat in enumerate(seats)}
    order = [(-each.priority, places[each.campaign.id]) for each in route.offers]

    assert order == sorted(order)


@given(some.targetings, some.targetings, some.visitors, some.sources)
def test_both_accepts_exactly_the_visitors_whom_both_accept(
    one: Targeting, other: Targeting, visitor: Visitor, source: str | None
) -> None:
    accepted = one.rejection(visitor, source) is None and other.rejection(visitor, source) is None

    assert (route_codec.intersect_targeting(one, other).rejection(visitor, source) is None) is accepted


@given(some.targetings)
def test_open_targeting_changes_no_other(targeting: Targeting) -> None:
    assert (
        route_codec.intersect_targeting(targeting, Targeting())
        == targeting
        == route_codec.intersect_targeting(Targeting(), targeting)
    )


def test_the_same_documents_are_packed_as_the_same_bytes() -> None:
    pool, one, two = pool_document("cmp_1", "cmp_2"), campaign_document("cmp_1"), campaign_document("cmp_2")
    shuffled = dict(reversed(pool.items()))

    assert route_codec.packed(pool, [one, two], 1) == route_codec.packed(shuffled, [two, one], 1)


@pytest.mark.parametrize(
    ("pool", "fallback_url"),
    [
        pytest.param(pool_document("cmp_gone"), "https://network.example/more", id="a campaign is missing"),
        pytest.param(pool_document("cmp_gone", fallback_url=None), None, id="and there is no fallback"),
        pytest.param({"id": "cmp_gone"}, None, id="a direct link without its campaign"),
    ],
)
def test_of_a_route_that_cannot_be_unpacked_its_fallback_is_left(
    pool: dict[str, Any], fallback_url: str | None
) -> None:
    stored = route_codec.packed(pool, [], epoch=3)

    with pytest.raises(KeyError):
        route_codec.unpacked(stored, version=9)
    assert route_codec.fallback_only_route("sml_1", stored, version=9) == Route(
        "sml_1", 9, offers=(), fallback_url=fallback_url
    )


@pytest.mark.parametrize("stored", [b"", b"no zlib", zlib.compress(b"no JSON"), zlib.compress(b"[]")])
def test_of_what_cannot_be_read_at_all_nothing_is_left(stored: bytes) -> None:
    assert route_codec.fallback_only_route("sml_1", stored, version=9) == Route("sml_1", 9, offers=())
