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
from chalicelib.routing import route_codec
from tests.builders import campaign_document, pool_document

offers = st.lists(
    st.fixed_dictionaries(
        {
            "campaign_id": st.sampled_from([f"cmp_{n}" for n in range(8)]),
            "weight": st.integers(0, 1_000_000),
            "priority": st.integers(-3, 3),
            "enabled": st.booleans(),
        }
    ),
    unique_by=lambda offer: offer["campaign_id"],
)


def _route(pool: dict[str, Any], *campaigns: dict[str, Any]) -> Route:
    return route_codec.decode(route_codec.encode(pool, campaigns, epoch=3), version=9)


def test_smartlink_is_decoded_as_its_route() -> None:
    pool = pool_document("cmp_1", catch_all_campaign_id="cmp_last", offer_access="respect")
    last = campaign_document("cmp_last", fail_url="https://acme.example/fail")
    route = _route(pool, campaign_document("cmp_1"), last)

    assert (route.id, route.version, route.epoch, route.active) == ("sml_1", 9, 3, True)
    assert route.access is OfferAccess.RESPECT
    assert route.catch_all == Offer(route_codec.campaign(last), targeting=Targeting(exclude_bots=True))
    assert (route.fail_url, route.fallback_url) == ("https://acme.example/fail", "https://network.example/more")


def test_smartlink_without_fallbacks_has_a_route_without_fallbacks() -> None:
    route = _route(pool_document("cmp_1", fallback_url=None), campaign_document("cmp_1"))

    assert (route.catch_all, route.fail_url, route.fallback_url) == (None, None, None)


def test_snapshot_has_rotation_and_hold_out_but_no_learned_weights() -> None:
    route = _route(pool_document(rotation="optimized", holdout_percent=7))

    assert (route.rotation, route.holdout_percent, route.learned) == (Rotation.OPTIMIZED, 7, None)


def test_route_of_a_paused_smartlink_is_inactive() -> None:
    assert not _route(pool_document(status="paused")).active


@pytest.mark.parametrize("status", ["paused", "archived"])
def test_paused_or_archived_campaign_is_inactive(status: str) -> None:
    assert not route_codec.campaign(campaign_document(status=status)).active


def test_campaign_alone_is_the_route_of_its_direct_links() -> None:
    campaign = campaign_document("cmp_1", fail_url="https://acme.example/fail")
    route = _route({"id": "cmp_1"}, campaign)

    assert route == Route(
        id="cmp_1",
        version=9,
        offers=(Offer(route_codec.campaign(campaign), targeting=Targeting(exclude_bots=True)),),
        fail_url="https://acme.example/fail",
    )


def test_campaign_has_every_field_of_its_document() -> None:
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


def test_targeting_of_an_offer_is_the_intersection_with_its_campaign() -> None:
    offer = {"campaign_id": "cmp_1", "targeting": {"countries": ["US", "GB"]}}
    campaign = campaign_document("cmp_1", targeting={"countries": ["US", "DE"], "devices": ["mobile"]})
    route = _route(pool_document(offers=[offer]), campaign)

    assert route.offers[0].targeting == Targeting(
        countries=frozenset({"US"}), devices=frozenset({"mobile"}), exclude_bots=True
    )


@given(offers)
def test_offer_has_the_weight_priority_and_state_of_its_document(offers: list[dict[str, Any]]) -> None:
    campaigns = [campaign_document(offer["campaign_id"]) for offer in offers]
    route = _route(pool_document(offers=offers), *campaigns)
    decoded = {each.campaign.id: (each.weight, each.priority, each.enabled) for each in route.offers}

    assert decoded == {offer["campaign_id"]: (offer["weight"], offer["priority"], offer["enabled"]) for offer in offers}


@given(offers)
def test_offers_are_sorted_by_priority_and_then_as_configured(offers: list[dict[str, Any]]) -> None:
    campaigns = [campaign_document(offer["campaign_id"]) for offer in offers]
    route = _route(pool_document(offers=offers), *campaigns)
    positions = {offer["campaign_id"]: n for n, offer in enumerate(offers)}
    order = [(-each.priority, positions[each.campaign.id]) for each in route.offers]

    assert order == sorted(order)


def test_equal_documents_are_encoded_as_equal_bytes() -> None:
    pool, one, two = pool_document("cmp_1", "cmp_2"), campaign_document("cmp_1"), campaign_document("cmp_2")
    shuffled = dict(reversed(pool.items()))

    assert route_codec.encode(pool, [one, two], 1) == route_codec.encode(shuffled, [two, one], 1)


@pytest.mark.parametrize(
    ("pool", "fallback_url"),
    [
        pytest.param(pool_document("cmp_gone"), "https://network.example/more", id="a campaign is missing"),
        pytest.param(pool_document("cmp_gone", fallback_url=None), None, id="and there is no fallback"),
        pytest.param({"id": "cmp_gone"}, None, id="a direct link without its campaign"),
    ],
)
def test_route_that_cannot_be_decoded_keeps_its_fallback_url(pool: dict[str, Any], fallback_url: str | None) -> None:
    stored = route_codec.encode(pool, [], epoch=3)

    with pytest.raises(KeyError):
        route_codec.decode(stored, version=9)
    assert route_codec.fallback_only_route("sml_1", stored, version=9) == Route(
        "sml_1", 9, offers=(), fallback_url=fallback_url
    )


@pytest.mark.parametrize("stored", [b"", b"no zlib", zlib.compress(b"no JSON"), zlib.compress(b"[]")])
def test_bytes_that_are_no_snapshot_have_no_fallback_url(stored: bytes) -> None:
    assert route_codec.fallback_only_route("sml_1", stored, version=9) == Route("sml_1", 9, offers=())
