import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.browsers import BROWSERS
from chalicelib.domain.visitor import Device, OperatingSystem
from chalicelib.routing.user_agent import ParsedUserAgent, parse_user_agent
from tests import strategies as some
from tests.routing.agents import BLINK, FREEBSD, IPAD, IPHONE, MAC, MACINTOSH, PC, PIXEL, WEBKIT, X11, android
from tests.routing.browser_agents import AGENTS

ANDROID, CHROMEOS, IOS = OperatingSystem.ANDROID, OperatingSystem.CHROMEOS, OperatingSystem.IOS
LINUX, MACOS, OTHER = OperatingSystem.LINUX, OperatingSystem.MACOS, OperatingSystem.OTHER
WINDOWS = OperatingSystem.WINDOWS
MOBILE, TABLET, DESKTOP = Device.MOBILE, Device.TABLET, Device.DESKTOP


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
            f"{MACINTOSH} {BLINK} Chrome/126.0.0.0 Safari/537.36",
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
    parsed = parse_user_agent(user_agent)

    assert (parsed.device, parsed.os, parsed.browser) == (device, system, browser)
    assert not parsed.is_bot


def test_parsed_agent_has_every_field() -> None:
    agent = f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1"

    assert parse_user_agent(agent) == ParsedUserAgent(MOBILE, IOS, "safari", is_bot=False, os_version="17.5")


@pytest.mark.parametrize(
    ("user_agent", "browser"),
    [
        pytest.param(f"{MACINTOSH} {WEBKIT} CriOS/130 Mobile/15E148 Safari/604.1", "chrome", id="Chrome"),
        pytest.param(f"{MACINTOSH} {WEBKIT} CriOS/130", "chrome", id="Chrome, cut short"),
        pytest.param(f"{MACINTOSH} {WEBKIT} FxiOS/127.0 Safari/605.1.15", "firefox", id="Firefox"),
        pytest.param(f"{MACINTOSH} {WEBKIT} Version/17.5 Mobile/15E148 Safari/604.1", "safari", id="a web view"),
    ],
)
def test_mac_with_a_browser_of_ios_is_an_ipad(user_agent: str, browser: str) -> None:
    assert parse_user_agent(user_agent) == ParsedUserAgent(TABLET, IOS, browser, is_bot=False)


@pytest.mark.parametrize(("browser", "user_agent"), AGENTS.items(), ids=AGENTS)
def test_each_listed_browser_is_found_in_a_real_agent(browser: str, user_agent: str) -> None:
    assert parse_user_agent(user_agent).browser == browser
    assert not parse_user_agent(user_agent).is_bot


def test_real_agents_cover_the_whole_list() -> None:
    assert set(AGENTS) == BROWSERS


def test_agent_that_names_no_browser_has_none() -> None:
    assert parse_user_agent("").browser is None
    assert parse_user_agent("").is_bot


def test_model_is_no_browser() -> None:
    assert parse_user_agent(android("M bot 60")).browser == "chrome"


@given(some.texts)
def test_any_string_can_be_parsed(user_agent: str) -> None:
    parsed = parse_user_agent(user_agent)

    assert parsed.browser in BROWSERS | {None}
    assert parsed.device in Device


_TOKENS = st.sampled_from(
    [
        *(
            "Mozilla/5.0",
            "(Macintosh; Intel Mac OS X 10_15_7)",
            "(iPhone; CPU iPhone OS 17_5 like Mac OS X)",
            "CriOS/130",
        ),
        *(
            "(iPad; CPU OS 16_6 like Mac OS X)",
            "Mobile/15E148",
            "Tablet PC 2.0",
            "Tripadvisor/8",
            "Safari/604.1",
            "Silk/3",
        ),
        *(
            "(Linux; Android 14; K)",
            "(Windows NT 10.0)",
            "(X11; CrOS x86_64 14541.0.0)",
            "Nokia",
            "Chrome/126",
            "Touch",
        ),
    ]
)


@given(st.lists(_TOKENS, max_size=6).map(" ".join))
def test_ios_is_never_a_desktop_and_macos_never_mobile(user_agent: str) -> None:
    parsed = parse_user_agent(user_agent)

    assert (parsed.os, parsed.device) != (IOS, DESKTOP)
    assert not (parsed.os is MACOS and parsed.device in {MOBILE, TABLET})
