"""Detection of bots: crawlers, link previews, monitors, HTTP libraries and prefetches.

Rules are for kinds of agent. Names are listed only for services that otherwise look exactly like a browser.
"""

import re

from chalicelib.domain.visitor import Headers
from chalicelib.routing.agent_patterns import first_match

_WORDS = {
    # Contacts: a URL, a mail address, a path on a site.
    "contact": r"https?:|www\.|[\w.]@\w|\[at\]|\w\.(?:com|org|info|io)/[^\d]|\(via [\w.]+\.com|\w\.html?(?:[/);,]|$)|"
    r"[;(] ?\+[a-z-]+\.[a-z]{2}",
    # Crawlers and previews. Cubot makes phones.
    "crawler": r"(?:^|[^u]|[^c]u)bots?(?:[^a-z]|$)|crawl|spider|slurp|scrap(?:e|y|ing)|harvest|"
    r"archiv(?:er|ing|ebox)?\b|preview|facebookexternalhit|facebot|embedly|skypeuri|vkshare|mediapartners|indexer|"
    r"screenshot|webshot|wayback|imageproxy",
    # Browsers that a program drives, and tools that measure pages.
    "tool": r"headless|phantomjs|slimerjs|selenium|webdriver|puppeteer|playwright|cypress/|lighthouse|page ?speed|"
    r"\bptst\b|synthetic|renderer|measurement|wkhtmlto|webkit2png|webscreen|thumbor|grader|siege",
    # Monitors, validators, scanners.
    "monitor": r"uptime|pingdom|\bping\b|abuse|nikto|nmap|openvas|zgrab|sqlmap|vulnerab|optimi[sz]er|"
    r"(?:[^r][-_ ]|[^-_ r])agent\b",
    # HTTP libraries and readers of feeds.
    "library": r"curl\b|\bwget|python|libwww|\bperl\b|\bruby\b|\bphp\b|java/\d|okhttp|http-?client|axios|guzzle|"
    r"powershell|node-fetch|nutch|heritrix|\brss|rss(?:[ /]\d|reader)|fetch(?:er|ing)?\b|grabber|retriever|"
    r"extractor|transcoder|aggregator|daemon",
    # Assistants, and the services of Google that fetch pages. Assistants' apps are people's: `Claude/0.7.8`.
    "assistant": r"(?:chatgpt|claude|perplexity)(?:[^/]|$)|openai|oai-|anthropic|manus-user|devin/|[-/]google\b|"
    r"google[- ](?:ads|adwords|page|publisher|read|site|structured|web|favicon|search|extended|image|docs|safety|"
    r"inspection)",
    # Services with the agent of a browser and a name of their own.
    "service": r"datanyze|daum(?:oa)?[ /]|dareboost|collapsify|hardenize|silktide|gtmetrix|hotjar|linktiger|marketgoo|"
    r"sindup|foregenix|statuscake|24x7|uptrends|alertsite|keynote|whatcms|catchpoint|dmbrowser|iplabel|functionize|"
    r"convertify|assetnote|dejaclick|newsai/|newsnow/|readable/|securityheaders|splash version|; rigor\)|testlocally|"
    r"\bylt chrome|watchtowr|sparkler/|cloudflare|360jk|prospectingstudio|googletoolbar [\d.]+-big; windows xp|\bdlc/|"
    r"debugbear|googleweblight",
    # Comments that no browser writes: an addition to "like Gecko", PhantomJS's platform, a time stamp.
    "comment": r"khtml, like gecko[;,] ?(?:[^ ,;sho]|s[^a]|h[^e]|o[^p])|\(unknown; linux (?:x86_64|i\d86)|time/\d{9}",
}
"""Words of agents that are not people, by kind."""
_COMMON = (
    r"\brobot|thumbnail|capture|benchmark|monitor|check(?:er|s|ing)?\b|valid(?:ator|ity)|verif(?:y|ier|ication)|"
    r"scan(?:ner|s|ning)?\b|audit|inspect|analy[sz]er|\bprobe|insight|detector|tracker\b|research|survey|"
    r"downloader|\bproxy|\bfeed(?:s|er|ly|burner|fetcher|parser)?\b|"
    r"\w\.(?:com|org|info|io)$"
)
"""Words of bots that names of people's apps hold as well: `PeriodTracker/3.1`, `SurveyJunkie/7.1`."""

_PLATFORM = (
    r"(?:[^a-z\d_.-](?:windows|win(?:nt|9|16|32)|mac(?:intosh|os|[ _](?:os|p))|x11|linux|ip(?:hone|ad|od)|cros\b|crkey|"
    r"dragonfly|sunos|os/2|beos|haiku|symb(?:ian|os)|series ?\d|blackberry|bb10|playbook|web[o0]s|tizen|bada\b|"
    r"nintendo|playstation|\(ps\d|xbox|midp|j2me|amiga|risc ?os|palm|mobile|tablet|fuchsia|sailfish|maemo|meego|ubuntu|"
    r"qnx|irix|hp-ux|aix|osf1|kindle|roku|brew\b|opera mini|ucbrowser|nokia|netfront|cygwin|wired|astro\b|syllable|"
    r"aros|morphos|openvms|wii\b|dos\b|willcom|ddipocket|dreampassport|foma|kddi-|openharmony|harmonyos|"
    r"jig browser|dillo|charon)|android|bsd|tv\b|cobalt/|rv:[\d.]+\) gecko)"
)
_MAKER = (
    r"(?:nokia|samsung|sec-|lge?[-/]|sonyericsson|blackberry|mot-|motorola|zte|htc|huawei|sie-|sagem|alcatel|pantech|"
    r"sharp|lenovo|kddi-|softbank|vodafone)"
)
_HANDSET = (
    # A maker's name alone is also the beginning of programs: `SharpReader/0.9`, `Lenovo-inventory/1.0`.
    rf"^{_MAKER}(?:/\d\.\d/[a-z]*|/[a-z]+|[a-z_+ -]*)\d|"
    r"^(?:dalvik/|ucweb/?\d|juc ?\(|docomo/\d|j-phone/|emobile/|pdxgw/|rokubrowser|"
    r"(?:e?links|lynx|w3m|konqueror|midori|uzbl|netsurf|dillo|nook browser|portalmmm|\w+_mosaic|bunjalloo|"
    r"palmscape|xiino)[ /]|iphone[\dxs]|[\d.]+ \(linux; u; android|(?:mqq|one|i)browser/|opr/|amazon;aft|smarttv_|"
    r"psp |brightsign|pf\(|applewebkit/.* mobile)|amigaos|morphos|\bmidp\b|profile/midp|\bcldc|j2me|"
    r"up\.(?:browser|link)|netfront|obigo|teleca|maui[ _]|browser/applewebkit|hbbtv/|dalvik/|(?:^|[^a-z])opera[ /]|"
    r"uc ?browser|android [\d.]+;(?:applewebkit|build)|fban/|wap[- ]?browser|ce-html|nettv|hybridcast|dlnadoc|"
    r"mozilla/\d\.\d+ ?\([^)]*windows (?:phone|ce)|(?:android|iphone|ipad).*(?:applewebkit|gecko)/"
)
"""Agents of feature phones, television sets and text browsers, which begin with a name of their own."""

_word = first_match(
    {
        "bot": "|".join(_WORDS.values()),
        "common": _COMMON,
        "domain": r"\w\.(?:com|org|info|io)[/);,]|\bfeedreader\b",
        "toolbar": r"(?:^|[^p])advisor",
    }
)
"""The kind of the gravest word in an agent."""
_origin = first_match(
    {
        "browser": rf"^[\s\"']?(?:mozil+a|opera\b).*{_PLATFORM}",
        # A proxy puts its name before the agent with a comma.
        "unknown": r"^[\s\"']?(?:mozil+a|opera/)|^[^(,]+, ?mozilla/",
        "handset": _HANDSET,
    }
)

_MODEL = re.compile(
    r"((?<![A-Za-z])(?:Android|Adr)(?![A-Za-z])[^;()]{0,40};)"
    r"(?: ?(?:[a-z]{2,3}(?:[-_][A-Za-z0-9]{0,8}){0,3}|[A-Z]{2}[-_][A-Za-z]{2}|arm_64|U|HarmonyOS);)*"
    r"(?! ?(?:Mobile|Tablet|TV)\b)([^;()]*(?:\([^()]*\)[^;()]*)*)|"
    r"FB(?:DV|MD|DM|MF|BD)/[^;\]]*|"
    r"((?:Instagram|Barcelona) [\d.]+ Android|Telegram-Android/[\d.]+) \([^)]*\)"
)
"""Where an agent has the name of the device: behind the version of Android, and behind the language if there is one."""
_SHORTEST_REPEATED = 4
"""Letters of a model that is removed also where an app repeats it; shorter ones may be part of anything."""
_HARMLESS = re.compile(
    r"\(Ecosia [^)]{0,60}\)|\(via translate\.google\.com\)|https?://(?:www\.)?(?:bsalsa|avantbrowser)\.com|"
    r"Banca Caboto|iRobot/|masking-agent|CamScanner|(?:com\.openai|com\.anthropic|ai\.perplexity)\.\w+|"
    r"@calendar=\w+|libwww(?:-FM)?/2\.1\d|\(Google WAP Proxy|SpeedMode; Proxy|Proxyless",
    re.IGNORECASE,
)
"""Toolbars and bank editions of Internet Explorer, and other people's programs with a word of bots."""
_COMPATIBLE = re.compile(
    r"[(;]\s*compatible;(?!\s*(?:U; )?(?:Konqueror|iCab|OmniWeb|ABrowse|IBrowse|NCBrowser|NetPositive|WebPositive|"
    r"Dillo|InfiNet|ANTGalio|NetFront|Linux mips|Linux [^;)]*\) NetFront|Polaris|OffByOne|RISC OS|WebTV|Opera|Gecko/|"
    r"Windows|Macintosh|Mozilla/))",
    re.IGNORECASE,
)
"""`compatible;` of bots: people's browsers with it are Internet Explorer and these."""


def without_model(user_agent: str) -> str:
    """Return the agent without the names of devices, which are no words of bots: `M bot 60`, `SPIDER X2`."""
    if "Android" not in user_agent and "Adr" not in user_agent and "FB" not in user_agent:
        return user_agent
    found = _MODEL.search(user_agent)
    return _without_repetitions(_MODEL.sub(r"\1\3", user_agent), found[2] or "") if found else user_agent


def _without_repetitions(nameless: str, model: str) -> str:
    """Return the agent without the model in the comments of apps: `Snapchat/12 (M bot 60; Android 9)`."""
    name = model.partition(" Build/")[0].strip()
    if len(name) < _SHORTEST_REPEATED or name not in nameless:
        return nameless
    for end in ";)_,":
        nameless = nameless.replace(name + end, end)
    return nameless


def is_bot_agent(user_agent: str, nameless: str) -> bool:
    """Return whether a program sends this user agent. An empty one is a bot.

    `nameless` is the agent without the names of devices.
    """
    if not user_agent.strip() or _origin(user_agent) in {"unknown", None}:
        return True
    if "ompatible;" in nameless and "MSIE" not in nameless.upper() and _COMPATIBLE.search(nameless):
        return True
    return _word(nameless) is not None and _word(_HARMLESS.sub("", nameless)) not in _words_of_people(nameless)


def _words_of_people(nameless: str) -> set[str | None]:
    """Return the kinds of words that people's agents have too: in apps of phones, and in toolbars of Windows."""
    if "AppleWebKit" in nameless and any(name in nameless for name in ("iPhone", "iPad", "iPod", "Android")):
        return {None, "common", "domain", "toolbar"}
    if "MSIE" in nameless or "Trident/" in nameless:
        return {None, "domain", "toolbar"}
    return {None, "toolbar"} if "Windows" in nameless else {None}


_PREFETCH_HEADERS = ("sec-purpose", "purpose", "x-purpose", "x-moz")
_PREFETCHES = ("prefetch", "prerender", "preview")


def is_prefetch(headers: Headers) -> bool:
    """Return whether the browser loads the page before the visitor asks for it."""
    purposes = " ".join(headers[name] for name in _PREFETCH_HEADERS if name in headers).lower()
    return bool(purposes) and any(word in purposes for word in _PREFETCHES)
