"""Who is no person: crawlers, link previews, monitors, HTTP libraries and prefetches.

Rules are for kinds of agent. Names are listed only for services that otherwise look exactly like a browser.
"""

import re

from chalicelib.domain.visitor import Headers
from chalicelib.routing.agent_patterns import first_match

_WORDS = {
    # Contacts: a URL, a mail address, a domain in brackets.
    "contact": r"https?:|www\.|[\w.]@\w|\[at\]|\w\.(?:com|org|info|io|html?)(?:[/);,]|$)|[;(] ?\+[a-z-]+\.[a-z]{2}",
    # Crawlers and previews. Cubot makes phones.
    "crawler": r"(?:^|[^u]|[^c]u)bots?(?:[^a-z]|$)|\brobot|crawl|spider|slurp|scrap(?:e|y|ing)|harvest|"
    r"archiv(?:er|ing)?\b|preview|facebookexternalhit|facebot|embedly|skypeuri|vkshare|mediapartners|indexer|"
    r"thumbnail|screenshot|webshot|wayback|imageproxy",
    # Browsers that a program drives, and tools that measure pages.
    "tool": r"headless|phantomjs|slimerjs|selenium|webdriver|puppeteer|playwright|cypress/|lighthouse|page ?speed|"
    r"\bptst\b|benchmark|synthetic|capture|renderer|measurement",
    # Monitors, validators, scanners.
    "monitor": r"monitor|uptime|pingdom|\bping\b|check(?:er|s|ing)?\b|valid(?:ator|ity)|verif(?:y|ier|ication)|"
    r"scan(?:ner|s|ning)?\b|audit|inspect|analy[sz]er|\bprobe|insight|detector|optimi[sz]er|tracker\b|research|survey|"
    r"abuse|nikto|nmap|openvas|zgrab|sqlmap|vulnerab|(?:^|[^p])advisor|(?:[^r][-_ ]|[^-_ r])agent\b",
    # HTTP libraries and readers of feeds.
    "library": r"curl\b|\bwget|python|libwww|\bperl\b|\bruby\b|\bphp\b|java/\d|okhttp|http-?client|axios|guzzle|"
    r"powershell|node-fetch|nutch|heritrix|\brss\b|\bfeed(?:s|er|ly|burner|fetcher|parser|reader)?\b|"
    r"fetch(?:er|ing)?\b|downloader|grabber|retriever|extractor|\bproxy|transcoder|aggregator|daemon",
    # Assistants, and the services of Google that fetch pages.
    "assistant": r"chatgpt|openai|claude|anthropic|perplexity|manus-user|devin/|[-/]google\b|google[- ](?:ads|adwords|"
    r"page|publisher|read|site|structured|web|favicon|search|extended|image|docs|safety|inspection)",
    # Services with the agent of a browser and a name of their own.
    "service": r"datanyze|daum(?:oa)?[ /]|dareboost|collapsify|hardenize|silktide|gtmetrix|hotjar|linktiger|marketgoo|"
    r"sindup|foregenix|statuscake|24x7|uptrends|alertsite|keynote|whatcms|catchpoint|dmbrowser|iplabel|functionize|"
    r"convertify|assetnote|dejaclick|newsai/|newsnow/|readable/|securityheaders|splash version|; rigor\)|testlocally|"
    r"\bylt chrome|watchtowr|sparkler/|cloudflare|360jk|prospectingstudio|googletoolbar [\d.]+-big; windows xp|\bdlc/",
    # Comments that no browser writes: an addition to "like Gecko", PhantomJS's platform, a time stamp.
    "comment": r"khtml, like gecko[;,] ?(?:[^ ,;sho]|s[^a]|h[^e]|o[^p])|\(unknown; linux (?:x86_64|i\d86)|time/\d{9}",
}
"""Words of agents that are not people, by kind."""

_PLATFORM = (
    r"windows|win(?:nt|9|16|32)|mac|x11|linux|android|ip(?:hone|ad|od)|cros|crkey|bsd|dragonfly|sunos|os/2|beos|haiku|"
    r"symb|series ?\d|blackberry|bb10|playbook|web[o0]s|tizen|bada|nintendo|playstation|\(ps\d|xbox|tv\b|midp|j2me|"
    r"amiga|risc ?os|palm|mobile|tablet|fuchsia|sailfish|maemo|meego|ubuntu|qnx|irix|hp-ux|aix|osf1|kindle|roku|brew|"
    r"opera mini|ucbrowser|nokia|netfront|cygwin|wired|astro|syllable|aros|morphos|openvms|wii|dos\b|willcom|"
    r"ddipocket|dreampassport|foma|kddi-|openharmony|harmonyos|jig browser|rv:[\d.]+\) gecko|dillo|charon|cobalt/"
)
_HANDSET = (
    r"^(?:dalvik|ucweb|juc|nokia|samsung|sec-|lg[-/e]|sonyericsson|blackberry|mot-|motorola|zte|htc|huawei|sie-|"
    r"sagem|alcatel|pantech|sharp|lenovo|kddi-|docomo/|j-phone|softbank|vodafone|emobile/|pdxgw/|rokubrowser|"
    r"(?:e?links|lynx|w3m|konqueror|midori|uzbl|netsurf|dillo|nook browser|portalmmm|\w+_mosaic|bunjalloo|"
    r"palmscape|xiino)[ /]|iphone[\dxs]|[\d.]+ \(linux; u; android|(?:mqq|one|i)browser/|opr/|amazon;aft|smarttv_|"
    r"psp |brightsign|mozil+a|pf\(|applewebkit/.* mobile)|amigaos|morphos|midp|cldc|j2me|up\.(?:browser|link)|"
    r"netfront|obigo|teleca|maui|browser/applewebkit|hbbtv/|dalvik/|opera[ /]|ucbrowser|"
    r"android [\d.]+;(?:applewebkit|build)|fban/|wap[- ]?browser|ce-html|nettv|hybridcast|dlnadoc|"
    r"mozilla/\d\.\d+ ?\([^)]*windows (?:phone|ce)|(?:android|iphone|ipad).*(?:applewebkit|gecko)/"
)
"""Agents of feature phones, television sets and text browsers, which begin with a name of their own."""

_is_word = first_match({"bot": "|".join(_WORDS.values())})
_origin = first_match(
    {
        "browser": rf"^[\s\"']?(?:mozilla|opera)/.*(?:{_PLATFORM})",
        "unknown": r"^[\s\"']?(?:mozilla|opera)/",
        "handset": _HANDSET,
    }
)

_MODEL = re.compile(
    r"((?:Android|Adr)[^;()]*;(?: ?[A-Za-z]{2}[-_][A-Za-z]{2};)?)(?! ?(?:Mobile|Tablet|TV)\b)"
    r"[^;()]*(?:\([^()]*\)[^;()]*)*|"
    r"FB(?:DV|MD|DM|MF|BD)/[^;\]]*|"
    r"((?:Instagram|Barcelona) [\d.]+ Android|Telegram-Android/[\d.]+) \([^)]*\)"
)
"""Where an agent has the name of the device."""
_HARMLESS = re.compile(
    r"\(Ecosia [^)]*\)|\(via translate\.google\.com\)|https?://(?:www\.)?(?:bsalsa|avantbrowser)\.com|"
    r"Banca Caboto|masking-agent|CamScanner|"
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
    is_named = "Android" in user_agent or "Adr" in user_agent or "FB" in user_agent
    return _MODEL.sub(r"\1\2", user_agent) if is_named else user_agent


def is_bot_agent(user_agent: str, nameless: str) -> bool:
    """Return whether no person sends this user agent. An empty one is a bot.

    `nameless` is the agent without the names of devices.
    """
    if not user_agent.strip() or _origin(user_agent) in {"unknown", None}:
        return True
    if "ompatible;" in nameless and "MSIE" not in nameless.upper() and _COMPATIBLE.search(nameless):
        return True
    return _is_word(nameless) is not None and _is_word(_HARMLESS.sub("", nameless)) is not None


_PREFETCH_HEADERS = ("sec-purpose", "purpose", "x-purpose", "x-moz")
_PREFETCHES = ("prefetch", "prerender", "preview")


def is_prefetch(headers: Headers) -> bool:
    """Return whether the browser loads the page before the visitor asks for it."""
    purposes = " ".join(headers[name] for name in _PREFETCH_HEADERS if name in headers).lower()
    return bool(purposes) and any(word in purposes for word in _PREFETCHES)
