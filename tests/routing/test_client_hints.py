import pytest

from chalicelib.domain.visitor import DEVICES_OF_SYSTEM, Device, OperatingSystem
from chalicelib.routing.client_hints import apply_client_hints
from chalicelib.routing.user_agent import ParsedUserAgent, parse_user_agent
from tests.routing.agents import FREEBSD, IPAD, IPHONE, MAC, MACINTOSH, PC, PIXEL, X11

ANDROID, CHROMEOS, IOS = OperatingSystem.ANDROID, OperatingSystem.CHROMEOS, OperatingSystem.IOS
MACOS, WINDOWS = OperatingSystem.MACOS, OperatingSystem.WINDOWS
MOBILE, TABLET, DESKTOP, TV = Device.MOBILE, Device.TABLET, Device.DESKTOP, Device.TV
CHROME = '"Not/A)Brand";v="8", "Chromium";v="126", "Google Chrome";v="126"'
TELEVISION = "Mozilla/5.0 (Linux; Android 9; BRAVIA 4K VH2) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36"


def _hinted(user_agent: str, **hints: str) -> ParsedUserAgent:
    """Return the agent with hints, given without `Sec-CH-UA-`; `brands` is `Sec-CH-UA` itself."""
    names = {"brands": "sec-ch-ua", "mobile": "sec-ch-ua-mobile", "platform": "sec-ch-ua-platform"}
    headers = {names.get(name, "sec-ch-ua-platform-version"): value for name, value in hints.items()}
    return apply_client_hints(parse_user_agent(user_agent), headers)


@pytest.mark.parametrize(
    ("user_agent", "hints", "device", "system"),
    [
        pytest.param(PIXEL, {}, MOBILE, ANDROID, id="no hints"),
        pytest.param(PIXEL, {"mobile": "?0"}, TABLET, ANDROID, id="an Android that is no phone"),
        pytest.param(PC, {"mobile": "?0", "platform": '"Windows"'}, DESKTOP, WINDOWS, id="a PC"),
        pytest.param(X11, {"platform": '"macOS"'}, DESKTOP, MACOS, id="macOS by its new name"),
        pytest.param(X11, {"mobile": "?1", "platform": '"Android"'}, MOBILE, ANDROID, id="a phone's desktop mode"),
        pytest.param(X11, {"mobile": "?0", "platform": '"Android"'}, TABLET, ANDROID, id="a tablet's desktop mode"),
        pytest.param(X11, {"platform": '"Chrome OS"'}, DESKTOP, CHROMEOS, id="ChromeOS"),
        pytest.param(X11, {"platform": '"Chromium OS"'}, DESKTOP, CHROMEOS, id="ChromiumOS"),
        pytest.param(PC, {"platform": '"Amiga"'}, DESKTOP, WINDOWS, id="an unknown platform says nothing"),
        pytest.param(PC, {"mobile": "yes"}, DESKTOP, WINDOWS, id="a malformed hint says nothing"),
        pytest.param(FREEBSD, {"mobile": "?0", "platform": '"Unknown"'}, DESKTOP, OperatingSystem.OTHER, id="FreeBSD"),
        pytest.param(TELEVISION, {"mobile": "?0", "platform": '"Android"'}, TV, ANDROID, id="a television stays one"),
    ],
)
def test_client_hints_take_precedence_over_the_user_agent(
    user_agent: str, hints: dict[str, str], device: Device, system: OperatingSystem
) -> None:
    agent = _hinted(user_agent, **hints)

    assert (agent.device, agent.os, agent.browser) == (device, system, "chrome")
    assert not agent.is_bot


@pytest.mark.parametrize(
    ("platform", "version", "expected"),
    [
        pytest.param("Windows", "15.0.0", "11", id="Windows 11"),
        pytest.param("Windows", "13.0.0", "11", id="the first Windows 11"),
        pytest.param("Windows", "10.0.0", "10", id="the last Windows 10"),
        pytest.param("Windows", "1.0.0", "10", id="the first Windows 10"),
        pytest.param("Windows", "0.3.0", "8.1", id="Windows 8.1"),
        pytest.param("Windows", "0.1", "7", id="Windows 7"),
        pytest.param("Windows", "0", "10", id="no Windows"),
        pytest.param("Android", "14.0.0", "14", id="Android"),
        pytest.param("Android", "8.1.0", "8.1", id="Android with two numbers"),
        pytest.param("macOS", "14.5.0", "14.5", id="macOS"),
        pytest.param("macOS", "", None, id="an empty version"),
        pytest.param("macOS", "0.0.0", None, id="a version of zeros"),
        pytest.param("macOS", "unknown", None, id="no version"),
    ],
)
def test_version_of_the_platform_is_a_hint(platform: str, version: str, expected: str | None) -> None:
    assert _hinted(PC, platform=f'"{platform}"', version=f'"{version}"').os_version == expected


def test_version_of_the_agent_stays_without_a_hint() -> None:
    assert _hinted(PC, platform='"Windows"').os_version == "10"


def test_version_of_another_system_is_not_kept() -> None:
    assert _hinted(PC, platform='"macOS"').os_version is None


def test_frozen_version_is_known_by_a_hint() -> None:
    assert parse_user_agent(PIXEL).os_version is None
    assert _hinted(PIXEL, platform='"Android"', version='"15.0.0"').os_version == "15"


@pytest.mark.parametrize(
    ("user_agent", "brands", "browser"),
    [
        pytest.param(PC, CHROME, "chrome", id="Chrome"),
        pytest.param(PC, '"Chromium";v="126", "Microsoft Edge";v="126"', "edge", id="Edge"),
        pytest.param(PC, '"Opera";v="110", "Chromium";v="124"', "opera", id="Opera"),
        pytest.param(PC, '"Brave";v="126", "Chromium";v="126"', "brave", id="Brave"),
        pytest.param(PC, '"Chromium";v="122", "YaBrowser";v="24.4"', "yandex browser", id="Yandex"),
        pytest.param(PIXEL, '"Chromium";v="115", "Samsung Internet";v="23.0"', "samsung", id="Samsung Internet"),
        pytest.param(PC, '"Chromium";v="126", "Nobody\'s";v="1"', "chrome", id="a brand off the list"),
        pytest.param(PC, "Microsoft Edge", "chrome", id="malformed brands"),
        pytest.param(f"{PC} Vivaldi/6.7", CHROME, "vivaldi", id="a browser that hides in the brands"),
    ],
)
def test_brands_name_the_browser(user_agent: str, brands: str, browser: str) -> None:
    assert _hinted(user_agent, brands=brands).browser == browser


@pytest.mark.parametrize(
    "brands",
    ['"HeadlessChrome";v="126"', '"Chromium";v="126", "headlesschrome";v="126"'],
    ids=["alone", "in small letters"],
)
def test_headless_brand_is_a_bot(brands: str) -> None:
    assert _hinted(PC, brands=brands).is_bot


def test_bot_stays_a_bot_with_hints() -> None:
    assert _hinted("curl/8.7.1", brands=CHROME).is_bot


@pytest.mark.parametrize("user_agent", [IPHONE, IPAD, f"{MACINTOSH} CriOS/130 Mobile/15E148"])
@pytest.mark.parametrize(
    "hints",
    [
        pytest.param({"brands": CHROME}, id="brands"),
        pytest.param({"mobile": "?1"}, id="mobile"),
        pytest.param({"platform": '"Windows"'}, id="Windows"),
        pytest.param({"platform": '"iOS"'}, id="even iOS"),
    ],
)
def test_ios_with_client_hints_is_a_bot(user_agent: str, hints: dict[str, str]) -> None:
    agent = _hinted(user_agent, **hints)

    assert agent.is_bot
    assert agent.os is IOS


@pytest.mark.parametrize(
    "header",
    [
        *("sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform", "sec-ch-ua-platform-version", "sec-ch-ua-model"),
        *("sec-ch-ua-arch", "sec-ch-ua-full-version-list", "sec-ch-ua-wow64"),
    ],
)
@pytest.mark.parametrize("value", ["", '"x"'], ids=["empty", "with a value"])
def test_ios_with_any_client_hint_is_a_bot(header: str, value: str) -> None:
    assert apply_client_hints(parse_user_agent(IPHONE), {"accept": "*/*", header: value}).is_bot


def test_headless_brand_with_its_full_version_is_a_bot() -> None:
    full = {"sec-ch-ua-full-version-list": '"Chromium";v="126.0.1", "HeadlessChrome";v="126.0.1"'}

    assert apply_client_hints(parse_user_agent(PC), full).is_bot
    assert not apply_client_hints(parse_user_agent(PC), {"sec-ch-ua-full-version-list": CHROME}).is_bot


def test_full_versions_name_the_browser_where_the_brands_do_not() -> None:
    full = {"sec-ch-ua-full-version-list": '"Chromium";v="126.0.1", "Microsoft Edge";v="126.0.2"'}

    assert apply_client_hints(parse_user_agent(PC), full).browser == "edge"


def test_linux_has_no_version_by_hints() -> None:
    assert _hinted(X11, platform='"Linux"', version='"6.5.0"').os_version is None


@pytest.mark.parametrize("user_agent", [IPHONE, IPAD, MAC, PC], ids=["iPhone", "iPad", "Mac", "PC"])
def test_agent_without_hints_stays_as_it_is(user_agent: str) -> None:
    assert _hinted(user_agent) == parse_user_agent(user_agent)


@pytest.mark.parametrize("user_agent", [MAC, PC], ids=["Mac", "PC"])
def test_empty_hints_say_nothing(user_agent: str) -> None:
    assert _hinted(user_agent, brands="", mobile="", platform="") == parse_user_agent(user_agent)


@pytest.mark.parametrize("user_agent", [PIXEL, PC, MAC, IPHONE, IPAD, X11, TELEVISION, FREEBSD])
@pytest.mark.parametrize("platform", ["Windows", "macOS", "iOS", "Android", "Chrome OS", "Linux", ""])
@pytest.mark.parametrize("mobile", ["?0", "?1", ""])
def test_device_is_always_one_that_the_system_has(user_agent: str, platform: str, mobile: str) -> None:
    agent = _hinted(user_agent, platform=f'"{platform}"', mobile=mobile)

    assert agent.device in DEVICES_OF_SYSTEM[agent.os]
