"""Where clicks go, over HTTP on the deployed stack."""

from collections import Counter

from tests.stack.network import GOOGLEBOT, IPAD, IPHONE, WINDOWS, Network, at_once, within


def test_weights_three_to_one_send_three_quarters_of_400_clicks_to_the_first(network: Network) -> None:
    heavy, light = network.campaign("heavy"), network.campaign("light")
    link = network.link(network.smartlink({"campaign_id": heavy, "weight": 3}, {"campaign_id": light, "weight": 1}))
    hosts = Counter(at_once(400, lambda _: network.click(link).host))
    assert hosts.total() == 400
    assert set(hosts) == {"heavy.example", "light.example"}
    assert 0.66 <= hosts["heavy.example"] / 400 <= 0.84


def test_the_highest_tier_with_an_eligible_offer_takes_the_click(network: Network) -> None:
    first = network.campaign("first", targeting={"countries": ["US"]})
    second = network.campaign("second")
    offers = ({"campaign_id": second, "priority": 1, "weight": 100}, {"campaign_id": first, "priority": 2})
    link = network.link(network.smartlink(*offers))
    assert network.click(link, country="US").host == "first.example"
    assert network.click(link, country="DE").host == "second.example"


def test_countries_devices_and_systems_choose_the_offer(network: Network) -> None:
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


def test_the_country_database_finds_the_country_of_the_edges_address(network: Network) -> None:
    link = network.link(network.smartlink({"campaign_id": network.campaign("any")}))
    seen = network.click(link, country="", address="81.2.69.142")
    assert network.document(seen.click_id)["country"] == "GB"


def test_spoofed_headers_without_the_edge_secret_change_nothing(network: Network) -> None:
    gb = network.campaign("gb", targeting={"countries": ["GB"]})
    link = network.link(network.smartlink({"campaign_id": gb}))
    address = "81.2.69.142"
    for secret in ("", "wrong"):
        seen = network.click(link, secret=secret, country="GB", address=address, X_Forwarded_For=address)
        assert seen.host == "fallback.example"
        assert network.document(seen.click_id)["country"] is None
    assert network.click(link, country="GB").host == "gb.example"


def test_bots_are_sent_to_the_fallback_and_recorded_as_bots(network: Network) -> None:
    link = network.link(network.smartlink({"campaign_id": network.campaign("people")}))
    seen = network.click(link, agent=GOOGLEBOT)
    assert seen.host == "fallback.example"
    assert network.document(seen.click_id)["is_bot"] is True


def test_head_answers_the_same_and_reserves_nothing(network: Network) -> None:
    cap = {"metric": "clicks", "window": "day", "limit": "1"}
    link = network.link(network.smartlink({"campaign_id": network.campaign("one", caps=[cap])}))
    heads = [network.click(link, method="HEAD") for _ in range(3)]
    assert [(head.status, head.host) for head in heads] == [(302, "one.example")] * 3
    assert heads[0].answer.headers["cache-control"] == "no-store"
    assert network.call("GET", f"/admin/clicks/{heads[0].click_id}").status == 404
    assert [network.click(link).host for _ in range(2)] == ["one.example", "fallback.example"]


def test_macros_and_sub_ids_reach_the_destination_encoded(network: Network) -> None:
    campaign = network.campaign(
        "macro",
        destination_url="https://macro.example/{country}?cid={click_id}&s={sub1}&t={sub2}&x={external_click_id}&{query}",
    )
    link = network.link(network.smartlink({"campaign_id": campaign}))
    query = {"aff_sub": "a b&c", "sub_id_2": "é", "aff_click_id": "own/1", "utm": "x y"}
    location = network.click(link, query=query).location
    assert location.startswith("https://macro.example/US?cid=")
    assert location.endswith("&s=a%20b%26c&t=%C3%A9&x=own%2F1&utm=x+y")


def test_a_tracking_key_leads_straight_to_its_campaign(network: Network) -> None:
    campaign, (publisher, _) = network.campaign("direct"), network.publisher()
    approval = network.good("POST", f"/admin/publishers/{publisher}/campaigns", {"campaign_id": campaign})
    seen = network.click(approval["url"])
    assert seen.host == "direct.example"
    assert network.document(seen.click_id)["smartlink_id"] is None
    network.good("DELETE", f"/admin/publishers/{publisher}/campaigns/{campaign}")
    within(5, lambda: network.click(approval["url"]).status, 404)
