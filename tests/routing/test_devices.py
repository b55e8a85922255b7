import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.visitor import DEVICES_OF_SYSTEM, Device, OperatingSystem
from chalicelib.routing.devices import device_of_agent, is_ipad
from tests.routing.agents import BLINK, IPAD, IPHONE, MAC, MACINTOSH, PC, PIXEL, X11, android

ANDROID, CHROMEOS, IOS = OperatingSystem.ANDROID, OperatingSystem.CHROMEOS, OperatingSystem.IOS
LINUX, MACOS, OTHER = OperatingSystem.LINUX, OperatingSystem.MACOS, OperatingSystem.OTHER
WINDOWS = OperatingSystem.WINDOWS
IE = "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 6.1; Trident/4.0; Media Center PC 6.0; Tablet PC 2.0)"


@pytest.mark.parametrize(
    ("user_agent", "system", "device"),
    [
        pytest.param(IPHONE, IOS, Device.MOBILE, id="iPhone"),
        pytest.param(IPAD, IOS, Device.TABLET, id="iPad"),
        pytest.param("Mozilla/5.0 (iPod touch; CPU iPhone OS 12_5 like Mac OS X)", IOS, Device.MOBILE, id="iPod"),
        pytest.param("Example/1.0 iOS/17.5", IOS, Device.MOBILE, id="iOS that names no device"),
        pytest.param(f"{IPHONE} Tripadvisor/8.2", IOS, Device.MOBILE, id="Tripadvisor on an iPhone"),
        pytest.param(f"{PIXEL} Tripadvisor/8.2", ANDROID, Device.MOBILE, id="Tripadvisor on Android"),
        pytest.param(f"{PC} Tripadvisor/8.2", WINDOWS, Device.DESKTOP, id="Tripadvisor on a PC"),
        pytest.param(PC, WINDOWS, Device.DESKTOP, id="a PC"),
        pytest.param(IE, WINDOWS, Device.DESKTOP, id="a tablet PC"),
        pytest.param(f"{IE[:-1]}; InfoPath.3)", WINDOWS, Device.DESKTOP, id="a tablet PC and more"),
        pytest.param(
            "Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) Edge/15",
            WINDOWS,
            Device.MOBILE,
            id="WP",
        ),
        pytest.param(MAC, MACOS, Device.DESKTOP, id="a Mac"),
        pytest.param(f"{MACINTOSH} Mobile Safari", MACOS, Device.DESKTOP, id="a Mac that says mobile"),
        pytest.param(f"{X11} Mobile", CHROMEOS, Device.DESKTOP, id="a Chromebook"),
        pytest.param(X11, LINUX, Device.DESKTOP, id="Linux"),
        pytest.param(PIXEL, ANDROID, Device.MOBILE, id="Android phone"),
        pytest.param(android("SM-X906C", after="Safari/537.36"), ANDROID, Device.TABLET, id="Android tablet"),
        pytest.param("Dalvik/2.1.0 (Linux; U; Android 14; SM-A536B)", ANDROID, Device.MOBILE, id="Dalvik on a phone"),
        pytest.param(
            f"Mozilla/5.0 (Linux; Android 9; KFMAWI) {BLINK} Silk/122.4.1 like Chrome/122.0",
            ANDROID,
            Device.TABLET,
            id="Silk",
        ),
        pytest.param(android("Nexus 7"), ANDROID, Device.TABLET, id="Nexus 7"),
        pytest.param("Mozilla/5.0 (PlayBook; U; RIM Tablet OS 2.1.0; en-US)", OTHER, Device.TABLET, id="PlayBook"),
        pytest.param(
            "Nokia6230i/2.0 (03.80) Profile/MIDP-2.0 Configuration/CLDC-1.1", OTHER, Device.MOBILE, id="Nokia"
        ),
        pytest.param("Mozilla/5.0 (Mobile; rv:48.0) Gecko/48.0 KAIOS/2.5", OTHER, Device.MOBILE, id="KaiOS"),
        pytest.param("Mozilla/5.0 (BB10; Touch) AppleWebKit/537.35+", OTHER, Device.MOBILE, id="BlackBerry 10"),
    ],
)
def test_device_of_phones_tablets_and_computers(user_agent: str, system: OperatingSystem, device: Device) -> None:
    assert device_of_agent(user_agent, system) is device


@pytest.mark.parametrize(
    "user_agent",
    [
        pytest.param(
            "Mozilla/5.0 (SMART-TV; Linux; Tizen 5.0) AppleWebKit/537.36 SamsungBrowser/2.2 TV Safari", id="Tizen"
        ),
        pytest.param("Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 WebAppManager", id="webOS"),
        pytest.param("Mozilla/5.0 (Linux; NetCast; U) AppleWebKit/537.31 SmartTV/5.0", id="NetCast"),
        pytest.param("Mozilla/5.0 (WebOS.TV-2023; Linux)", id="webOS.TV"),
        pytest.param("HbbTV/1.5.1 (+DRM;Samsung;SmartTV2021:UAU7000;)", id="HbbTV"),
        pytest.param("AppleTV6,2/11.1", id="AppleTV"),
        pytest.param("Example/1.0 (Apple TV; tvOS 17.5)", id="Apple TV"),
        pytest.param("Mozilla/5.0 (Linux; Android 9; BRAVIA 4K VH2 Build/PTT1)", id="BRAVIA"),
        pytest.param("Mozilla/5.0 (Linux; Android 7.1.2; AFTMM Build/NS6265; wv) Safari/537.36", id="Fire TV"),
        pytest.param(
            "Mozilla/5.0 (X11; Linux i686) Chrome/11.0 Large Screen Safari/534.24 GoogleTV/092754", id="Google TV"
        ),
        pytest.param("Mozilla/5.0 (Linux; Android 12; Android TV Build/STT2)", id="Android TV"),
        pytest.param(
            "Mozilla/5.0 (X11; Linux armv7l) AppleWebKit/537.36 Chrome/90 Safari/537.36 CrKey/1.56", id="Chromecast"
        ),
        pytest.param("Roku/DVP-12.5 (12.5.0.4178)", id="Roku"),
        pytest.param("Mozilla/5.0 (X11; Linux aarch64) Chrome/100.0 Odin/100.4 (+DRM;VIDAA;2023)", id="VIDAA"),
        pytest.param("Mozilla/5.0 (compatible; U; InfiNet 0.1; Viera) AppleWebKit/420", id="Viera"),
        pytest.param("Mozilla/5.0 (Linux; Android 9; MIBOX4 Build/PI)", id="Mi Box"),
        pytest.param("Mozilla/5.0 (Linux; Android 11; SHIELD Android TV Build/RQ1A)", id="Shield"),
        pytest.param("Opera/9.80 (Linux armv7l; OPR/46 OMI/4.20) Presto/2.12", id="a set-top box"),
        pytest.param("Opera/9.80 (Linux mips; ) Presto/2.12 MB95/3.3.6.X (TOSHIBA, Si2156LG32, wireless)", id="mips"),
        pytest.param(f"Mozilla/5.0 (X11; Linux armv7l) {BLINK} GW-Device/1.0.0 (Sky, ES340, )", id="Sky"),
        pytest.param(f"Mozilla/5.0 (Linux; x86_64) {BLINK} WPE Sky_OTT_RTD/1.0 (Sky, XiOneUK, Wired)", id="wired"),
        pytest.param("Opera/9.80 (Linux armv7l) Presto/2.12 , TiVo-Device/20.7.2", id="TiVo"),
        pytest.param("Mozilla/5.0 (Astro;AS620SM,RTK) AppleWebKit/537.36", id="Astro"),
        pytest.param("Mozilla/5.0 (DTV) AppleWebKit/531.2+ (KHTML, like Gecko) Espial/6.1.5", id="DTV"),
        pytest.param(
            "Mozilla/5.0 (Linux; Android 9; DM-LED43SR22 Build/PTT1) Mobile Safari/537.36", id="a model LED43"
        ),
        pytest.param("Mozilla/5.0 (Linux; Android 11; SM-QLED50T2SU) Mobile Safari/537.36", id="a model QLED50"),
        pytest.param("Mozilla/5.0 (Linux; Android 6.0.1; NEXBOX-A1 Build/MHC19J)", id="Nexbox is no Xbox"),
        pytest.param("Mozilla/5.0 (Linux; Android 6.0.1; MXQ-NEXBOX Build/MHC19J)", id="another Nexbox"),
        pytest.param("Mozilla/5.0 (Linux; Android 9; HTV-55U11B-VS Build/PPR2) Mobile Safari/537.36", id="HTV-55"),
        pytest.param("Mozilla/5.0 (Linux; Android 5.1.1; MyGica ATV495 Pro)", id="ATV"),
        pytest.param("Opera/9.80 (Linux) AQUOSBrowser/2.0 (US00DTV;V;0001;0001)", id="Sharp's television browser"),
    ],
)
def test_televisions_are_a_device_of_their_own(user_agent: str) -> None:
    assert device_of_agent(user_agent, ANDROID) is Device.TV
    assert device_of_agent(user_agent, OTHER) is Device.TV


@pytest.mark.parametrize(
    "user_agent",
    [
        pytest.param("Mozilla/5.0 (PlayStation; PlayStation 5/2.26) AppleWebKit/605.1.15", id="PlayStation 5"),
        pytest.param("Mozilla/5.0 (PlayStation Vita 3.60) AppleWebKit/537.73 Silk/3.2", id="PlayStation Vita"),
        pytest.param(f"Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One) {BLINK} Edge/44", id="Xbox"),
        pytest.param("Mozilla/5.0 (Nintendo Switch; WifiWebAuthApplet) NF/6.0 NintendoBrowser/5.1", id="Switch"),
        pytest.param("Mozilla/5.0 (Nintendo 3DS; U; ; en) Version/1.7610.EU", id="3DS"),
        pytest.param("Opera/9.30 (Nintendo Wii; U; ; 2071; Wii Shop Channel/1.0; en)", id="Wii"),
    ],
)
def test_game_consoles_are_a_device_of_their_own(user_agent: str) -> None:
    assert device_of_agent(user_agent, OTHER) is Device.CONSOLE
    assert device_of_agent(user_agent, WINDOWS) is Device.CONSOLE


@pytest.mark.parametrize(
    "model", ["SM-J320 DTV", "moto g DTV", "K450 TVE"], ids=["a phone with DTV", "another", "letters after TV"]
)
def test_phone_with_a_receiver_is_a_phone(model: str) -> None:
    assert device_of_agent(android(model), ANDROID) is Device.MOBILE


@pytest.mark.parametrize(
    "model",
    [
        *("HTV31", "HTV32", "HTV33", "Sharp Aquos S2", "AQUOS P6", "AQUOS zero6", "SHARP AQUOS sense", "RIVIERA F23"),
        *("LEDGER 5", "SM-A536B"),
    ],
)
def test_phone_with_letters_of_televisions_is_a_phone(model: str) -> None:
    assert device_of_agent(android(model), ANDROID) is Device.MOBILE


@pytest.mark.parametrize("model", ["BTV-W09", "BTV-DL09", "BNTV250", "BNTV400", "BNTV460", "BNTV600", "BNTV650"])
@pytest.mark.parametrize("after", ["Safari/537.36", "Mobile Safari/537.36"], ids=["tablet", "also mobile"])
def test_tablet_with_letters_of_televisions_is_a_tablet(model: str, after: str) -> None:
    assert device_of_agent(android(model, after=after), ANDROID) is Device.TABLET


@pytest.mark.parametrize(
    "app", ["PlayStationApp-Android/24.1", "com.nintendo.znca/2.1", "com.playstation.remoteplay/5", "com.xbox.app/1"]
)
def test_phone_with_an_app_for_consoles_is_a_phone(app: str) -> None:
    assert device_of_agent(f"{PIXEL} {app}", ANDROID) is Device.MOBILE
    assert device_of_agent(f"{IPHONE} {app}", IOS) is Device.MOBILE


@pytest.mark.parametrize("user_agent", [IPHONE, MAC, PIXEL, f"{MAC} Tripadvisor/8.2", f"{IPHONE} Tripadvisor/8.2"])
def test_other_devices_are_no_ipads(user_agent: str) -> None:
    assert not is_ipad(user_agent)


@given(st.text("iPadoneMctshANrTVWlXb; ()/_", max_size=60), st.sampled_from(OperatingSystem))
def test_device_of_any_agent_is_one_that_the_system_has(user_agent: str, system: OperatingSystem) -> None:
    assert device_of_agent(user_agent, system) in DEVICES_OF_SYSTEM[system]
