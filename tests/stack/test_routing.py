"""Routing of clicks over HTTP on the deployed stack."""

from collections import Counter

from tests.stack.network import GOOGLEBOT, IPAD, IPHONE, WINDOWS, Network, run_concurrently, wait_for


def test_weights_3_to_1_send_three_quarters_of_400_clicks_to_the_first_offer(network: Network) -> None:
    heavy, light = network.campaign("heavy"), network.campaign("light")
    link = network.link(network.smartlink({"campaign_id": heavy, "weight": 3}, {"campaign_id": light, "weight": 1}))
    hosts = Counter(run_concurrently(400, lambda _: network.click(link).host))
    assert hosts.total() == 400
    assert set(hosts) == {"heavy.example", "light.example"}
    assert 0.66 <= hosts["heavy.example"] / 400 <= 0.84


def test_highest_tier_with_an_eligible_offer_gets_the_click(network: Network) -> None:
    first = network.campaign("first", targeting={"countries": ["US"]})
    second = network.campaign("second")
    offers = ({"campaign_id": second, "priority": 1, "weight": 100}, {"campaign_id": first, "priority": 2})
    link = network.link(network.smartlink(*offers))
    assert network.click(link, country="US").host == "first.example"
    assert network.click(link, country="DE").host == "second.example"


def test_unsaved_smartlink_decides_as_it_does_once_it_is_saved(network: Network) -> None:
    offers = [{"campaign_id": network.campaign("gb", targeting={"countries": ["GB"]})}]
    settings = {"name": "Unsaved", "fallback_url": "https://more.example/", "offers": offers}
    visitors = [{"country": country, "draw": 0.5} for country in ("GB", "US")]
    path = "/admin/smartlinks/simulate"
    unsaved = [network.good("POST", path, {"smartlink": settings, **visitor}) for visitor in visitors]
    saved = network.good("POST", "/admin/smartlinks", settings)["id"]
    answers = [network.good("POST", f"/admin/smartlinks/{saved}/simulate", visitor) for visitor in visitors]

    assert [each["outcome"] for each in answers] == ["offer", "fallback"]
    refused = answers[1]["decision"]["considered"][0]
    assert (refused["refused_by"], refused["allowed"]) == ("campaign", ["GB"])
    for one, other in zip(unsaved, answers, strict=True):
        assert one["decision"]["considered"] == other["decision"]["considered"]
        assert one["warnings"] == other["warnings"]


def test_country_device_and_os_select_the_offer(network: Network) -> None:
    offers = [
        {"campaign_id": network.campaign("gb", targeting={"countries": ["GB"]}), "priority": 3},
        {"campaign_id": network.campaign("tablet", targeting={"devices": ["tablet"]}), "priority": 2},
        {"campaign_id": network.campaign("windows", targeting={"os": ["windows"]}), "priority": 1},
        {"campaign_id": network.campaign("rest"), "priority": 0},
    ]
    link = network.link(network.smartlink(*offers))
    assert network.click(link, country="GB").host == "gb.example"
    assert network.click(link, agent=IPAD).host == "tablet.example"
    assert network.click(link, agent=WINDOWS).host == "windows.example"
    assert network.click(link, agent=IPHONE).host == "rest.example"


def test_country_is_looked_up_for_the_edge_address(network: Network) -> None:
    link = network.link(network.smartlink({"campaign_id": network.campaign("any")}))
    seen = network.click(link, country="", address="81.2.69.142")
    assert network.document(seen.click_id)["country"] == "GB"


def test_spoofed_headers_without_the_edge_secret_are_ignored(network: Network) -> None:
    gb = network.campaign("gb", targeting={"countries": ["GB"]})
    link = network.link(network.smartlink({"campaign_id": gb}))
    address = "81.2.69.142"
    for secret in ("", "wrong"):
        seen = network.click(link, secret=secret, country="GB", address=address, X_Forwarded_For=address)
        assert seen.host == "fallback.example"
        assert network.document(seen.click_id)["country"] is None
    assert network.click(link, country="GB").host == "gb.example"


def test_bots_go_to_the_fallback_and_are_recorded_as_bots(network: Network) -> None:
    link = network.link(network.smartlink({"campaign_id": network.campaign("people")}))
    seen = network.click(link, agent=GOOGLEBOT)
    assert seen.host == "fallback.example"
    assert network.document(seen.click_id)["is_bot"] is True


def test_head_returns_the_same_response_without_a_reservation(network: Network) -> None:
    cap = {"metric": "clicks", "window": "day", "limit": "1"}
    link = network.link(network.smartlink({"campaign_id": network.campaign("one", caps=[cap])}))
    heads = [network.click(link, method="HEAD") for _ in range(3)]
    assert [(head.status, head.host) for head in heads] == [(302, "one.example")] * 3
    assert heads[0].answer.headers["cache-control"] == "no-store"
    assert network.call("GET", f"/admin/clicks/{heads[0].click_id}").status == 404
    assert [network.click(link).host for _ in range(2)] == ["one.example", "fallback.example"]


def test_macros_and_sub_ids_are_encoded_in_the_destination_url(network: Network) -> None:
    campaign = network.campaign(
        "macro",
        destination_url="https://macro.example/{country}?cid={click_id}&s={sub1}&t={sub2}&x={external_click_id}&{query}",
    )
    link = network.link(network.smartlink({"campaign_id": campaign}))
    query = {"aff_sub": "a b&c", "sub_id_2": "é", "aff_click_id": "own/1", "utm": "x y"}
    location = network.click(link, query=query).location
    assert location.startswith("https://macro.example/US?cid=")
    assert location.endswith("&s=a%20b%26c&t=%C3%A9&x=own%2F1&utm=x%20y")


def test_tracking_key_selects_its_campaign(network: Network) -> None:
    campaign, (publisher, _) = network.campaign("direct"), network.publisher()
    approval = network.good("POST", f"/admin/publishers/{publisher}/campaigns", {"campaign_id": campaign})
    seen = network.click(approval["url"])
    assert seen.host == "direct.example"
    assert network.document(seen.click_id)["smartlink_id"] is None
    network.good("DELETE", f"/admin/publishers/{publisher}/campaigns/{campaign}")
    wait_for(5, lambda: network.click(approval["url"]).status, 404)
