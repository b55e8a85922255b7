import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.routing.bots import is_bot_agent, is_prefetch, without_model
from tests import strategies as some
from tests.routing.agents import BLINK, IPHONE, MAC, MACINTOSH, PC, PIXEL, WEBKIT, X11, android


def _is_bot(user_agent: str) -> bool:
    return is_bot_agent(user_agent, without_model(user_agent))


@pytest.mark.parametrize(
    "user_agent",
    [
        pytest.param("", id="no agent"),
        pytest.param("  ", id="a blank agent"),
        pytest.param("-", id="a dash"),
        pytest.param("Mozilla/5.0", id="nothing but Mozilla"),
        pytest.param("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", id="Googlebot"),
        pytest.param(f"{PIXEL} (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", id="mobile Googlebot"),
        pytest.param(
            f"Mozilla/5.0 {BLINK[:-1]}; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.0.0",
            id="bingbot",
        ),
        pytest.param(f"{MAC} (Applebot/0.1; +http://www.apple.com/go/applebot)", id="Applebot"),
        pytest.param("Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", id="YandexBot"),
        pytest.param("Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)", id="Baidu"),
        pytest.param(
            "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0); 360Spider", id="crawler that says MSIE"
        ),
        pytest.param(f"{android('Pixel 2')} AdsBot-Google-Mobile", id="crawler in an app's place"),
        pytest.param("Daum/4.1", id="a crawler known only by name"),
        pytest.param("heritrix/3.1.1", id="an archiver"),
        pytest.param("Xenu Link Sleuth 1.2", id="a link checker"),
        pytest.param("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", id="Facebook"),
        pytest.param("WhatsApp/2.23.20.0 A", id="WhatsApp"),
        pytest.param("Viber/20.0", id="Viber"),
        pytest.param("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", id="Slackbot"),
        pytest.param("TelegramBot (like TwitterBot)", id="Telegram"),
        pytest.param("Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", id="Discordbot"),
        pytest.param("Twitterbot/1.0", id="Twitterbot"),
        pytest.param("LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient)", id="LinkedIn"),
        pytest.param("Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5", id="Skype"),
        pytest.param("http.rb/5.1.1 (Mastodon/4.2.1; +https://m.example/)", id="Mastodon"),
        pytest.param("Pleroma 2.5.0; https://p.example <admin@p.example>", id="Pleroma"),
        pytest.param("Mozilla/5.0 (compatible; ChatGPT-User/1.0)", id="ChatGPT"),
        pytest.param(f"{PC}; compatible; PerplexityBot/1.0", id="Perplexity"),
        pytest.param("ELB-HealthChecker/2.0", id="a load balancer"),
        pytest.param("kube-probe/1.29", id="a cluster's probe"),
        pytest.param("Mozilla/5.0 zgrab/0.x", id="zgrab"),
        pytest.param(f"{PC} SecurityHeaders", id="a service with a browser's agent"),
        pytest.param(f"{MACINTOSH} AppleWebKit/537.36 (KHTML, like Gecko, Foregenix) Chrome/91.0", id="like Gecko and"),
        pytest.param(f"Mozilla/5.0 (X11; Linux x86_64) {BLINK} HeadlessChrome/126.0.0.0 Safari/537.36", id="headless"),
        pytest.param(
            "Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) Safari", id="PhantomJS"
        ),
        pytest.param(f"{PC} contact: ops@monitor.example", id="a mail address"),
        pytest.param(f"{PC} www.example", id="an address of a site"),
        pytest.param(f"Mozilla/5.0 (X11; Linux x86_64; Site24x7) {BLINK} Chrome/126.0 Safari/537.36", id="a monitor"),
        pytest.param("Mozilla/5.0 (Macintosh; Darwin 23.4.0; en-US) PowerShell/7.4.2", id="PowerShell"),
        pytest.param("curl/8.7.1", id="curl"),
        pytest.param("Wget/1.21.4", id="wget"),
        pytest.param("python-requests/2.32.3", id="python-requests"),
        pytest.param("Go-http-client/2.0", id="Go"),
        pytest.param("okhttp/4.12.0", id="okhttp"),
        pytest.param("axios/1.7.2", id="axios"),
        pytest.param("GuzzleHttp/7", id="Guzzle"),
        pytest.param("node", id="Node"),
        pytest.param("reqwest/0.11", id="reqwest"),
        pytest.param("Apache-HttpClient/4.5.14 (Java/17.0.9)", id="Apache's client"),
        pytest.param("Example/1.0 CFNetwork/1494.0.7 Darwin/23.4.0", id="an iOS app's library"),
        pytest.param("AppleCoreMedia/1.0.0.21F90 (iPhone; U; CPU OS 17_5 like Mac OS X; en_us)", id="a media player"),
        pytest.param("Feedly/1.0 (+http://www.feedly.com/fetcher.html; 12 subscribers)", id="a feed reader"),
        pytest.param("Overcast/3.0 (+http://overcast.fm/; iOS podcast app)", id="a podcast app"),
        pytest.param("Microsoft Office Word/16.78 (Mac OS/14.0; Desktop; en-US)", id="Office checks a link"),
        pytest.param("Mediapartners-Google", id="AdSense"),
        pytest.param("Mozilla (libwhisker/2.4)", id="Mozilla without its version"),
        pytest.param("Mozilla", id="the word Mozilla"),
        pytest.param("Mozilla 5.0", id="Mozilla without its slash"),
        pytest.param("SharpReader/0.9.7.0 (.NET CLR 1.1.4322.573; WinNT 5.1.2600.0)", id="no phone of Sharp"),
        pytest.param("SharpSpring/1.0", id="nor this"),
        pytest.param("softbankrobotics/1.0", id="no phone of SoftBank"),
        pytest.param("Lenovo-inventory/1.0", id="no phone of Lenovo"),
        pytest.param("sagemaker/1.0", id="no phone of Sagem"),
        pytest.param("HTCondor/9.0", id="no phone of HTC"),
        pytest.param("midpoint/4.8", id="no MIDP"),
        pytest.param("maui/1.0", id="no MAUI browser"),
        pytest.param("Mozilla/5.0 (pc-x86_64-linux-gnu) Siege/4.0.4", id="Siege"),
        pytest.param("Mozilla/5.0 (pc-x86_64-linux-gnu)", id="a compiler's platform"),
        pytest.param("Mozilla/5.0 (Zoom.Mac 10.8.5 x86)", id="a Mac in a name"),
        pytest.param("Mozilla/5.0 (Machine)", id="a platform in a word"),
        pytest.param("Mozilla/5.0 (microservices)", id="CrOS in a word"),
        pytest.param(f"Thumbor/6.7.5, {PIXEL}", id="a proxy of images before a phone's agent"),
        pytest.param(f"Anonymous, {PIXEL}", id="a name and a comma before a phone's agent"),
        pytest.param(f"{PC} Match by Siteimprove.com", id="a domain at the end"),
        pytest.param(
            "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.0) (via babelfish.example.com)", id="a translator"
        ),
    ],
)
def test_agents_that_no_person_sends_are_bots(user_agent: str) -> None:
    assert _is_bot(user_agent)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "wkhtmltopdf",
            "wkhtmltoimage",
            "webkit2png",
            "webscreenie",
            "DebugBear",
            "ArchiveBox/0.6.2",
            "QuiteRSS/0.18",
        ),
        *("HubSpot Marketing Grader", "(googleweblight)", "Thumbor/6.7.5", "Siege/4.0.4", "ChatGPT-User/1.0"),
        *("Claude-User/1.0", "ClaudeBot/1.0", "Claude-Web/1.0", "Claude-SearchBot/1.0", "anthropic-ai"),
        *("PerplexityBot/1.0", "Perplexity-User/1.0", "OAI-SearchBot/1.0", "booking.com/bot", "UptimeRobot/2.0"),
    ],
)
@pytest.mark.parametrize("browser", [X11, PC, PIXEL, f"{IPHONE} Mobile/15E148"], ids=["Linux", "PC", "Android", "iOS"])
def test_tool_behind_the_agent_of_a_browser_is_a_bot(browser: str, name: str) -> None:
    assert _is_bot(f"{browser} {name}")


@pytest.mark.parametrize("name", ["SiteChecker/1.0", "SurveyMonkey", "LinkScanner/7.1", "example.com;", "iSiteMonitor"])
def test_common_word_of_bots_makes_a_bot_of_a_computer(name: str) -> None:
    assert _is_bot(f"{X11} {name}")


@pytest.mark.parametrize(
    "name",
    [
        *("booking.com/45.2", "ebay.com;", "booking.com", "iRobot/7.1", "SurveyJunkie/7.1", "SwagbucksSurveys"),
        *("Survey Junkie/7.1", "com.surveyjunkie.app/1.0", "PeriodTracker/3.1", "QRScanner/3.1", "QR Scanner/2.0"),
        *("Feedly/110", "BabyMonitor/2.0", "SpeedCheck/1.0", "ChatGPT/1.2025.012", "com.openai.chatgpt/1.2025"),
        *("Claude/1.0", "Perplexity/2.1", "Tripadvisor/8.2"),
    ],
)
@pytest.mark.parametrize("browser", [PIXEL, f"{IPHONE} Mobile/15E148"], ids=["Android", "iOS"])
def test_app_with_a_word_of_bots_in_its_name_is_a_persons(browser: str, name: str) -> None:
    assert not _is_bot(f"{browser} {name}")


@pytest.mark.parametrize("name", ["Claude/0.7.8", "ChatGPT/1.2025.012", "Perplexity/1.1.4"])
def test_desktop_app_of_an_assistant_is_a_persons(name: str) -> None:
    assert not _is_bot(f"{MACINTOSH} {BLINK} {name} Chrome/130.0.0.0 Electron/33.0.0 Safari/537.36")


@pytest.mark.parametrize(
    "toolbar",
    [
        *("WebMoney Advisor", "McAfee SiteAdvisor", "SiteAdvisor", "TheFreeDictionary.com", "studenthousing.com"),
        *("Match.com", "Feedreader 3", "(mail.com/1.4.0.0)"),
    ],
)
@pytest.mark.parametrize(
    "browser",
    [
        "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1; {})",
        "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1; {}; .NET CLR 2.0.50727)",
        "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; {}; rv:11.0) like Gecko",
    ],
    ids=["at the end", "in the middle", "IE 11"],
)
def test_toolbar_of_internet_explorer_makes_no_bot(browser: str, toolbar: str) -> None:
    assert not _is_bot(browser.format(toolbar))


def test_toolbar_of_firefox_makes_no_bot() -> None:
    assert not _is_bot("Mozilla/5.0 (Windows NT 6.1; rv:2.0.1) Gecko/20100101 Firefox/4.0.1 WebMoney Advisor")


@pytest.mark.parametrize(
    "locale",
    [
        *("en", "pt", "in", "zh-Hans-CN", "sr-Latn-RS", "es-419", "fil-PH", "en-", "en_US", "EN-us", "arm_64"),
        *("HarmonyOS", "U", "en; arm_64"),
    ],
)
def test_model_behind_the_language_makes_no_bot(locale: str) -> None:
    system = f"Linux; U; Android 9; {locale}; M bot 60 Build/PPR1.180610.011"

    assert not _is_bot(f"Mozilla/5.0 ({system}; wv) {BLINK} Version/4.0 Chrome/99.0 Mobile Safari/537.36")
    assert not _is_bot(f"Dalvik/2.1.0 ({system})")


@pytest.mark.parametrize("model", ["K", "bot", "Spi", "moto"])
def test_short_model_is_no_language(model: str) -> None:
    assert not _is_bot(f"{android(f'{model}; wv')}")
    assert _is_bot(f"{android(f'{model}; wv')} Googlebot/2.1")


@pytest.mark.parametrize(
    "app",
    [
        "Snapchat12.48.0.39 (M bot 60; Android 9#1#33; gzip; )",
        "VKAndroidApp/8.75 (Android 9; SDK 28; arm64-v8a; Vernee M bot 60; ru; 1440x720)",
        "Weibo (Vernee-M bot 60__weibo__12.1.0__android__android9)",
        "NAVER(inapp; search; 1000; 11.0; M bot 60)",
    ],
    ids=["Snapchat", "VK", "Weibo", "Naver"],
)
def test_model_that_an_app_repeats_makes_no_bot(app: str) -> None:
    assert not _is_bot(f"{android('M bot 60 Build/PPR1; wv', '9')} {app}")


@pytest.mark.parametrize(
    "user_agent",
    [
        pytest.param(PIXEL, id="Chrome"),
        pytest.param(android("CUBOT X30", "10"), id="a phone of the maker Cubot"),
        pytest.param(android("M bot 60"), id="model M bot 60"),
        pytest.param(android("VR BOT 552"), id="model VR BOT 552"),
        pytest.param(android("SPIDER X2 Build/LMY47I"), id="model SPIDER X2"),
        pytest.param(android("Monitor 5"), id="model Monitor 5"),
        pytest.param(android("TEST (DIW3930) Build/QTG1"), id="a model with brackets"),
        pytest.param(android("en-us; Spider Bot Build/KOT49H", "4.4.2"), id="a model after the language"),
        pytest.param("Dalvik/2.1.0 (Linux; U; Android 11; M bot 60 Build/RP1A)", id="Dalvik of such a model"),
        pytest.param(
            f"{PIXEL} Instagram 335.1.8.26.85 Android (35/15; 480dpi; 1080x2400; Bot; M bot 60; qcom; en_US)",
            id="such a model in Instagram",
        ),
        pytest.param(f"{PIXEL} [FBAN/FB4A;FBDV/M bot 60;FBSV/15]", id="such a model in Facebook"),
        pytest.param(
            f"{PIXEL} Telegram-Android/11.2.1 (Cubot M bot 60; Android 11; SDK 30; AVERAGE)",
            id="such a model in Telegram",
        ),
        pytest.param("Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1; Banca Caboto s.p.a.)", id="Banca Caboto"),
        pytest.param(
            f"{MACINTOSH} {BLINK} discord/1.0.9 Chrome/120.0.6099.291 Electron/28.2.10 Safari/537.36",
            id="the Discord desktop app",
        ),
        pytest.param(f"{PIXEL} (Ecosia android@126.0.0.0)", id="Ecosia on Android"),
        pytest.param(f"{IPHONE} Version/17.4 Mobile/15E148 Safari/604.1 (Ecosia ios@9.2.3)", id="Ecosia on iOS"),
        pytest.param("Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1; http://bsalsa.com)", id="a toolbar's URL"),
        pytest.param("Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)", id="Internet Explorer"),
        pytest.param("Mozilla/5.0 (compatible; Konqueror/4.5; Linux) KHTML/4.5.4 (like Gecko)", id="Konqueror"),
        pytest.param("Opera/9.80 (Android; Opera Mini/36.2; U; en) Presto/2.12.423 Version/12.16", id="Opera Mini"),
        pytest.param("Dalvik/2.1.0 (Linux; U; Android 9; SM-G965U Build/PPR1)", id="Dalvik"),
        pytest.param("UCWEB/2.0 (MIDP-2.0; U; Adr 4.0.4; en-US; GT-S7562) U2/1.0.0 UCBrowser/9.4", id="UC Browser"),
        pytest.param("Nokia2700c-2/2.0 (07.15) Profile/MIDP-2.1 Configuration/CLDC-1.1", id="a Nokia"),
        pytest.param("SAMSUNG-GT-E2220/E2220XWKH2 NetFront/4.1 Profile/MIDP-2.0", id="a Samsung"),
        pytest.param("SonyEricssonW995/R1FA Browser/NetFront/3.4 JavaPlatform/JP-8.4.3", id="a Sony Ericsson"),
        pytest.param("BlackBerry8520/5.0.0.681 Profile/MIDP-2.1 Configuration/CLDC-1.1", id="a BlackBerry"),
        pytest.param("LG-GS290/V100 Obigo/WAP2.0 MIDP-2.0/CLDC-1.1", id="an LG"),
        pytest.param("DoCoMo/2.0 N905i(c100;TB;W24H16)", id="a phone of DoCoMo"),
        pytest.param("Karbonn K222s WAP-Browser/1.0.0", id="a WAP phone of any maker"),
        pytest.param("HbbTV/1.4.1 (+DRM;Samsung;SmartTV2019:URU8000;T-MSMDEUC-0616.10;)", id="a television"),
        pytest.param("Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5", id="KaiOS"),
        pytest.param("Mozilla/5.0 (PLAYSTATION 3; 1.10)", id="a console"),
        pytest.param("Lynx/2.8.7dev.4 libwww-FM/2.14 SSL-MM/1.4.1", id="a text browser"),
        pytest.param(f"{PC} Edg/126.0.0.0", id="Edge"),
        pytest.param("Mozilla/5.0 (X11; Linux x86_64; rv:78.0) Gecko/20100101 Thunderbird/78.13.0", id="Thunderbird"),
        pytest.param(f"{IPHONE} Mobile/15E148 [LinkedInApp]/9.29", id="an app's web view"),
        pytest.param(f"{MACINTOSH} {WEBKIT} Mobile/15E148 DuckDuckGo/7", id="DuckDuckGo"),
        pytest.param(
            f"{MACINTOSH} AppleWebKit/527 (KHTML, like Gecko, Safari/419.3) Arora/0.6", id="Safari in the comment"
        ),
        pytest.param(f"{PC},gzip(gfe) (via translate.google.com)", id="a reader of a translated page"),
        pytest.param("Mozilla/5.0 (rv:127.0) Gecko/20100101 Firefox/127.0", id="Firefox that hides its platform"),
        pytest.param("mozilla/4.0 (compatible; msie 7.0; windows nt 10.0; trident/8.0)", id="small letters"),
        pytest.param(f"{IPHONE} Mobile/12B466 buzzfeed/45004", id="an app with a word of bots in its name"),
        pytest.param(f"{PC.replace('Windows NT 10.0', 'PC; OpenHarmony 5.0')} ArkWeb/4.1", id="HarmonyOS"),
        pytest.param("Mozilla/5.0 (ChromiumStylePlatform) Cobalt/Version", id="YouTube on a television"),
    ],
)
def test_browsers_of_people_are_not_bots(user_agent: str) -> None:
    assert not _is_bot(user_agent)


_MODELS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_.+", min_size=1, max_size=20)
_WORDS = st.sampled_from(["bot", "SPIDER", "crawl", "Monitor", "Preview", "curl", "scan", "python", "headless"])
_NAMES = st.builds("{} {} {}".format, _MODELS, _WORDS, _MODELS)


@given(_NAMES)
def test_no_model_of_an_android_makes_a_bot(model: str) -> None:
    assert not _is_bot(android(model))
    assert not _is_bot(android(f"{model} Build/TP1A.220624.014; wv"))


@given(st.sampled_from(["Googlebot", "zgrab", "curl", "HeadlessChrome"]), _NAMES)
def test_word_outside_the_model_makes_a_bot_of_any_android(word: str, model: str) -> None:
    assert _is_bot(f"{android(model)} {word}/1.0")


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_any_printable_agent_is_a_bot_or_not(user_agent: str) -> None:
    assert _is_bot(user_agent) in {True, False}


@given(some.texts, st.sampled_from(["http://", "https://", "ops@example"]))
def test_url_or_mail_address_makes_a_bot_of_any_browser(text: str, contact: str) -> None:
    assert _is_bot(f"{PC} ({text}{contact}")


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"sec-purpose": "prefetch"}, id="prefetch"),
        pytest.param({"sec-purpose": "Prefetch"}, id="a capital"),
        pytest.param({"sec-purpose": "PREFETCH;PRERENDER"}, id="capitals"),
        pytest.param({"sec-purpose": "prefetch;prerender"}, id="prerender"),
        pytest.param({"sec-purpose": "prefetch;anonymous-client-ip"}, id="through a proxy"),
        pytest.param({"purpose": "preview"}, id="preview"),
        pytest.param({"purpose": "prefetch"}, id="older prefetch"),
        pytest.param({"x-purpose": "Preview"}, id="Safari's preview"),
        pytest.param({"x-moz": "prefetch"}, id="Firefox's prefetch"),
        pytest.param({"purpose": "", "x-moz": "prefetch"}, id="one of two"),
    ],
)
def test_prefetch_is_recognized(headers: dict[str, str]) -> None:
    assert is_prefetch(headers)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="none"),
        pytest.param({"sec-purpose": ""}, id="empty"),
        pytest.param({"sec-purpose": "navigate"}, id="another purpose"),
        pytest.param({"referer": "https://prefetch.example"}, id="another header"),
    ],
)
def test_click_is_no_prefetch(headers: dict[str, str]) -> None:
    assert not is_prefetch(headers)


@given(
    st.sampled_from(["sec-purpose", "purpose", "x-purpose", "x-moz"]),
    st.sampled_from(["prefetch", "preview", "prerender"]).flatmap(
        lambda word: st.tuples(*(st.sampled_from([letter.lower(), letter.upper()]) for letter in word))
    ),
)
def test_prefetch_is_recognized_in_any_case(header: str, letters: tuple[str, ...]) -> None:
    assert is_prefetch({header: "".join(letters)})
