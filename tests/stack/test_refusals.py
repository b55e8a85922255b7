"""Every rejection reason, as the click document of a real click reports it."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.stack.network import GOOGLEBOT, Network

CAP = {"metric": "clicks", "window": "total", "limit": "1"}
REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "disabled": ({}, {"enabled": False}),
    "campaign_paused": ({"status": "paused"}, {}),
    "schedule": ({"schedule": {"ends_at": "2026-01-01T00:00:00Z"}}, {}),
    "country": ({"targeting": {"countries": ["GB"]}}, {}),
    "region": ({"targeting": {"regions": ["US-CA"]}}, {}),
    "device": ({"targeting": {"devices": ["desktop"]}}, {}),
    "os": ({"targeting": {"os": ["android"]}}, {}),
    "browser": ({"targeting": {"browsers": ["firefox"]}}, {}),
    "language": ({"targeting": {"languages": ["de"]}}, {}),
    "source": ({"targeting": {"exclude_sources": ["bad"]}}, {}),
    "lower_tier": ({}, {"priority": -1}),
}


def considered(network: Network, click_id: str, campaign_id: str) -> Any:
    decision = network.document(click_id)["decision"]
    return next(each["refused"] for each in decision["considered"] if each["campaign_id"] == campaign_id)


@pytest.mark.parametrize("reason", REFUSED)
def test_ineligible_offer_has_a_reason(network: Network, reason: str) -> None:
    campaign, seat = REFUSED[reason]
    refused, open_to_all = network.campaign("refused", **campaign), network.campaign("open")
    link = network.link(network.smartlink({"campaign_id": refused, **seat}, {"campaign_id": open_to_all}))
    seen = network.click(link, query={"source": "bad"}, Accept_Language="en-US")
    assert seen.host == "open.example"
    assert considered(network, seen.click_id, refused) == reason
    assert considered(network, seen.click_id, open_to_all) is None


def second_click(network: Network, **campaign: Any) -> tuple[str, str]:
    refused = network.campaign("refused", **campaign)
    link = network.link(network.smartlink({"campaign_id": refused}))
    network.click(link)
    return network.click(link).click_id, refused


def bot(network: Network) -> tuple[str, str]:
    refused = network.campaign("refused")
    return network.click(network.link(network.smartlink({"campaign_id": refused})), agent=GOOGLEBOT).click_id, refused


def unapproved(network: Network) -> tuple[str, str]:
    refused = network.campaign("refused")
    smartlink = network.smartlink({"campaign_id": refused}, offer_access="respect")
    return network.click(network.link(smartlink)).click_id, refused


BY_SITUATION: dict[str, Callable[[Network], tuple[str, str]]] = {
    "cap": lambda network: second_click(network, caps=[CAP]),
    "duplicate": lambda network: second_click(network, duplicate_filter={"window_seconds": 60}),
    "bot": bot,
    "not_approved": unapproved,
}


@pytest.mark.parametrize("reason", BY_SITUATION)
def test_offer_that_cannot_accept_the_click_has_a_reason(network: Network, reason: str) -> None:
    click_id, refused = BY_SITUATION[reason](network)
    assert considered(network, click_id, refused) == reason
    assert network.document(click_id)["outcome"] == "fallback"


def test_approval_makes_the_offer_eligible(network: Network) -> None:
    campaign, (publisher, _) = network.campaign("approved"), network.publisher()
    link = network.link(network.smartlink({"campaign_id": campaign}, offer_access="respect"), publisher)
    network.good("POST", f"/admin/publishers/{publisher}/campaigns", {"campaign_id": campaign})
    assert network.click(link).host == "approved.example"


def test_fallback_order_is_catch_all_fail_url_fallback_page(network: Network) -> None:
    nobody = network.campaign("nobody", targeting={"countries": ["ZW"]})
    last = network.campaign("last", fail_url="https://fail.example/?cid={click_id}", targeting={"countries": ["US"]})
    full = network.link(network.smartlink({"campaign_id": nobody}, catch_all_campaign_id=last))
    bare = network.link(network.smartlink({"campaign_id": nobody}, fallback_url=None))
    caught, failed = network.click(full), network.click(full, country="DE")
    assert [caught.host, failed.host] == ["last.example", "fail.example"]
    outcomes = [network.document(each.click_id)["outcome"] for each in (caught, failed)]
    assert outcomes == ["catch_all", "fail_url"]
    page = network.click(bare)
    assert (page.status, b"no offer" in page.answer.body.lower()) == (200, True)
