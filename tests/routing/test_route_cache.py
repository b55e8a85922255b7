from typing import Any

import pytest

from chalicelib.caps.windows import CapCounter
from chalicelib.domain.campaign import CapScope
from chalicelib.domain.route import LearnedWeights, PublisherLink
from chalicelib.domain.smartlink import OfferAccess
from chalicelib.dynamodb import wait_limit
from chalicelib.dynamodb.errors import OutcomeUnknown
from chalicelib.routing import route_cache, route_codec, weights_codec
from chalicelib.routing.route_cache import TtlCache
from chalicelib.settings import ROUTE_CACHE_TTL_SECONDS
from chalicelib.tables.counters import CapCounterRow
from chalicelib.tables.publishers import CampaignApprovalRow
from chalicelib.tables.routes import LinkRow, RouteRow
from tests.builders import LEARNED_AT, a_cap, a_route, an_offer, campaign_document, pool_document
from tests.conftest import dynamodb
from tests.moto_endpoint import noted


class Table:
    """A table of one row that records its reads and can be unavailable."""

    def __init__(self, value: str | None = "first") -> None:
        self.value = value
        self.reads: list[str] = []
        self.is_unavailable = False

    def __call__(self, key: str) -> str | None:
        self.reads.append(key)
        if self.is_unavailable:
            raise OutcomeUnknown
        return self.value


def test_edit_is_live_within_five_seconds() -> None:
    assert ROUTE_CACHE_TTL_SECONDS == 2.0


@pytest.mark.parametrize("value", ["first", None], ids=["a row", "no row"])
def test_value_is_cached_for_two_seconds(value: str | None) -> None:
    table = Table(value)
    cached = TtlCache(table)
    assert [cached("a", now) for now in (10.0, 10.0, 11.9, 11.999)] == [value] * 4
    assert table.reads == ["a"]
    table.value = "second"
    assert [cached("a", now) for now in (12.0, 13.9)] == ["second"] * 2
    assert table.reads == ["a", "a"]


def test_each_key_has_its_own_value() -> None:
    cached: TtlCache[str, str] = TtlCache(lambda key: key.upper())
    assert [cached(key, 0.0) for key in ("a", "b", "a")] == ["A", "B", "A"]


@pytest.mark.parametrize("value", ["first", None], ids=["a row", "no row"])
def test_stale_value_is_served_while_the_table_is_unavailable(value: str | None) -> None:
    table = Table(value)
    cached = TtlCache(table)
    cached("a", 0.0)
    table.is_unavailable, table.value = True, "second"
    assert [cached("a", now) for now in (3.0, 4.9, 1000.0)] == [value] * 3
    table.is_unavailable = False
    assert cached("a", 1005.0) == "second"


def test_unavailable_table_is_read_once_in_five_seconds() -> None:
    table = Table()
    cached = TtlCache(table)
    cached("a", 0.0)
    table.is_unavailable = True
    for now in (3.0, 5.0, 7.9, 8.0, 12.9):
        cached("a", now)
    assert len(table.reads) == 3


def test_uncached_value_of_an_unavailable_table_is_an_error() -> None:
    table = Table()
    table.is_unavailable = True
    with pytest.raises(OutcomeUnknown):
        TtlCache(table)("a", 0.0)


def test_other_errors_are_raised() -> None:
    def broken(_: str) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        TtlCache(broken)("a", 0.0)


def test_number_of_cached_values_is_limited() -> None:
    cached: TtlCache[str, str] = TtlCache(lambda key: key)
    for n in range(route_cache._MAX_ENTRIES * 2 + 1):
        cached(str(n), 0.0)
        assert len(cached._entries) <= route_cache._MAX_ENTRIES
    assert route_cache._MAX_ENTRIES == 10_000


def test_cleared_value_is_read_again() -> None:
    table = Table()
    cached = TtlCache(table)
    cached("a", 0.0)
    cached.clear()
    cached("a", 0.0)
    assert table.reads == ["a", "a"]


# With tables


def _write_link(code: str = "abcde12345", **changes: Any) -> None:
    fields = {"publisher_id": "pub_1", "route_id": "sml_1", "active": True, "publisher_active": True, **changes}
    LinkRow(code, **fields).save()


@pytest.mark.usefixtures("tables")
def test_link_has_its_publisher_and_route() -> None:
    _write_link("abcde12345")
    _write_link("fghij12345", publisher_active=False)
    assert route_cache.links("abcde12345", 0.0) == PublisherLink("abcde12345", "pub_1", "sml_1", publisher_active=True)
    assert route_cache.links("fghij12345", 0.0) == PublisherLink("fghij12345", "pub_1", "sml_1", publisher_active=False)


@pytest.mark.usefixtures("tables")
def test_link_has_the_version_and_caps_of_its_terms() -> None:
    _write_link("abcde12345", terms_version=3)
    caps = '{"format":1,"caps":{"cmp_1":[["clicks","day","5","UTC"]],"cmp_2":[]}}'
    _write_link("fghij12345", terms_version=4, terms_caps=caps)
    links = [route_cache.links(code, 0.0) for code in ("abcde12345", "fghij12345")]
    assert [link and (link.terms_version, link.caps) for link in links] == [
        (3, {}),
        (4, {"cmp_1": (a_cap(5, scope=CapScope.PUBLISHER),), "cmp_2": ()}),
    ]


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("stored", ["rubbish", "{}", '{"caps":{"cmp_1":[["views","day","5","UTC"]]}}'])
def test_caps_that_cannot_be_decoded_are_logged_and_not_used(stored: str, capsys: pytest.CaptureFixture[str]) -> None:
    _write_link(terms_version=4, terms_caps=stored)
    link = route_cache.links("abcde12345", 0.0)

    assert link
    assert (link.terms_version, link.caps) == (4, {})
    assert capsys.readouterr().err.startswith("caps of link abcde12345 are invalid")


@pytest.mark.usefixtures("tables")
def test_stopped_or_unknown_link_has_no_route() -> None:
    _write_link(active=False)
    assert [route_cache.load_link_and_route(code) for code in ("abcde12345", "fghij12345")] == [None, None]


@pytest.mark.usefixtures("tables")
def test_link_without_a_route_is_not_served() -> None:
    _write_link()
    assert route_cache.load_link_and_route("abcde12345") is None


@pytest.mark.usefixtures("tables")
def test_only_the_first_read_of_a_link_has_more_time_than_the_click(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = list[float]()

    def fetch(code: str) -> None:
        seconds.append(wait_limit.current().seconds)

    monkeypatch.setattr(route_cache, "links", TtlCache(fetch, seconds=0.0))
    for _ in range(2):
        wait_limit.one_click(route_cache.load_link_and_route)("abcde12345")
    assert seconds == [144.0, 60.0]


SEGMENTS = {"US|mobile": {"cmp_1": 0.25, "cmp_2": 0.75}, "*": {"cmp_1": 1.0}}
SNAPSHOT = route_codec.encode(pool_document("cmp_1", rotation="optimized"), [campaign_document("cmp_1")], 1)


@pytest.mark.usefixtures("tables")
def test_route_has_its_learned_weights() -> None:
    RouteRow(
        "sml_1", version=3, snapshot=SNAPSHOT, weights=weights_codec.encode(SEGMENTS), weights_version=LEARNED_AT
    ).save()
    RouteRow("sml_2", version=3, snapshot=SNAPSHOT).save()
    routes = [route_cache.routes(each, 0.0) for each in ("sml_1", "sml_2")]

    assert [each and each.learned for each in routes] == [LearnedWeights(LEARNED_AT, SEGMENTS), None]


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("stored", [b"", b"rubbish", weights_codec.encode({})[:-1]])
def test_weights_that_cannot_be_decoded_are_logged_and_not_used(
    stored: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    RouteRow("sml_1", version=3, snapshot=SNAPSHOT, weights=stored, weights_version=LEARNED_AT).save()
    route = route_cache.routes("sml_1", 0.0)

    assert route
    assert (route.learned, len(route.offers)) == (None, 1)
    assert capsys.readouterr().err.startswith(f"weights {LEARNED_AT} of sml_1 are invalid")


@pytest.mark.usefixtures("tables")
def test_weights_without_a_version_are_not_used() -> None:
    RouteRow("sml_1", version=3, snapshot=SNAPSHOT, weights=weights_codec.encode(SEGMENTS)).save()
    route = route_cache.routes("sml_1", 0.0)

    assert route
    assert route.learned is None


@pytest.mark.usefixtures("tables")
def test_only_active_approvals_of_the_publisher_count() -> None:
    for publisher, campaign, active in (("pub_1", "cmp_1", True), ("pub_1", "cmp_2", False), ("pub_2", "cmp_3", True)):
        CampaignApprovalRow(
            publisher, campaign, tracking_key="k", active=active, approved_at="2026-11-21T00:00:00.000Z"
        ).save()
    route = a_route(*(an_offer(f"cmp_{n}") for n in (1, 2, 3, 4)), access=OfferAccess.RESPECT)
    assert route_cache.approved_campaign_ids("pub_1", route) == {"cmp_1"}


@pytest.mark.usefixtures("tables")
def test_no_approvals_are_read_if_the_smartlink_grants_access() -> None:
    dynamodb().delete_table(TableName="smartlink-campaign_approvals")
    with noted() as operations:
        assert route_cache.approved_campaign_ids("pub_1", a_route(an_offer("cmp_1"))) == frozenset()
    assert operations == []


@pytest.mark.usefixtures("tables")
def test_approvals_of_200_offers_are_read() -> None:
    ids = [f"cmp_{n}" for n in range(200)]
    for each in ids[::3]:
        CampaignApprovalRow("pub_1", each, tracking_key="k", active=True, approved_at="2026-11-21T00:00:00.000Z").save()
    route = a_route(*map(an_offer, ids), access=OfferAccess.RESPECT)
    assert route_cache.approved_campaign_ids("pub_1", route) == set(ids[::3])


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize(("used", "limit", "is_reached"), [(1, 2, False), (2, 2, True), (3, 2, True), (None, 2, False)])
def test_cap_is_reached_at_its_limit(used: int | None, limit: int, is_reached: bool) -> None:
    if used is not None:
        CapCounterRow("payout", used=used).save()
    assert (
        route_cache.is_any_cap_reached([CapCounter("other", 1, None), CapCounter("payout", limit, None)]) is is_reached
    )


@pytest.mark.usefixtures("tables")
def test_unavailable_cap_keeps_its_last_usage_and_counts_as_reached_without_one() -> None:
    read_before, never_read = CapCounter("read_before", 1, None), CapCounter("never_read", 1, None)
    assert not route_cache.is_any_cap_reached([read_before])
    dynamodb().delete_table(TableName="smartlink-caps")
    assert (route_cache.is_any_cap_reached([read_before]), route_cache.is_any_cap_reached([never_read])) == (
        False,
        True,
    )


@pytest.mark.usefixtures("tables")
def test_without_caps_nothing_is_read() -> None:
    dynamodb().delete_table(TableName="smartlink-caps")
    assert not route_cache.is_any_cap_reached([])
