from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.admin.clicks.schemas import ClickDocument
from chalicelib.domain.click import Outcome, RejectionReason, TrackingParameters
from chalicelib.domain.terms import CampaignTerms
from chalicelib.routing.click_document import campaign_of, click_document, destination_url
from chalicelib.routing.click_record import draw_of, fill_destination, record
from chalicelib.routing.click_references import ClickReferences, RouteDocuments
from chalicelib.routing.decision import Decision, decide
from tests import strategies as some
from tests.builders import LEARNED_AT, NOW, a_campaign, a_click_context, a_link, a_route, a_visitor, an_offer
from tests.documents import an_explained_offer
from tests.routing.clicks import CLICK_ID, GAME, OPTIMIZED, ROUTE, a_click
from tests.strategies import Situation

FULL = a_route(
    an_offer(a_campaign("cmp_1", destination_url="https://one.example/")),
    catch_all=an_offer(a_campaign("cmp_last", destination_url="https://last.example/")),
    fail_url="https://fail.example/",
    fallback_url="https://more.example/",
)


def test_click_document_explains_a_recorded_click() -> None:
    assert click_document(a_click(), ROUTE) == {
        "click_id": CLICK_ID,
        "at": "2026-11-04T12:30:00.000Z",
        "smartlink_id": "sml_1",
        "smartlink_name": None,
        "publisher_id": "pub_1",
        "publisher_name": None,
        "link": None,
        "outcome": "offer",
        "campaign_id": "cmp_1",
        "campaign_name": None,
        "payout": "0",
        "currency": "USD",
        "landing": "campaign",
        "destination_url": f"https://acme.example/?cid={CLICK_ID}&s=news%20%26%20more",
        "country": "US",
        "region": "US-CA",
        "city": "Fresno",
        "network": "AS7018",
        "connection": "cable",
        "device": "mobile",
        "os": "ios",
        "os_version": "17.5",
        "browser": "safari",
        "language": "en",
        "sub_ids": {"sub1": "news & more"},
        "source": "blog",
        "external_click_id": "x-1",
        "is_bot": False,
        "is_duplicate": False,
        "is_unique": True,
        "decision": {
            "segment": "US|mobile",
            "arm": "weighted",
            "route_version": 7,
            "weights_version": None,
            "weights_at": None,
            "draw": draw_of(CLICK_ID),
            "propensity": 1.0,
            "considered": [
                an_explained_offer("cmp_1", priority=10, weight=3, chance=1.0),
                an_explained_offer("cmp_2", priority=10, weight=1, refused="disabled", refused_by="offer"),
            ],
        },
    }


def test_optimized_click_is_explained_by_learned_weights() -> None:
    stored = a_click(OPTIMIZED, visitor=a_visitor(country="GB"), draw=0.75)

    assert click_document(stored, OPTIMIZED)["decision"] == {
        "segment": "GB",
        "arm": "optimized",
        "route_version": 7,
        "weights_version": LEARNED_AT,
        "weights_at": "2026-11-04T12:25:00.000Z",
        "draw": draw_of(CLICK_ID),
        "propensity": 0.5,
        "considered": [
            an_explained_offer("cmp_1", weight=0.5, chance=0.5),
            an_explained_offer("cmp_2", weight=0.5, chance=0.5),
        ],
    }


DOCUMENTS = RouteDocuments(
    {"name": "Summer", "tracking_domain": "go.example", "offers": []}, {"cmp_1": {"name": "Game A"}}
)


def test_click_has_names_of_today_or_else_those_of_its_route() -> None:
    then = click_document(a_click(), ROUTE, DOCUMENTS)
    of_today = ClickReferences(
        campaigns={"cmp_1": "Game B"}, smartlinks={"sml_1": "Winter"}, publishers={"pub_1": "Ann"}
    )
    now = click_document(a_click(), ROUTE, DOCUMENTS, of_today)

    named = ("smartlink_name", "campaign_name", "publisher_name")
    assert [then[name] for name in named] == ["Summer", "Game A", None]
    assert [now[name] for name in named] == ["Winter", "Game B", "Ann"]
    assert now["decision"]["considered"][0]["campaign_name"] == "Game B"


def test_link_has_the_tracking_domain_of_its_time() -> None:
    references = ClickReferences(link_url=lambda code, domain: f"https://{domain}/s/{code}")
    simulated = {**a_click(), "code": ""}

    assert click_document(a_click(), ROUTE, DOCUMENTS, references)["link"] == {
        "code": "abcde12345",
        "url": "https://go.example/s/abcde12345",
    }
    assert click_document(simulated, ROUTE, DOCUMENTS, references)["link"] is None


def test_payout_is_that_of_the_terms_of_the_click() -> None:
    route = a_route(an_offer(a_campaign("cmp_1", payout=Decimal("1.50"))), an_offer("cmp_2"))
    terms = {("pub_1", 2): {"cmp_1": CampaignTerms(payout=Decimal("1.75"))}}
    click = record(CLICK_ID, a_click_context(), route, decide(route, a_click_context(), lambda _: True, lambda _: None))
    payouts = [
        click_document({**click, "terms_version": version}, route, DOCUMENTS, ClickReferences(terms=terms))["payout"]
        for version in (None, 1, 2)
    ]

    assert payouts == ["1.50", "1.50", "1.75"]


def test_landing_is_that_of_the_offer_or_of_the_campaign() -> None:
    own = a_route(an_offer("cmp_1", landing_page="https://landing.example/"))
    landings = [
        (a_click(own), own),
        (a_click(), ROUTE),
        ({**a_click(), "outcome": "fallback", "campaign_id": None}, ROUTE),
    ]

    assert [click_document(*each)["landing"] for each in landings] == ["offer", "campaign", None]


def test_click_in_the_hold_out_is_explained_by_configured_weights() -> None:
    decision = click_document(a_click(OPTIMIZED, arm_draw=0.0), OPTIMIZED)["decision"]

    assert (decision["segment"], decision["arm"], decision["propensity"]) == ("US|mobile", "holdout", 0.75)
    assert [each["weight"] for each in decision["considered"]] == [3, 1]


@given(st.lists(st.none() | st.sampled_from(RejectionReason)))
def test_document_has_the_recorded_rejections(refusals: list[RejectionReason | None]) -> None:
    route = a_route(*[an_offer(f"cmp_{n}") for n in range(len(refusals))])
    decision = Decision(Outcome.NO_OFFER, None, None, tuple(refusals))
    stored = record(CLICK_ID, a_click_context(), route, decision)

    assert len(stored["refusals"] or "") == len(refusals)
    assert [each["refused"] for each in click_document(stored, route)["decision"]["considered"]] == refusals


def test_click_rejected_as_duplicate_by_the_catch_all_is_a_duplicate() -> None:
    decision = Decision(Outcome.NO_OFFER, None, None, catch_all_rejection=RejectionReason.DUPLICATE)
    document = click_document(record(CLICK_ID, a_click_context(), ROUTE, decision), ROUTE)

    assert (document["is_duplicate"], document["is_unique"]) == (True, False)


@given(st.floats(0, 1, exclude_min=True))
def test_document_has_the_recorded_propensity(propensity: float) -> None:
    decision = Decision(Outcome.OFFER, GAME, GAME.destination_url, (None, None), propensity=propensity)
    stored = record(CLICK_ID, a_click_context(), ROUTE, decision)

    assert click_document(stored, ROUTE)["decision"]["propensity"] == propensity


@given(some.situations())
def test_every_click_has_a_valid_document(situation: Situation) -> None:
    route, context = situation.route, situation.context
    decision = decide(route, context, situation.is_approved, situation.reserve)
    document = ClickDocument(**click_document(record(CLICK_ID, context, route, decision), route))

    assert (document.outcome, document.decision.arm) == (decision.outcome, decision.arm)
    assert decision.segment in (None, document.decision.segment)
    assert document.destination_url == decision.url
    assert document.campaign_id == (decision.campaign.id if decision.campaign else None)
    assert tuple(each.refused for each in document.decision.considered) == decision.rejections


@pytest.mark.parametrize(
    ("outcome", "campaign_id", "url"),
    [
        pytest.param(Outcome.OFFER, "cmp_1", "https://one.example/", id="offer"),
        pytest.param(Outcome.CATCH_ALL, "cmp_last", "https://last.example/", id="catch-all"),
        pytest.param(Outcome.FAIL_URL, None, "https://fail.example/", id="fail URL"),
        pytest.param(Outcome.FALLBACK, None, "https://more.example/", id="fallback"),
        pytest.param(Outcome.PAUSED, None, "https://more.example/", id="paused"),
    ],
)
def test_destination_follows_from_the_outcome(outcome: Outcome, campaign_id: str | None, url: str) -> None:
    stored = {**a_click(), "outcome": outcome, "campaign_id": campaign_id}

    assert destination_url(stored, FULL) == url


@pytest.mark.parametrize(
    ("outcome", "url"),
    [("offer", "https://acme.example/summer"), ("catch_all", "https://cmp_1.example/")],
)
def test_landing_page_is_the_destination_of_its_offer_alone(outcome: str, url: str) -> None:
    route = a_route(an_offer("cmp_1", landing_page="https://acme.example/summer"), catch_all=an_offer("cmp_1"))

    assert destination_url({**a_click(), "outcome": outcome}, route) == url


def test_no_offer_page_has_no_destination_and_no_propensity() -> None:
    route = a_route(fallback_url=None)
    stored = a_click(route)

    assert destination_url(stored, route) is None
    assert click_document(stored, route)["decision"]["propensity"] is None


def test_every_macro_is_filled_in() -> None:
    names = "external_click_id campaign_id smartlink_id publisher_id sub1 sub2 source country region city device os"
    template = "|".join(f"{{{name}}}" for name in [*names.split(), "browser", "language", "timestamp", "query"])
    route = a_route(an_offer(a_campaign(destination_url=template)))

    assert destination_url(a_click(route), route) == (
        "x-1|cmp_1|sml_1|pub_1|news%20%26%20more||blog|US|US-CA|Fresno|mobile|ios|safari|en|1793795400|gclid=a%26b"
    )


@given(some.situations())
def test_destination_of_a_recorded_click_is_that_of_its_decision(situation: Situation) -> None:
    decision = decide(situation.route, situation.context, situation.is_approved, situation.reserve)
    stored = record(CLICK_ID, situation.context, situation.route, decision)

    assert (fill_destination(decision.url, stored) if decision.url else None) == destination_url(
        stored, situation.route
    )


def test_unknown_fields_may_be_missing_from_the_item() -> None:
    route = a_route(fallback_url=None)
    stored = a_click(route, visitor=a_visitor(country=None), parameters=TrackingParameters())
    item = {name: value for name, value in stored.items() if value is not None}

    assert click_document(item, route) == click_document(stored, route)
    assert click_document(item, route)["decision"]["segment"] == "?|mobile"


@pytest.mark.parametrize(
    ("is_bot", "refusal", "expected"),
    [
        pytest.param(False, None, (False, False, True), id="a first visit"),
        pytest.param(False, RejectionReason.CAP, (False, False, True), id="a full offer"),
        pytest.param(True, None, (True, False, False), id="a bot"),
        pytest.param(False, RejectionReason.DUPLICATE, (False, True, False), id="a second visit"),
        pytest.param(True, RejectionReason.DUPLICATE, (True, True, False), id="a bot's second visit"),
    ],
)
def test_only_the_first_visit_of_a_person_is_unique(
    refusal: RejectionReason | None, expected: tuple[bool, bool, bool], *, is_bot: bool
) -> None:
    context = a_click_context(visitor=a_visitor(is_bot=is_bot))
    stored = record(CLICK_ID, context, ROUTE, Decision(Outcome.NO_OFFER, None, None, (None, refusal)))
    document = click_document(stored, ROUTE)

    assert (document["is_bot"], document["is_duplicate"], document["is_unique"]) == expected


def test_click_on_a_direct_link_has_no_smartlink() -> None:
    route = a_route(an_offer(), id="cmp_1")
    stored = a_click(route, link=a_link(route_id="cmp_1"))

    assert click_document(stored, route)["smartlink_id"] is None


def test_simulated_click_has_no_id_and_the_draw_of_its_request() -> None:
    document = click_document({**a_click(), "click_id": None, "draw": 0.25}, ROUTE)

    assert (document["click_id"], document["decision"]["draw"]) == (None, 0.25)
    assert ClickDocument(**document).click_id is None


def test_campaign_may_be_an_offer_or_the_catch_all() -> None:
    assert [campaign_of(FULL, each).destination_url for each in ("cmp_1", "cmp_last")] == [
        "https://one.example/",
        "https://last.example/",
    ]


def test_campaign_of_a_route_without_catch_all_is_an_offer() -> None:
    assert campaign_of(ROUTE, "cmp_2") == ROUTE.offers[1].campaign


def test_time_has_milliseconds() -> None:
    stored = a_click(now=NOW.replace(microsecond=123_999))

    assert (stored["at"], click_document(stored, ROUTE)["at"]) == (1_793_795_400_123, "2026-11-04T12:30:00.123Z")
