import pytest

from chalicelib.caps.windows import CapCounter
from chalicelib.domain.route import LearnedWeights, PublisherLink
from chalicelib.domain.smartlink import OfferAccess
from chalicelib.dynamodb.errors import OutcomeUnknown
from chalicelib.routing import route_cache, route_codec, weights_codec
from chalicelib.routing.route_cache import TtlCache
from chalicelib.settings import ROUTE_CACHE_TTL_SECONDS
from chalicelib.tables.counters import CapCounterRow
from chalicelib.tables.publishers import CampaignApprovalRow
from chalicelib.tables.routes import LinkRow, RouteRow
from tests.builders import LEARNED_AT, a_route, an_offer, campaign_document, pool_document
from tests.conftest import dynamodb
from tests.moto_endpoint import noted


class Table:
    """A table of one row that counts how often it is asked and can be sick."""

    def __init__(self, value: str | None = "first") -> None:
        self.value = value
        self.asked: list[str] = []
        self.sick = False

    def __call__(self, key: str) -> str | None:
        self.asked.append(key)
        if self.sick:
            raise OutcomeUnknown
        return self.value


def test_an_edit_is_live_within_five_seconds() -> None:
    assert ROUTE_CACHE_TTL_SECONDS == 2.0


@pytest.mark.parametrize("value", ["first", None], ids=["a row", "no row"])
def test_an_answer_is_believed_for_two_seconds(value: str | None) -> None:
    table = Table(value)
    remembered = TtlCache(table)
    assert [remembered("a", now) for now in (10.0, 10.0, 11.9, 11.999)] == [value] * 4
    assert table.asked == ["a"]
    table.value = "second"
    assert [remembered("a", now) for now in (12.0, 13.9)] == ["second"] * 2
    assert table.asked == ["a", "a"]


def test_each_key_has_its_own_answer() -> None:
    remembered: TtlCache[str, str] = TtlCache(lambda key: key.upper())
    assert [remembered(key, 0.0) for key in ("a", "b", "a")] == ["A", "B", "A"]


@pytest.mark.parametrize("value", ["first", None], ids=["a row", "no row"])
def test_an_old_answer_stands_as_long_as_the_table_is_sick(value: str | None) -> None:
    table = Table(value)
    remembered = TtlCache(table)
    remembered("a", 0.0)
    table.sick, table.value = True, "second"
    assert [remembered("a", now) for now in (3.0, 4.9, 1000.0)] == [value] * 3
    table.sick = False
    assert remembered("a", 1005.0) == "second"


def test_a_sick_table_is_asked_once_in_five_seconds() -> None:
    table = Table()
    remembered = TtlCache(table)
    remembered("a", 0.0)
    table.sick = True
    for now in (3.0, 5.0, 7.9, 8.0, 12.9):
        remembered("a", now)
    assert len(table.asked) == 3


def test_what_was_never_known_cannot_be_told_by_a_sick_table() -> None:
    table = Table()
    table.sick = True
    with pytest.raises(OutcomeUnknown):
        TtlCache(table)("a", 0.0)


def test_a_fault_that_is_not_the_tables_is_not_hidden() -> None:
    def broken(_: str) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        TtlCache(broken)("a", 0.0)


def test_no_more_is_remembered_than_fits() -> None:
    remembered: TtlCache[str, str] = TtlCache(lambda key: key)
    for n in range(route_cache._REMEMBERED * 2 + 1):
        remembered(str(n), 0.0)
        assert len(remembered._known) <= route_cache._REMEMBERED
    assert route_cache._REMEMBERED == 10_000


def test_what_is_forgotten_is_asked_anew() -> None:
    table = Table()
    remembered = TtlCache(table)
    remembered("a", 0.0)
    remembered.forget()
    remembered("a", 0.0)
    assert table.asked == ["a", "a"]


# Over the tables


def _a_link(code: str = "abcde12345", *, active: bool = True, publisher_active: bool = True) -> None:
    LinkRow(code, publisher_id="pub_1", route_id="sml_1", active=active, publisher_active=publisher_active).save()


@pytest.mark.usefixtures("tables")
def test_a_link_tells_whose_it_is_and_where_it_leads() -> None:
    _a_link("abcde12345")
    _a_link("fghij12345", publisher_active=False)
    assert route_cache.link("abcde12345", 0.0) == PublisherLink("abcde12345", "pub_1", "sml_1", publisher_active=True)
    assert route_cache.link("fghij12345", 0.0) == PublisherLink("fghij12345", "pub_1", "sml_1", publisher_active=False)


@pytest.mark.usefixtures("tables")
def test_a_stopped_or_unknown_link_leads_nowhere() -> None:
    _a_link(active=False)
    assert [route_cache.load_link_and_route(code) for code in ("abcde12345", "fghij12345")] == [None, None]


@pytest.mark.usefixtures("tables")
def test_a_link_without_a_route_leads_nowhere() -> None:
    _a_link()
    assert route_cache.load_link_and_route("abcde12345") is None


SEGMENTS = {"US|mobile": {"cmp_1": 0.25, "cmp_2": 0.75}, "*": {"cmp_1": 1.0}}
SNAPSHOT = route_codec.packed(pool_document("cmp_1", rotation="optimized"), [campaign_document("cmp_1")], 1)


@pytest.mark.usefixtures("tables")
def test_a_route_comes_with_what_was_learned_for_it() -> None:
    RouteRow(
        "sml_1", version=3, snapshot=SNAPSHOT, weights=weights_codec.packed(SEGMENTS), weights_version=LEARNED_AT
    ).save()
    RouteRow("sml_2", version=3, snapshot=SNAPSHOT).save()
    found = [route_cache.route(each, 0.0) for each in ("sml_1", "sml_2")]

    assert [each and each.learned for each in found] == [LearnedWeights(LEARNED_AT, SEGMENTS), None]


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("stored", [b"", b"rubbish", weights_codec.packed({})[:-1]])
def test_weights_that_cannot_be_read_are_as_none_and_said(stored: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    RouteRow("sml_1", version=3, snapshot=SNAPSHOT, weights=stored, weights_version=LEARNED_AT).save()
    found = route_cache.route("sml_1", 0.0)

    assert found
    assert (found.learned, len(found.offers)) == (None, 1)
    assert capsys.readouterr().err.startswith(f"weights {LEARNED_AT} of sml_1 cannot be read")


@pytest.mark.usefixtures("tables")
def test_weights_without_a_version_are_not_used() -> None:
    RouteRow("sml_1", version=3, snapshot=SNAPSHOT, weights=weights_codec.packed(SEGMENTS)).save()
    found = route_cache.route("sml_1", 0.0)

    assert found
    assert found.learned is None


@pytest.mark.usefixtures("tables")
def test_only_an_active_approval_of_the_publishers_own_counts() -> None:
    for publisher, campaign, active in (("pub_1", "cmp_1", True), ("pub_1", "cmp_2", False), ("pub_2", "cmp_3", True)):
        CampaignApprovalRow(
            publisher, campaign, tracking_key="k", active=active, approved_at="2026-11-21T00:00:00.000Z"
        ).save()
    route = a_route(*(an_offer(f"cmp_{n}") for n in (1, 2, 3, 4)), access=OfferAccess.RESPECT)
    assert route_cache.approved("pub_1", route) == {"cmp_1"}


@pytest.mark.usefixtures("tables")
def test_where_the_pool_grants_access_no_approvals_are_read() -> None:
    dynamodb().delete_table(TableName="smartlink-campaign_approvals")
    with noted() as asked:
        assert route_cache.approved("pub_1", a_route(an_offer("cmp_1"))) == frozenset()
    assert asked == []


@pytest.mark.usefixtures("tables")
def test_the_approvals_of_a_pool_of_two_hundred_offers_are_read() -> None:
    ids = [f"cmp_{n}" for n in range(200)]
    for each in ids[::3]:
        CampaignApprovalRow("pub_1", each, tracking_key="k", active=True, approved_at="2026-11-21T00:00:00.000Z").save()
    route = a_route(*map(an_offer, ids), access=OfferAccess.RESPECT)
    assert route_cache.approved("pub_1", route) == set(ids[::3])


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize(("used", "limit", "told"), [(1, 2, False), (2, 2, True), (3, 2, True), (None, 2, False)])
def test_a_cap_is_used_up_at_its_limit(used: int | None, limit: int, told: bool) -> None:
    if used is not None:
        CapCounterRow("payout", used=used).save()
    assert route_cache.is_any_cap_reached([CapCounter("other", 1, None), CapCounter("payout", limit, None)]) is told


@pytest.mark.usefixtures("tables")
def test_a_cap_that_was_never_read_is_used_up_and_one_that_was_stays_as_it_was() -> None:
    known, unknown = CapCounter("known", 1, None), CapCounter("unknown", 1, None)
    assert not route_cache.is_any_cap_reached([known])
    dynamodb().delete_table(TableName="smartlink-caps")
    assert (route_cache.is_any_cap_reached([known]), route_cache.is_any_cap_reached([unknown])) == (False, True)


@pytest.mark.usefixtures("tables")
def test_without_caps_nothing_is_read() -> None:
    dynamodb().delete_table(TableName="smartlink-caps")
    assert not route_cache.is_any_cap_reached([])
