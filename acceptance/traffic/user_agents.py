"""Real user agents with their device types and operating systems, classified by hand, not by the server."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agent:
    """A user agent string, and the device type, operating system and browser that the server should find in it."""

    text: str
    device: str
    os: str
    browser: str | None
    is_bot: bool = False


_SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0"

HUMANS = (
    Agent(
        f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {_SAFARI} Version/17.5 Mobile/15E148 Safari/604.1",
        "mobile",
        "ios",
        "safari",
    ),
    Agent(
        f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) {_SAFARI} CriOS/126.0.6478.54 Mobile/15E148 "
        "Safari/604.1",
        "mobile",
        "ios",
        "chrome",
    ),
    Agent(
        f"Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) {_SAFARI} Mobile/15E148 "
        "[FBAN/FBIOS;FBAV/466.0.0.36.108;FBDV/iPhone13,2;FBSN/iOS;FBSV/16.6;FBLC/en_US]",
        "mobile",
        "ios",
        "facebook",
    ),
    Agent(
        f"Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) {_SAFARI} Version/16.6 Mobile/15E148 Safari/604.1",
        "tablet",
        "ios",
        "safari",
    ),
    Agent(f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {_CHROME} Mobile Safari/537.36", "mobile", "android", "chrome"),
    Agent(
        "Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) "
        "SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
        "mobile",
        "android",
        "samsung",
    ),
    Agent("Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0", "mobile", "android", "firefox"),
    Agent(
        f"Mozilla/5.0 (Linux; Android 10; K) {_CHROME} Mobile Safari/537.36 OPR/83.0.0.0", "mobile", "android", "opera"
    ),
    Agent(f"Mozilla/5.0 (Linux; Android 11; CUBOT X30) {_CHROME} Mobile Safari/537.36", "mobile", "android", "chrome"),
    Agent(f"Mozilla/5.0 (Linux; Android 13; SM-X710) {_CHROME} Safari/537.36", "tablet", "android", "chrome"),
    Agent(
        "Mozilla/5.0 (Linux; Android 9; KFMAWI) AppleWebKit/537.36 (KHTML, like Gecko) Silk/108.4.6 "
        "like Chrome/108.0.5359.220 Safari/537.36",
        "tablet",
        "android",
        "amazon silk",
    ),
    Agent(f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36", "desktop", "windows", "chrome"),
    Agent(
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36 Edg/126.0.0.0", "desktop", "windows", "edge"
    ),
    Agent(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0",
        "desktop",
        "windows",
        "firefox",
    ),
    Agent("Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko", "desktop", "windows", "ie"),
    Agent(
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36 OPR/111.0.0.0",
        "desktop",
        "windows",
        "opera",
    ),
    Agent(
        f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_SAFARI} Version/17.5 Safari/605.1.15",
        "desktop",
        "macos",
        "safari",
    ),
    Agent(f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_CHROME} Safari/537.36", "desktop", "macos", "chrome"),
    Agent(
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0",
        "desktop",
        "macos",
        "firefox",
    ),
    Agent(
        "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "desktop", "linux", "firefox"
    ),
    Agent(f"Mozilla/5.0 (X11; Linux x86_64) {_CHROME} Safari/537.36", "desktop", "linux", "chrome"),
    Agent(f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {_CHROME} Safari/537.36", "desktop", "chromeos", "chrome"),
)
"""Browsers on phones, tablets and desktops. The Cubot is a phone, not a bot."""

BOTS = (
    Agent(
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "desktop",
        "other",
        "other",
        is_bot=True,
    ),
    Agent(
        "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/126.0.6478.61 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "mobile",
        "android",
        "other",
        is_bot=True,
    ),
    Agent(
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "desktop",
        "other",
        "other",
        is_bot=True,
    ),
    Agent(
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "desktop",
        "other",
        None,
        is_bot=True,
    ),
    Agent("Twitterbot/1.0", "desktop", "other", "other", is_bot=True),
    Agent("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "desktop", "other", "other", is_bot=True),
    Agent("curl/8.5.0", "desktop", "other", None, is_bot=True),
)
"""Crawlers, link previews and scripts."""
