import pytest
import ua_parser
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.visitor import Device, OperatingSystem, Visitor
from chalicelib.routing.location import GeoLocation
from chalicelib.routing.visitor_detection import (
    ParsedUserAgent,
    _is_spider,
    apply_client_hints,
    language,
    parse_user_agent,
    visitor,
)
from tests import strategies as some

ANDROID, CHROMEOS, IOS = OperatingSystem.ANDROID, OperatingSystem.CHROMEOS, OperatingSystem.IOS
LINUX, MACOS, OTHER = OperatingSystem.LINUX, OperatingSystem.MACOS, OperatingSystem.OTHER
WINDOWS = OperatingSystem.WINDOWS
MOBILE, TABLET, DESKTOP = Device.MOBILE, Device.TABLET, Device.DESKTOP

WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
BLINK = "AppleWebKit/537.36 (KHTML, like Gecko)"
IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {WEBKIT}"
IPAD = f"Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) {WEBKIT}"
PIXEL = f"Mozilla/5.0 (Linux; Android 10; K) {BLINK} Chrome/126.0.0.0 Mobile Safari/537.36"
MAC = f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/17.5 Safari/605.1.15"
PC = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {BLINK} Chrome/126.0.0.0 Safari/537.36"
X11 = f"Mozilla/5.0 (X11; Linux x86_64) {BLINK} Chrome/126.0.0.0 Safari/537.36"
FREEBSD = f"Mozilla/5.0 (X11; FreeBSD amd64) {BLINK} Chrome/126.0.0.0 Safari/537.36"

SECRET = "edge-secret"
EDGE = {
    "x-edge-secret": SECRET,
    "cloudfront-viewer-address": "198.51.100.9:4711",
    "cloudfront-viewer-country": "GB",
    "cloudfront-viewer-country-region": "ENG",
    "cloudfront-viewer-city": "London",
}


def _in_germany(_: str) -> GeoLocation:
    return GeoLocation("DE", "DE-BE", "Berlin")


def _detect(headers: dict[str, str], secret: str = SECRET) -> Visitor:
    return visitor(headers, "203.0.113.7", secret, _in_germany)


def _place(visitor_seen: Visitor) -> tuple[str, str | None, str | None, str | None]:
    return visitor_seen.address, visitor_seen.country, visitor_seen.region, visitor_seen.city


AT_HOME = ("203.0.113.7", "DE", "DE-BE", "Berlin")
AT_THE_EDGE = ("198.51.100.9", "GB", "GB-ENG", "London")


@pytest.mark.parametrize(
    ("user_agent", "device", "system", "browser"),
    [
        pytest.param(f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1", MOBILE, IOS, "safari", id="iPhone"),
        pytest.param(
            f"{IPHONE} CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1", MOBILE, IOS, "chrome", id="iOS Chrome"
        ),
        pytest.param(f"{IPHONE} FxiOS/127.0 Mobile/15E148 Safari/605.1.15", MOBILE, IOS, "firefox", id="iOS Firefox"),
        pytest.param(
            f"{IPHONE} Version/17.0 EdgiOS/125.0.2535.72 Mobile/15E148 Safari/605.1.15",
            MOBILE,
            IOS,
            "edge",
            id="iOS Edge",
        ),
        pytest.param(
            f"{IPHONE} Mobile/21F90 [FBAN/FBIOS;FBAV/468.1.0.54.107;FBDV/iPhone14,5;FBSN/iOS;FBSV/17.5.1]",
            MOBILE,
            IOS,
            "facebook",
            id="Facebook on iOS",
        ),
        pytest.param(
            f"{IPHONE} Mobile/15E148 Instagram 335.1.8.26.85 (iPhone14,5; iOS 17_5; en_US; en; scale=3.00)",
            MOBILE,
            IOS,
            "instagram",
            id="Instagram on iOS",
        ),
        pytest.param(
            f"Mozilla/5.0 (iPod touch; CPU iPhone OS 12_5 like Mac OS X) {WEBKIT} Version/12.1 Mobile/15E148 Safari",
            MOBILE,
            IOS,
            "safari",
            id="iPod",
        ),
        pytest.param(
            f"{IPAD} Version/16.6 Mobile/15E148 Safari/604.1", TABLET, IOS, "safari", id="an iPad is a tablet"
        ),
        pytest.param(f"{IPAD} CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1", TABLET, IOS, "chrome", id="iPad Chrome"),
        pytest.param(PIXEL, MOBILE, ANDROID, "chrome", id="Android phone, reduced"),
        pytest.param(
            f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {BLINK} Chrome/126.0.6478.71 Mobile Safari/537.36",
            MOBILE,
            ANDROID,
            "chrome",
            id="Android phone",
        ),
        pytest.param(
            f"Mozilla/5.0 (Linux; Android 13; SM-X906C) {BLINK} Chrome/126.0.0.0 Safari/537.36",
            TABLET,
            ANDROID,
            "chrome",
            id="an Android without Mobile is a tablet",
        ),
        pytest.param(
            "Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0",
            MOBILE,
            ANDROID,
            "firefox",
            id="Android Firefox",
        ),
        pytest.param(
            "Mozilla/5.0 (Android 14; Tablet; rv:127.0) Gecko/127.0 Firefox/127.0",
            TABLET,
            ANDROID,
            "firefox",
            id="Android tablet Firefox",
        ),
        pytest.param(
            f"Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-S918B) {BLINK} SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile "
            "Safari/537.36",
            MOBILE,
            ANDROID,
            "samsung",
            id="Samsung Internet",
        ),
        pytest.param(
            f"Mozilla/5.0 (Linux; Android 13; SM-A536B Build/TP1A.220624.014; wv) {BLINK} Version/4.0 "
            "Chrome/125.0.6422.165 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/468.0.0.46.80;]",
            MOBILE,
            ANDROID,
            "facebook",
            id="Facebook on Android",
        ),
        pytest.param(f"{PIXEL} OPR/82.0.0.0", MOBILE, ANDROID, "opera", id="Opera on Android"),
        pytest.param(
            "Opera/9.80 (Android; Opera Mini/36.2.2254/191.249; U; en) Presto/2.12.423 Version/12.16",
            MOBILE,
            ANDROID,
            "opera",
            id="Opera Mini",
        ),
        pytest.param(
            f"Mozilla/5.0 (Linux; Android 9; KFMAWI) {BLINK} Silk/122.4.1 like Chrome/122.0.6261.119 Safari/537.36",
            TABLET,
            ANDROID,
            "amazon silk",
            id="Kindle Fire",
        ),
        pytest.param(PC, DESKTOP, WINDOWS, "chrome", id="Windows Chrome"),
        pytest.param(f"{PC} Edg/126.0.0.0", DESKTOP, WINDOWS, "edge", id="Windows Edge"),
        pytest.param(f"{PC} OPR/110.0.0.0", DESKTOP, WINDOWS, "opera", id="Windows Opera"),
        pytest.param(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0",
            DESKTOP,
            WINDOWS,
            "firefox",
            id="Windows Firefox",
        ),
        pytest.param(
            "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko", DESKTOP, WINDOWS, "ie", id="IE 11"
        ),
        pytest.param(MAC, DESKTOP, MACOS, "safari", id="macOS Safari"),
        pytest.param(
            f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {BLINK} Chrome/126.0.0.0 Safari/537.36",
            DESKTOP,
            MACOS,
            "chrome",
            id="macOS Chrome",
        ),
        pytest.param(X11, DESKTOP, LINUX, "chrome", id="Linux Chrome"),
        pytest.param(
            "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
            DESKTOP,
            LINUX,
            "firefox",
            id="Ubuntu Firefox",
        ),
        pytest.param(
            f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {BLINK} Chrome/126.0.0.0 Safari/537.36",
            DESKTOP,
            CHROMEOS,
            "chrome",
            id="ChromeOS",
        ),
        pytest.param(
            "Mozilla/5.0 (X11; Fedora; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
            DESKTOP,
            LINUX,
            "firefox",
            id="Fedora Firefox",
        ),
        pytest.param(
            "Mozilla/5.0 (X11; Debian; Linux x86_64; rv:102.0) Gecko/20100101 Firefox/102.0",
            DESKTOP,
            LINUX,
            "firefox",
            id="Debian Firefox",
        ),
        pytest.param(
            f"Mozilla/5.0 (X11; Linux x86_64) {BLINK} Ubuntu Chromium/80.0.3987.87 Chrome/80.0.3987.87 Safari/537.36",
            DESKTOP,
            LINUX,
            "chrome",
            id="Chromium is a Chrome",
        ),
        pytest.param(
            "Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) Edge/15.15063 Mobile",
            MOBILE,
            WINDOWS,
            "edge",
            id="Windows Phone",
        ),
        pytest.param(FREEBSD, DESKTOP, OTHER, "chrome", id="FreeBSD is another system"),
    ],
)
def test_user_agent_gives_device_system_and_browser(
    user_agent: str, device: Device, system: OperatingSystem, browser: str
) -> None:
    assert parse_user_agent(user_agent) == ParsedUserAgent(device, system, browser, is_bot=False)


@pytest.mark.parametrize(
    "user_agent",
    [
        pytest.param("", id="no agent"),
        pytest.param("  ", id="a blank agent"),
        pytest.param("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", id="Googlebot"),
        pytest.param(
            f"{PIXEL} (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", id="Googlebot smartphone"
        ),
        pytest.param(
            f"Mozilla/5.0 {BLINK[:-1]}; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.0.0",
            id="bingbot",
        ),
        pytest.param(f"{MAC} (Applebot/0.1; +http://www.apple.com/go/applebot)", id="Applebot"),
        pytest.param("Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", id="YandexBot"),
        pytest.param("Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)", id="Baidu"),
        pytest.param(
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", id="Facebook preview"
        ),
        pytest.param("WhatsApp/2.23.20.0 A", id="WhatsApp preview"),
        pytest.param("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", id="Slackbot"),
        pytest.param("TelegramBot (like TwitterBot)", id="Telegram preview"),
        pytest.param("Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", id="Discordbot"),
        pytest.param("Twitterbot/1.0", id="Twitterbot"),
        pytest.param(
            "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)", id="LinkedIn"
        ),
        pytest.param("Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5", id="Skype preview"),
        pytest.param(f"Mozilla/5.0 (X11; Linux x86_64) {BLINK} HeadlessChrome/126.0.0.0 Safari/537.36", id="headless"),
        pytest.param("heritrix/3.1.1", id="a crawler known by name"),
        pytest.param("curl/8.7.1", id="curl"),
        pytest.param("Wget/1.21.4", id="wget"),
        pytest.param("python-requests/2.32.3", id="python-requests"),
        pytest.param("Go-http-client/2.0", id="Go"),
        pytest.param("okhttp/4.12.0", id="okhttp"),
        pytest.param("axios/1.7.2", id="axios"),
        pytest.param("Mediapartners-Google", id="AdSense"),
    ],
)
def test_bots_and_link_previews_are_detected(user_agent: str) -> None:
    assert parse_user_agent(user_agent).is_bot


@pytest.mark.parametrize(
    "user_agent",
    [
        pytest.param(
            f"Mozilla/5.0 (Linux; Android 10; CUBOT X30) {BLINK} Chrome/126.0.0.0 Mobile Safari/537.36",
            id="a phone of the maker Cubot",
        ),
        pytest.param(
            f"{PIXEL} Telegram-Android/11.2.1 (Tecno mobile limited TECNO CH7n; Android 11; SDK 30; AVERAGE)",
            id="the browser inside Telegram",
        ),
    ],
)
def test_browsers_of_people_are_not_bots(user_agent: str) -> None:
    assert not parse_user_agent(user_agent).is_bot


PIECES = (
    *(
        "Mozilla/5.0",
        "(Linux; Android 13; Pixel 8)",
        "(iPhone; CPU iPhone OS 17_1 like Mac OS X)",
        "Mobile",
        "Silk/3.13",
    ),
    *(
        "(X11; Datanyze; Linux)",
        "KFAPWI",
        "Build/KTU84M",
        "zeal",
        "yahoo",
        "Daum",
        "Samsung",
        "Nokia",
        "PTST/12",
        "curl",
    ),
    *(
        "PetalBot",
        "bot.html",
        "Googlebot/2.1",
        "spider",
        "WhatsApp/2.1",
        "Safari/604.1",
        "Chrome/120.0.0.0",
        "borg",
        "LG",
    ),
)


@given(st.lists(st.sampled_from(PIECES), max_size=6).map(" ".join))
def test_spiders_are_those_of_the_complete_parser(user_agent: str) -> None:
    device = ua_parser.parse(user_agent).device
    assert _is_spider(user_agent) is (device is not None and device.family == "Spider")
    assert parse_user_agent(user_agent).is_bot >= _is_spider(user_agent)


@pytest.mark.parametrize("user_agent", ["Xenu Link Sleuth 1.2", "Daum/4.1"])
def test_spider_known_only_by_its_device_is_a_bot(user_agent: str) -> None:
    assert parse_user_agent(user_agent).is_bot


def test_agent_that_names_no_browser_has_none() -> None:
    assert parse_user_agent("").browser is None


@given(some.texts)
def test_any_string_can_be_parsed(user_agent: str) -> None:
    assert parse_user_agent(user_agent).device in Device


@pytest.mark.parametrize(
    ("user_agent", "hints", "device", "system"),
    [
        pytest.param(PIXEL, {}, MOBILE, ANDROID, id="no hints"),
        pytest.param(PIXEL, {"sec-ch-ua-mobile": "?0"}, TABLET, ANDROID, id="an Android that is no phone"),
        pytest.param(PC, {"sec-ch-ua-mobile": "?0", "sec-ch-ua-platform": '"Windows"'}, DESKTOP, WINDOWS, id="a PC"),
        pytest.param(X11, {"sec-ch-ua-platform": '"macOS"'}, DESKTOP, MACOS, id="macOS by its new name"),
        pytest.param(
            X11,
            {"sec-ch-ua-mobile": "?1", "sec-ch-ua-platform": '"Android"'},
            MOBILE,
            ANDROID,
            id="a phone's desktop mode",
        ),
        pytest.param(
            X11,
            {"sec-ch-ua-mobile": "?0", "sec-ch-ua-platform": '"Android"'},
            TABLET,
            ANDROID,
            id="a tablet's desktop mode",
        ),
        pytest.param(X11, {"sec-ch-ua-platform": '"Chrome OS"'}, DESKTOP, CHROMEOS, id="ChromeOS"),
        pytest.param(X11, {"sec-ch-ua-platform": '"Chromium OS"'}, DESKTOP, CHROMEOS, id="ChromiumOS"),
        pytest.param(PC, {"sec-ch-ua-platform": '"Amiga"'}, DESKTOP, WINDOWS, id="an unknown platform says nothing"),
        pytest.param(PC, {"sec-ch-ua-mobile": "yes"}, DESKTOP, WINDOWS, id="a malformed hint says nothing"),
    ],
)
def test_client_hints_take_precedence_over_the_user_agent(
    user_agent: str, hints: dict[str, str], device: Device, system: OperatingSystem
) -> None:
    agent = apply_client_hints(parse_user_agent(user_agent), hints)

    assert agent == ParsedUserAgent(device, system, parse_user_agent(user_agent).browser, is_bot=False)


def test_desktop_of_another_system_stays_a_desktop_with_hints() -> None:
    hints = {"sec-ch-ua-mobile": "?0", "sec-ch-ua-platform": '"Unknown"'}

    assert apply_client_hints(parse_user_agent(FREEBSD), hints).device is DESKTOP


@pytest.mark.parametrize(
    ("headers", "is_bot"),
    [
        pytest.param({}, False, id="a click"),
        pytest.param({"sec-purpose": "prefetch"}, True, id="prefetch"),
        pytest.param({"sec-purpose": "prefetch;prerender"}, True, id="prerender"),
        pytest.param({"purpose": "prefetch"}, True, id="older prefetch"),
        pytest.param({"x-purpose": "preview"}, True, id="Safari's preview"),
        pytest.param({"x-moz": "prefetch"}, True, id="Firefox's prefetch"),
        pytest.param({"sec-purpose": ""}, False, id="no purpose"),
    ],
)
def test_prefetch_is_a_bot(headers: dict[str, str], *, is_bot: bool) -> None:
    assert _detect({"user-agent": PC, **headers}).is_bot is is_bot


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        pytest.param("en-GB,en;q=0.9,de;q=0.8", "en", id="the first"),
        pytest.param("de-AT;q=0.5, en-GB", "en", id="the preferred one"),
        pytest.param("de;q=0.1,fr;q=0.3,en;q=0.2", "fr", id="the preferred one in the middle"),
        pytest.param("de,en", "de", id="the first of equals"),
        pytest.param("zh-Hans-CN", "zh", id="primary subtag only"),
        pytest.param("FR", "fr", id="capitals"),
        pytest.param("gsw", "gsw", id="three letters"),
        pytest.param(" de ; q=0.4 , en ; q=0.7", "en", id="spaces"),
        pytest.param("de;q=x,en;q=0.1", "en", id="a malformed quality is none"),
        pytest.param("de;q=,en;q=0.9", "de", id="an empty quality is 1"),
        pytest.param("*", None, id="any"),
        pytest.param("de;q=0.5,*", None, id="rather any"),
        pytest.param("i-klingon", None, id="no language code"),
        pytest.param("1234", None, id="no letters"),
        pytest.param("", None, id="no header"),
        pytest.param(",", None, id="nothing but a comma"),
        pytest.param("x" * 10_000, None, id="far too long"),
    ],
)
def test_language_is_the_preferred_one(accepted: str, expected: str | None) -> None:
    assert language(accepted) == expected


def test_language_of_quality_0_is_ignored() -> None:
    assert language("de;q=0") is None


@given(some.texts)
def test_any_header_has_a_language_or_none(accepted: str) -> None:
    detected = language(accepted)

    assert detected is None or (detected.islower() and len(detected) in {2, 3})


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no headers"),
        pytest.param({"x-forwarded-for": "198.51.100.9"}, id="a spoofed X-Forwarded-For"),
        pytest.param({**EDGE, "x-edge-secret": ""}, id="CloudFront's headers with an empty secret"),
        pytest.param({**EDGE, "x-edge-secret": "edge-secreT"}, id="CloudFront's headers with a wrong secret"),
        pytest.param({**EDGE, "x-edge-secret": "edge-secret "}, id="CloudFront's headers with nearly the secret"),
        pytest.param({**EDGE, "x-edge-secret": "é"}, id="CloudFront's headers with a secret beyond ASCII"),
        pytest.param(
            {name: value for name, value in EDGE.items() if name != "x-edge-secret"}, id="CloudFront's headers alone"
        ),
    ],
)
def test_headers_without_the_edge_secret_change_nothing(headers: dict[str, str]) -> None:
    assert _place(_detect(headers)) == AT_HOME


@pytest.mark.parametrize("sent", ["", SECRET], ids=["none sent", "one sent"])
def test_headers_are_ignored_without_a_configured_secret(sent: str) -> None:
    assert _place(_detect({**EDGE, "x-edge-secret": sent}, secret="")) == AT_HOME


def test_headers_with_the_edge_secret_set_address_and_country() -> None:
    assert _place(_detect(EDGE)) == AT_THE_EDGE


def test_x_forwarded_for_is_ignored_even_from_the_edge() -> None:
    assert _place(_detect({**EDGE, "x-forwarded-for": "192.0.2.1"})) == AT_THE_EDGE


@pytest.mark.parametrize(
    ("sent", "address"),
    [
        pytest.param("198.51.100.9:4711", "198.51.100.9", id="IPv4"),
        pytest.param("2001:db8::7:4711", "2001:db8::7", id="IPv6"),
        pytest.param("2001:0db8:0000:0000:0000:0000:0000:0007:4711", "2001:db8::7", id="IPv6 in full"),
        pytest.param("[2001:db8::7]:4711", "2001:db8::7", id="IPv6 in brackets"),
        pytest.param("198.51.100.9", "203.0.113.7", id="no port"),
        pytest.param("example.com:80", "203.0.113.7", id="a name"),
        pytest.param("", "203.0.113.7", id="nothing"),
    ],
)
def test_port_of_the_viewer_address_is_removed(sent: str, address: str) -> None:
    assert _detect({**EDGE, "cloudfront-viewer-address": sent}).address == address


def test_edges_city_is_decoded() -> None:
    assert _detect({**EDGE, "cloudfront-viewer-city": "S%C3%A3o Paulo"}).city == "São Paulo"


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        pytest.param({"cloudfront-viewer-country": "gb"}, ("GB", "GB-ENG", "London"), id="small letters"),
        pytest.param({"cloudfront-viewer-country-region": "eng"}, ("GB", "GB-ENG", "London"), id="a small region"),
        pytest.param({"cloudfront-viewer-country-region": ""}, ("GB", None, "London"), id="no region"),
        pytest.param({"cloudfront-viewer-country-region": "a/b"}, ("GB", None, "London"), id="a malformed region"),
        pytest.param({"cloudfront-viewer-city": ""}, ("GB", "GB-ENG", None), id="no city"),
        pytest.param({"cloudfront-viewer-country": "XX"}, ("DE", "DE-BE", "Berlin"), id="an unknown country"),
        pytest.param({"cloudfront-viewer-country": "ZZ"}, ("DE", "DE-BE", "Berlin"), id="a country that is none"),
        pytest.param({"cloudfront-viewer-country": "T1"}, ("DE", "DE-BE", "Berlin"), id="Tor is no country"),
        pytest.param({"cloudfront-viewer-country": "GBR"}, ("DE", "DE-BE", "Berlin"), id="no country code"),
        pytest.param({"cloudfront-viewer-country": ""}, ("DE", "DE-BE", "Berlin"), id="no country"),
    ],
)
def test_database_is_used_if_the_edge_has_no_country(changes: dict[str, str], place: tuple[str | None, ...]) -> None:
    assert _place(_detect({**EDGE, **changes}))[1:] == place


def test_database_locates_the_viewer_address() -> None:
    locations = {"198.51.100.9": GeoLocation("FR")}
    headers = {**EDGE, "cloudfront-viewer-country": ""}

    assert visitor(headers, "203.0.113.7", SECRET, locations.__getitem__).country == "FR"


def test_visitor_has_every_detected_field() -> None:
    headers = {"user-agent": PIXEL, "accept-language": "de-DE,de;q=0.9", "sec-ch-ua-platform": '"Android"'}

    assert _detect(headers) == Visitor(
        country="DE",
        region="DE-BE",
        city="Berlin",
        device=MOBILE,
        os=ANDROID,
        browser="chrome",
        language="de",
        address="203.0.113.7",
        user_agent=PIXEL,
        is_bot=False,
    )


@given(st.dictionaries(st.sampled_from([*EDGE, "user-agent", "accept-language", "x-forwarded-for"]), some.texts))
def test_no_header_changes_the_location_without_the_secret(headers: dict[str, str]) -> None:
    assert _place(_detect(headers, secret="a secret that is not guessed")) == AT_HOME
