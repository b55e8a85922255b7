"""Who clicked, as the deployed stack records it: bots, devices, places, networks and languages."""

from typing import Any

import pytest

from tests.stack.network import IPHONE, WINDOWS, Network

ANDROID = (
    "Mozilla/5.0 (Linux; Android {model}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36"
)
DISCORD = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) discord/0.0.300 "
    "Chrome/120.0.6099.291 Electron/28.2.10 Safari/537.36"
)
MASTODON = "http.rb/5.1.1 (Mastodon/4.2.1; +https://m.example/)"
HEADLESS = '"HeadlessChrome";v="130", "Not?A_Brand";v="99"'


@pytest.fixture(scope="module")
def link(deployed: dict[str, Any]) -> str:
    """Return a link whose only campaign takes every click, bots included."""
    network = Network(deployed["url"], deployed["admin_key"], deployed["edge_secret"], deployed["tracking_url"])
    return network.link(network.smartlink({"campaign_id": network.campaign("any", targeting={"exclude_bots": False})}))


def _document(network: Network, link: str, **click: Any) -> dict[str, Any]:
    document: dict[str, Any] = network.document(network.click(link, **click).click_id)
    return document


@pytest.mark.parametrize(
    "agent",
    [
        *("GuzzleHttp/7", "node", "reqwest/0.11", MASTODON, "Viber/20.0", "ELB-HealthChecker/2.0"),
        *("Mozilla/5.0 (compatible; ChatGPT-User/1.0)", "Mozilla/5.0 zgrab/0.x", ""),
    ],
)
def test_programs_are_bots(network: Network, link: str, agent: str) -> None:
    assert _document(network, link, agent=agent)["is_bot"] is True


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Sec_CH_UA": HEADLESS}, id="headless by its hints"),
        pytest.param({"Sec_Purpose": "Prefetch"}, id="a prefetch in capitals"),
        pytest.param({"Sec_Purpose": "prefetch;prerender"}, id="a prerender"),
    ],
)
def test_requests_without_a_person_are_bots(network: Network, link: str, headers: dict[str, str]) -> None:
    assert _document(network, link, agent=WINDOWS, **headers)["is_bot"] is True


@pytest.mark.parametrize(
    "agent",
    [
        *(ANDROID.format(model=f"9; {model}") for model in ("M bot 60", "VR BOT 552", "SPIDER X2", "Monitor 5")),
        "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Banca Caboto s.p.a.)",
        DISCORD,
        IPHONE,
    ],
)
def test_people_are_no_bots(network: Network, link: str, agent: str) -> None:
    assert _document(network, link, agent=agent)["is_bot"] is False


@pytest.mark.parametrize(
    ("agent", "device", "system"),
    [
        pytest.param(f"{IPHONE} Tripadvisor/1.0", "mobile", "ios", id="Tripadvisor"),
        pytest.param(
            "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0; Tablet PC 2.0)",
            *("desktop", "windows"),
            id="Tablet PC",
        ),
        pytest.param(
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "CriOS/130 Version/11.1.1 Safari/605.1.15",
            *("tablet", "ios"),
            id="Chrome of an iPad",
        ),
        pytest.param(
            "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) TV Safari/537.36",
            *("tv", "other"),
            id="television",
        ),
        pytest.param(
            "Mozilla/5.0 (PlayStation; PlayStation 5/2.26) AppleWebKit/605.1.15 (KHTML, like Gecko)",
            *("console", "other"),
            id="console",
        ),
        pytest.param(
            "Mozilla/5.0 (X11; Linux Mint; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0",
            *("desktop", "linux"),
            id="Mint",
        ),
    ],
)
def test_device_and_system_are_those_of_the_agent(
    network: Network, link: str, agent: str, device: str, system: str
) -> None:
    seen = _document(network, link, agent=agent)

    assert (seen["device"], seen["os"], seen["is_bot"]) == (device, system, False)


def test_os_version_is_recorded(network: Network, link: str) -> None:
    assert _document(network, link, agent=IPHONE)["os_version"] == "17.5"


def test_iphone_with_chromium_hints_contradicts_itself(network: Network, link: str) -> None:
    hints = {"Sec_CH_UA": '"Chromium";v="130"', "Sec_CH_UA_Platform": '"Windows"', "Sec_CH_UA_Mobile": "?0"}

    assert _document(network, link, agent=IPHONE, **hints)["is_bot"] is True


@pytest.mark.parametrize(
    ("address", "country"),
    [
        *(("[2001:268:c000::1]", "JP"), ("[2001:44c8:4000::1]", "TH"), ("[2001:448a:2020::1]", "ID")),
        *(("[2001:ee0:4161::1]", "VN"), ("[2001:e68:5400::1]", "MY"), ("[::ffff:8.8.8.8]", "US")),
        ("81.2.69.142", "GB"),
    ],
)
def test_country_is_that_of_the_address(network: Network, link: str, address: str, country: str) -> None:
    assert _document(network, link, country="", address=address)["country"] == country


def test_network_is_that_of_the_address_and_hosting_is_known(network: Network, link: str) -> None:
    google, amazon = (_document(network, link, address=address) for address in ("8.8.8.8", "52.95.110.1"))

    assert google["network"] == "AS15169"
    assert (amazon["network"], amazon["connection"]) == ("AS16509", "hosting")


def test_hosting_is_excluded_and_networks_are_included(network: Network) -> None:
    offers = [
        {"campaign_id": network.campaign("homes", targeting={"exclude_hosting": True}), "priority": 2},
        {"campaign_id": network.campaign("amazon", targeting={"networks": ["AS16509"]}), "priority": 1},
    ]
    link = network.link(network.smartlink(*offers))

    assert network.click(link, address="81.2.69.142").host == "homes.example"
    assert network.click(link, address="52.95.110.1").host == "amazon.example"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("en_US", "en"), ("pt_BR,pt;q=0.9", "pt"), ("*, en;q=0.5", "en"), ("iw-IL", "he"), ("nb-NO, en;q=0.4", "no")],
)
def test_language_is_the_best_readable_one(network: Network, link: str, accepted: str, language: str) -> None:
    assert _document(network, link, Accept_Language=accepted)["language"] == language


def test_region_matches_on_every_level(network: Network) -> None:
    england = network.campaign("england", targeting={"regions": ["GB-ENG"]})
    link = network.link(network.smartlink({"campaign_id": england}))

    hosts = [
        network.click(link, country="GB", CloudFront_Viewer_Country_Region=region).host
        for region in ("WBK", "ENG", "SCT")
    ]

    assert hosts == ["england.example", "england.example", "fallback.example"]


def test_sub_ids_versions_and_cities_select_the_offer(network: Network) -> None:
    offers = [
        {"campaign_id": network.campaign("city", targeting={"cities": ["US/Austin"]}), "priority": 3},
        {"campaign_id": network.campaign("sub", targeting={"sub_ids": {"sub1": ["news-*"]}}), "priority": 2},
        {"campaign_id": network.campaign("new", targeting={"os_versions": {"ios": ">=17"}}), "priority": 1},
    ]
    link = network.link(network.smartlink(*offers))
    old = IPHONE.replace("17_5", "15_8").replace("17.5", "15.8")

    assert network.click(link, agent=old, CloudFront_Viewer_City="Austin").host == "city.example"
    assert network.click(link, agent=old, query={"sub1": "news-jan"}).host == "sub.example"
    assert network.click(link, agent=IPHONE).host == "new.example"
    assert network.click(link, agent=old).host == "fallback.example"


def test_two_previews_use_none_of_a_cap_of_two(network: Network) -> None:
    cap = {"metric": "clicks", "window": "day", "limit": "2"}
    people = network.campaign("people", caps=[cap], targeting={"exclude_bots": True})
    link = network.link(network.smartlink({"campaign_id": people}))

    previews = [network.click(link, agent=MASTODON).host for _ in range(2)]
    assert previews == ["fallback.example"] * 2
    assert network.good("GET", f"/admin/campaigns/{people}")["cap_usage"][0]["used"] == "0"
    assert [network.click(link).host for _ in range(3)] == ["people.example"] * 2 + ["fallback.example"]


@pytest.mark.parametrize(
    ("targeting", "pointer", "right"),
    [
        ({"countries": ["UK"]}, "/targeting/countries/0", "GB"),
        ({"browsers": ["Samsung Internet"]}, "/targeting/browsers/0", "samsung"),
        ({"languages": ["jp"]}, "/targeting/languages/0", "ja"),
        ({"regions": ["GB-LON"]}, "/targeting/regions/0", "GB-LND"),
        ({"countries": ["ZZ"]}, "/targeting/countries/0", "ZZ"),
        ({"countries": ["EU"]}, "/targeting/countries/0", "EU"),
    ],
)
def test_value_that_no_visitor_has_is_refused_with_the_right_one(
    network: Network, targeting: dict[str, Any], pointer: str, right: str
) -> None:
    body = {"name": "a", "destination_url": "https://a.example/?c={click_id}", "targeting": targeting}
    answer = network.call("POST", "/admin/campaigns", body)

    assert answer.status == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert right in error["detail"]


@pytest.mark.parametrize(
    "targeting", [{"countries": ["US"], "regions": ["GB-ENG"]}, {"os": ["ios"], "devices": ["desktop"]}]
)
def test_targeting_that_reaches_nobody_is_a_warning(network: Network, targeting: dict[str, Any]) -> None:
    offer = {"campaign_id": network.campaign("none"), "targeting": targeting}
    smartlink = network.good("GET", f"/admin/smartlinks/{network.smartlink(offer)}")

    codes = [warning["code"] for warning in smartlink["warnings"]]
    assert "contradictory_targeting" in codes


def test_offer_below_one_that_takes_all_its_visitors_is_a_warning(network: Network) -> None:
    top, low = network.campaign("top"), network.campaign("low")
    smartlink_id = network.smartlink({"campaign_id": top, "priority": 2}, {"campaign_id": low, "priority": 1})

    (warning,) = network.good("GET", f"/admin/smartlinks/{smartlink_id}")["warnings"]
    assert (warning["code"], warning["pointer"]) == ("covered_by_offer_above", "/offers/1/priority")
    assert low in warning["detail"]
    assert top in warning["detail"]


def test_health_shows_the_date_of_the_country_database(network: Network) -> None:
    health = network.call("GET", "/health").json()

    assert health["status"] == "ok"
    assert len(health["country_database"]) == len("2026-06")
