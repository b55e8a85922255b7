import pytest
import ua_parser
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.visitor import OperatingSystem
from chalicelib.routing.systems import short_version, system_of_agent, version_of_agent
from tests.routing.agents import BLINK, FREEBSD, IPAD, IPHONE, MAC, PC, PIXEL, WEBKIT, X11, android

ANDROID, CHROMEOS, IOS = OperatingSystem.ANDROID, OperatingSystem.CHROMEOS, OperatingSystem.IOS
LINUX, MACOS, OTHER = OperatingSystem.LINUX, OperatingSystem.MACOS, OperatingSystem.OTHER
WINDOWS = OperatingSystem.WINDOWS


def _system(user_agent: str) -> OperatingSystem:
    return system_of_agent(user_agent, ua_parser.parse_os(user_agent))


def _version(user_agent: str) -> str | None:
    parsed = ua_parser.parse_os(user_agent)
    return version_of_agent(user_agent, system_of_agent(user_agent, parsed), parsed)


def _linux(name: str) -> str:
    return f"Mozilla/5.0 (X11; U; Linux i686; en-US; rv:1.9.2) Gecko/2010 {name} Firefox/3.6"


@pytest.mark.parametrize(
    ("user_agent", "system"),
    [
        pytest.param(IPHONE, IOS, id="iPhone"),
        pytest.param(IPAD, IOS, id="iPad"),
        pytest.param("dv(iPh14,5);pr(UCBrowser/13.9.0.1727);ov(15_4_1)", IOS, id="an iPhone without its name"),
        pytest.param(PIXEL, ANDROID, id="Android"),
        pytest.param("Mozilla/5.0 (Linux; Andr0id 9; BRAVIA 4K)", ANDROID, id="a disguised Android"),
        pytest.param("UCWEB/2.0 (MIDP-2.0; U; Adr 9; ru; ZTE) U2/1.0.0", ANDROID, id="Android, shortened"),
        pytest.param(f"Mozilla/5.0 (Linux; U; Android 4.0.3; KFTT) {BLINK} Silk/3.4", ANDROID, id="Fire OS"),
        pytest.param(PC, WINDOWS, id="Windows"),
        pytest.param("Mozilla/4.0 (compatible; MSIE 6.0; Windows 98)", WINDOWS, id="Windows 98"),
        pytest.param("Mozilla/3.0 (Win95; I)", WINDOWS, id="Windows 95, shortened"),
        pytest.param("Mozilla/5.0 (Mobile; Windows Phone 8.1; Android 4.0; ARM)", WINDOWS, id="Windows Phone"),
        pytest.param(MAC, MACOS, id="a Mac"),
        pytest.param("Mozilla/4.0 (compatible; MSIE 4.01; Mac_PowerPC)", MACOS, id="an old Mac"),
        pytest.param("Mozilla/4.05 (Macintosh; I; PPC Nav)", MACOS, id="a Mac without a system"),
        pytest.param(X11, LINUX, id="Linux"),
        pytest.param(_linux("Ubuntu/10.04 (lucid)"), LINUX, id="Ubuntu"),
        pytest.param(_linux("Linux Mint/9 (Isadora)"), LINUX, id="Mint"),
        pytest.param(_linux("Arch Linux"), LINUX, id="Arch"),
        pytest.param(_linux("CentOS/3.6-2.el5.centos"), LINUX, id="CentOS"),
        pytest.param(_linux("Red Hat/3.6-2.el5"), LINUX, id="Red Hat"),
        pytest.param(_linux("SUSE/3.6-1.2"), LINUX, id="SUSE"),
        pytest.param(_linux("Gentoo"), LINUX, id="Gentoo"),
        pytest.param(_linux("Slackware/13.37"), LINUX, id="Slackware"),
        pytest.param(_linux("Mandriva Linux/1.9"), LINUX, id="Mandriva"),
        pytest.param(_linux("Mageia/3.6"), LINUX, id="Mageia"),
        pytest.param(_linux("Raspbian"), LINUX, id="Raspbian"),
        pytest.param("Mozilla/5.0 (X11; Arch; Linux x86_64)", LINUX, id="Arch in the comment"),
        pytest.param(f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {BLINK}", CHROMEOS, id="ChromeOS"),
        pytest.param("Mozilla/5.0 (Linux; Android 9; Dell Chromebook 11 (3180))", CHROMEOS, id="a Chromebook's app"),
        pytest.param(FREEBSD, OTHER, id="FreeBSD"),
        pytest.param("Mozilla/5.0 (SMART-TV; Linux; Tizen 5.0)", OTHER, id="Tizen"),
        pytest.param("Mozilla/5.0 (Web0S; Linux/SmartTV)", OTHER, id="webOS"),
        pytest.param("Mozilla/5.0 (Mobile; rv:48.0) Gecko/48.0 KAIOS/2.5", OTHER, id="KaiOS"),
        pytest.param("Mozilla/5.0 (BB10; Touch) AppleWebKit/537.35+ Version/10.3", OTHER, id="BlackBerry"),
        pytest.param("Mozilla/5.0 (SymbianOS/9.4; Series60/5.0 Nokia5800d-1)", OTHER, id="Symbian"),
        pytest.param("Mozilla/5.0 (PLAYSTATION 3; 1.10)", OTHER, id="PlayStation"),
        pytest.param("AppleTV6,2/11.1", OTHER, id="tvOS"),
        pytest.param("atc/1.0 watchOS/7.0 model/Watch6,1", OTHER, id="watchOS"),
        pytest.param("", OTHER, id="nothing"),
        pytest.param("Mozilla/5.0 (New Nintendo 3DS like iPhone) NX/3.0.0.5.22 Mobile", OTHER, id="3DS like iPhone"),
        pytest.param("Mozilla/5.0 (Librem 5, like iPhone; X11; Linux x86_64)", LINUX, id="Linux like iPhone"),
        pytest.param(
            "Mozilla/5.0 (Linux; Tizen 2.2; SM-Z9005) like Android 4.1; Mobile", OTHER, id="Tizen like Android"
        ),
        pytest.param("Mozilla/5.0 (Linux like Android; en_US) PocketBook/650 Mobile", LINUX, id="Linux like Android"),
        pytest.param("Mozilla/5.0 (PC; OpenHarmony 6.1; Windows NT 10.0)", OTHER, id="OpenHarmony like Windows"),
        pytest.param("Mozilla/5.0 (X11; Arch; rv:115.0) Gecko/20100101 Firefox/115.0", LINUX, id="Arch without Linux"),
        pytest.param("Mozilla/5.0 (X11; NixOS; rv:115.0) Gecko/20100101 Firefox/115.0", LINUX, id="NixOS"),
        pytest.param("Mozilla/5.0 (X11; U; SCO_SV i386; en-US)", OTHER, id="another Unix"),
        pytest.param("Mozilla/5.0 (X11; Fuchsia x86_64)", OTHER, id="Fuchsia"),
        pytest.param("Mozilla/5.0 (X11; CrOS ARM 0.0.0)", CHROMEOS, id="ChromeOS without a version"),
        pytest.param(f"{PIXEL} com.nintendo.znca/2.1", ANDROID, id="Android with an app of Nintendo"),
    ],
)
def test_system_of_an_agent(user_agent: str, system: OperatingSystem) -> None:
    assert _system(user_agent) is system


@pytest.mark.parametrize(
    ("user_agent", "version"),
    [
        pytest.param(IPHONE, "17.5", id="iPhone"),
        pytest.param(IPAD, "16.6", id="iPad"),
        pytest.param(IPHONE.replace("17_5", "17_5_1"), "17.5.1", id="three numbers"),
        pytest.param(IPHONE.replace("17_5", "17_0"), "17", id="a zero"),
        pytest.param(f"{IPHONE.replace('17_5', '18_7')} Version/26.1 Mobile/15E148 Safari/604.1", "26.1", id="iOS 26"),
        pytest.param(f"{IPHONE.replace('17_5', '18_7')} [FBAN/FBIOS;FBSV/26.0.1]", "26.0.1", id="iOS 26 in Facebook"),
        pytest.param(f"{IPHONE.replace('17_5', '18_7')} Version/18.7 Safari/604.1", "18.7", id="iOS 18"),
        pytest.param(android("Pixel 8", "14"), "14", id="Android"),
        pytest.param(android("SM-G920F", "4.4.2"), "4.4.2", id="an old Android"),
        pytest.param(android("SM-G920F", "7.0"), "7", id="an Android with a zero"),
        pytest.param(android("Pixel 3", "10"), "10", id="a real Android 10"),
        pytest.param("Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0", "14", id="Firefox"),
        pytest.param(PIXEL, None, id="Chrome's frozen Android 10"),
        pytest.param(PC, "10", id="Windows 10 or 11"),
        pytest.param("Mozilla/5.0 (Windows NT 6.3; Trident/7.0; rv:11.0) like Gecko", "8.1", id="Windows 8.1"),
        pytest.param("Mozilla/5.0 (Windows NT 6.1; rv:52.0) Firefox/52.0", "7", id="Windows 7"),
        pytest.param("Mozilla/5.0 (Windows NT 5.1; rv:52.0) Firefox/52.0", None, id="XP is no number"),
        pytest.param("Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Lumia 950) Edge/15", "10", id="Windows Phone"),
        pytest.param(MAC, None, id="the Mac's frozen 10.15.7"),
        pytest.param(
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Firefox/127.0", None, id="Firefox's 10.15"
        ),
        pytest.param(f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_13_6) {WEBKIT}", "10.13.6", id="an old Mac"),
        pytest.param(f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {BLINK}", None, id="ChromeOS's frozen 14541"),
        pytest.param(f"Mozilla/5.0 (X11; CrOS x86_64 13904.97.0) {BLINK}", "13904.97", id="an older ChromeOS"),
        pytest.param(X11, None, id="Linux has none"),
        pytest.param(_linux("Ubuntu/10.04"), None, id="nor has Ubuntu"),
        pytest.param("", None, id="nothing"),
        pytest.param(
            f"{IPHONE.replace('17_5', '17_5_1')} Mobile/15E148 AppVersion/30.1.2", "17.5.1", id="an app's version"
        ),
        pytest.param(
            "Mozilla/5.0 (Linux; Android 10; Samsung Chromebook Plus Build/R74-11895.118.0)", None, id="a Chromebook's"
        ),
    ],
)
def test_version_of_the_system(user_agent: str, version: str | None) -> None:
    assert _version(user_agent) == version


@pytest.mark.parametrize(
    ("version", "short"),
    [
        ("17.5.0", "17.5"),
        ("10.0", "10"),
        ("10.15.7", "10.15.7"),
        ("14", "14"),
        ("0.1", "0.1"),
        ("XP", None),
        ("10 build", "10"),
        ("1.2.3.4.5", None),
        ("", None),
    ],
)
def test_version_is_as_short_as_it_comes(version: str, short: str | None) -> None:
    assert short_version(version) == short


@given(st.text("0123456789.", max_size=12))
def test_version_is_numbers_with_dots_or_none(version: str) -> None:
    short = short_version(version)

    assert short is None or (short[0] != "." and all(part.isdigit() for part in short.split(".")))
