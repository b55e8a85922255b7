"""The browsers that a visitor can have: a closed list of names, and other usual names of the same browsers."""

import re
from collections.abc import Mapping
from functools import cache

OTHER = "other"
"""Any browser that is not on the list."""

BROWSERS = frozenset(
    {
        *("aloha browser", "amazon silk", "android", "aol", "apple mail", "arora", "avant", "avast secure browser"),
        *("avg", "baidu browser", "baidu explorer", "basilisk", "blackberry", "brave", "camino", "chrome", "coc coc"),
        *("comodo dragon", "crosswalk", "dolfin", "dolphin", "duckduckgo", "ecosia", "edge", "electron", "elinks"),
        *("epiphany", "facebook", "facebook messenger", "firefox", "flipboard", "flock", "galeon", "google", "hbbtv"),
        *("heytap browser", "huawei browser", "icab", "iceweasel", "ie", "instagram", "iron", "k-meleon", "kakaotalk"),
        *(
            "kindle",
            "konqueror",
            "line",
            "linkedin",
            "links",
            "lunascape",
            "lynx",
            "mail.ru chromium browser",
            "maxthon",
            "midori",
        ),
        *("mint browser", "miuibrowser", "mobile safari ui/wkwebview", "naver", "netfront", "netscape"),
        *("nokia browser", "norton", "obigo", "oculus browser", "odin", "omniweb", "opera", "opera coast", "opera gx"),
        *("opera neon", "opera tablet", "opera touch", OTHER, "otter", "outlook", "ovi browser", "pale moon"),
        *("phoenix browser", "pinterest", "puffin", "qq browser", "qt web engine", "quark", "qupzilla", "qutebrowser"),
        *("rekonq", "rockmelt", "safari", "samsung", "seamonkey", "seznam", "sleipnir", "snapchat", "sogou explorer"),
        *(
            "steam",
            "telegram",
            "thunderbird",
            "tiktok",
            "twitter",
            "uc browser",
            "up.browser",
            "vivaldi",
            "vivobrowser",
        ),
        *("waterfox", "webos browser", "wechat browser", "weibo", "whale", "yandex browser"),
    }
)

BROWSER_ALIASES: Mapping[str, str] = {
    "amazon": "amazon silk",
    "android browser": "android",
    "android webview": "chrome",
    "avast": "avast secure browser",
    "baidu": "baidu browser",
    "blackberry webkit": "blackberry",
    "chrome frame": "ie",
    "chromium": "chrome",
    "coccoc": "coc coc",
    "comodo": "comodo dragon",
    "dragon": "comodo dragon",
    "ddg": "duckduckgo",
    "ecosia android": "ecosia",
    "fb": "facebook",
    "facebook app": "facebook",
    "fb messenger": "facebook messenger",
    "firefox alpha": "firefox",
    "firefox beta": "firefox",
    "firefox (minefield)": "firefox",
    "firefox (namoroka)": "firefox",
    "firefox (shiretoko)": "firefox",
    "google app": "google",
    "google chrome": "chrome",
    "headlesschrome": "chrome",
    "heytap": "heytap browser",
    "huawei": "huawei browser",
    "ie large screen": "ie",
    "internet explorer": "ie",
    "ios webview": "mobile safari ui/wkwebview",
    "iemobile": "ie",
    "kakao": "kakaotalk",
    "mail.ru": "mail.ru chromium browser",
    "messenger": "facebook messenger",
    "mi browser": "miuibrowser",
    "microsoft edge": "edge",
    "microsoft internet explorer": "ie",
    "miui": "miuibrowser",
    "miui browser": "miuibrowser",
    "mobile safari": "safari",
    "mozilla": "firefox",
    "mozilla firefox": "firefox",
    "ms edge": "edge",
    "msedge": "edge",
    "msie": "ie",
    "musical.ly": "tiktok",
    "netfront nx": "netfront",
    "nokia": "nokia browser",
    "nokia oss browser": "nokia browser",
    "nokia services (wap) browser": "nokia browser",
    "oculus": "oculus browser",
    "openwave": "up.browser",
    "oppo browser": "heytap browser",
    "outlook-ios": "outlook",
    "qq": "qq browser",
    "qqbrowser": "qq browser",
    "safari mobile": "safari",
    "samsung browser": "samsung",
    "samsung internet": "samsung",
    "samsungbrowser": "samsung",
    "seznam prohlížeč": "seznam",
    "silk": "amazon silk",
    "sogou": "sogou explorer",
    "steam client": "steam",
    "steam gameoverlay": "steam",
    "uc": "uc browser",
    "ucbrowser": "uc browser",
    "vivo": "vivobrowser",
    "vivo browser": "vivobrowser",
    "webkit nightly": "safari",
    "wechat": "wechat browser",
    "wkwebview": "mobile safari ui/wkwebview",
    "x": "twitter",
    "yabrowser": "yandex browser",
    "yandex": "yandex browser",
    "yandex search": "yandex browser",
    "yandexsearch": "yandex browser",
    "zune": "ie",
}
"""Other names by lower-case name. Some are families of ua-parser, the others are what people call a browser."""

_EDITION = re.compile(r" (?:mobile|ios|webview|mini|focus)\b")


@cache
def browser_of_family(family: str) -> str:
    """Return the name of a browser on all devices: `chrome` for `Chrome Mobile iOS`. Names off the list are `other`."""
    name = fold_browser(family)
    return name if name in BROWSERS else OTHER


def fold_browser(name: str) -> str:
    """Return the listed name of a browser that is given by a usual name, or else the name in small letters."""
    lower = name.strip().lower()
    short = _EDITION.sub("", lower)
    known = (candidate for candidate in (lower, short) if candidate in BROWSERS or candidate in BROWSER_ALIASES)
    found = next(known, short)
    return BROWSER_ALIASES.get(found, found)
