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
    r"archiv(?:er|ing|ebox)?\b|preview|facebookexternalhit|facebot|embedly|skypeuri|vkshare|mediapartners|indexer|"
    r"thumbnail|screenshot|webshot|wayback|imageproxy",
    # Browsers that a program drives, and tools that measure pages.
    "tool": r"headless|phantomjs|slimerjs|selenium|webdriver|puppeteer|playwright|cypress/|lighthouse|page ?speed|"
    r"\bptst\b|benchmark|synthetic|capture|renderer|measurement|wkhtmlto|webkit2png|webscreen|thumbor|grader|siege",
    # Monitors, validators, scanners.
    "monitor": r"monitor|uptime|pingdom|\bping\b|check(?:er|s|ing)?\b|valid(?:ator|ity)|verif(?:y|ier|ication)|"
    r"scan(?:ner|s|ning)?\b|audit|inspect|analy[sz]er|\bprobe|insight|detector|optimi[sz]er|tracker\b|research|survey|"
    r"abuse|nikto|nmap|openvas|zgrab|sqlmap|vulnerab|(?:[^r][-_ ]|[^-_ r])agent\b",
    # HTTP libraries and readers of feeds.
    "library": r"curl\b|\bwget|python|libwww|\bperl\b|\bruby\b|\bphp\b|java/\d|okhttp|http-?client|axios|guzzle|"
    r"powershell|node-fetch|nutch|heritrix|\brss|rss(?:[ /]\d|reader)|\bfeed(?:s|er|ly|burner|fetcher|parser|reader)?\b|"
    r"fetch(?:er|ing)?\b|downloader|grabber|retriever|extractor|\bproxy|transcoder|aggregator|daemon",
    # Assistants, and the services of Google that fetch pages.
    # Their own apps, such as `Claude/0.7.8`, are people's.
    "assistant": r"(?:chatgpt|claude|perplexity)(?:[^/]|$)|openai|oai-|anthropic|manus-user|devin/|[-/]google\b|google[- ](?:ads|adwords|"
    r"page|publisher|read|site|structured|web|favicon|search|extended|image|docs|safety|inspection)",
    # Services with the agent of a browser and a name of their own.
    "service": r"datanyze|daum(?:oa)?[ /]|dareboost|collapsify|hardenize|silktide|gtmetrix|hotjar|linktiger|marketgoo|"
    r"sindup|foregenix|statuscake|24x7|uptrends|alertsite|keynote|whatcms|catchpoint|dmbrowser|iplabel|functionize|"
    r"convertify|assetnote|dejaclick|newsai/|newsnow/|readable/|securityheaders|splash version|; rigor\)|testlocally|"
    r"\bylt chrome|watchtowr|sparkler/|cloudflare|360jk|prospectingstudio|googletoolbar [\d.]+-big; windows xp|\bdlc/|debugbear|"
    r"googleweblight",
    # Comments that no browser writes: an addition to "like Gecko", PhantomJS's platform, a time stamp.
    "comment": r"khtml, like gecko[;,] ?(?:[^ ,;sho]|s[^a]|h[^e]|o[^p])|\(unknown; linux (?:x86_64|i\d86)|time/\d{9}",
}
"""Words of agents that are not people, by kind."""

_PLATFORM = (
    r"(?:[^\w.-](?:windows|win(?:nt|9|16|32)|mac(?:intosh|os|[ _](?:os|p))|x11|linux|ip(?:hone|ad|od)|cros\b|crkey|"
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
    rf"^{_MAKER}(?:/\d\.\d/[a-z]{{0,3}}|/?[a-z]{{1,4}}|[-_ ]?[a-z]{{0,3}}[-_ ]?[a-z_+-]{{0,16}})\d|"
    r"^(?:dalvik/|ucweb/?\d|juc ?\(|docomo/\d|j-phone/|emobile/|pdxgw/|rokubrowser|"
    r"(?:e?links|lynx|w3m|konqueror|midori|uzbl|netsurf|dillo|nook browser|portalmmm|\w+_mosaic|bunjalloo|"
    r"palmscape|xiino)[ /]|iphone[\dxs]|[\d.]+ \(linux; u; android|(?:mqq|one|i)browser/|opr/|amazon;aft|smarttv_|"
    r"psp |brightsign|pf\(|applewebkit/.* mobile)|amigaos|morphos|\bmidp\b|profile/midp|\bcldc|j2me|"
    r"up\.(?:browser|link)|netfront|obigo|teleca|maui[ _]|browser/applewebkit|hbbtv/|dalvik/|(?:^|[^a-z])opera[ /]|"
    r"ucbrowser|android [\d.]+;(?:applewebkit|build)|fban/|wap[- ]?browser|ce-html|nettv|hybridcast|dlnadoc|"
    r"mozilla/\d\.\d+ ?\([^)]*windows (?:phone|ce)|(?:android|iphone|ipad).*(?:applewebkit|gecko)/"
)
"""Agents of feature phones, television sets and text browsers, which begin with a name of their own."""

_is_word = first_match({"bot": "|".join(_WORDS.values())})
_origin = first_match(
    {
        "browser": rf"^[\s\"']?(?:mozil+a|opera\b).*{_PLATFORM}",
        # A proxy puts its name before the agent with a comma.
        "unknown": r"^[\s\"']?(?:mozil+a|opera/)|^[^(,]{1,60}, ?mozilla/",
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
    r"Banca Caboto|masking-agent|CamScanner|(?:com\.openai|com\.anthropic|ai\.perplexity)\.\w+|"
    r"@calendar=\w+|libwww(?:-FM)?/2\.1\d|\(Google WAP Proxy|SpeedMode; Proxy|Proxyless",
    re.IGNORECASE,
)
"""Toolbars and bank editions of Internet Explorer, and other people's programs with a word of bots."""
_ADDITIONS = re.compile(
    r"(?<![/@\w.-])(?!www\.)[\w-]{1,40}(?:\.[\w-]{1,20}){0,2}\.(?:com|org|info|io)(?=/\d|[;), ]|$)|Feedreader(?: \d|\b)",
    re.IGNORECASE,
)
"""Domains and programs that toolbars add to Internet Explorer, and apps to a phone's web view."""
_APPS = re.compile(
    r"(?<![\w.@/-])(?:irobot|[a-z]{0,20}(?:surveys?|research|tracker|scan(?:ner)?|checker|checks?|monitor|detector|"
    r"insights?|feed(?:ly|er|s)?|verif(?:y|ier)|capture|rss|validator|audit|inspect(?:or)?|probe|optimi[sz]er|"
    r"analy[sz]er|benchmark|proxy|thumbnail|downloader)[a-z]{0,20})(?:/\d[\w.]{0,20}|(?=[ ;,)]|$))",
    re.IGNORECASE,
)
"""Names of people's apps with a common word of bots: `PeriodTracker/3.1`."""
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
    nameless = _MODEL.sub(r"\1\3", user_agent)
    found = _MODEL.search(user_agent)
    return _without_repetitions(nameless, found[2] or "") if found else nameless


def _without_repetitions(nameless: str, model: str) -> str:
    """Return the agent without the model in the comments of apps: `Snapchat/12 (M bot 60; Android 9)`."""
    name = model.partition(" Build/")[0].strip()
    if len(name) < _SHORTEST_REPEATED or name not in nameless:
        return nameless
    for end in ";)_,":
        nameless = nameless.replace(name + end, end)
    return nameless


def is_bot_agent(user_agent: str, nameless: str) -> bool:
    """Return whether no person sends this user agent. An empty one is a bot.

    `nameless` is the agent without the names of devices.
    """
    if not user_agent.strip() or _origin(user_agent) in {"unknown", None}:
        return True
    if "ompatible;" in nameless and "MSIE" not in nameless.upper() and _COMPATIBLE.search(nameless):
        return True
    return _is_word(nameless) is not None and _is_word(_without_harmless(nameless)) is not None


def _without_harmless(nameless: str) -> str:
    text = _HARMLESS.sub("", nameless)
    if "MSIE" in text or "Trident/" in text:
        return _ADDITIONS.sub("", text)
    if "AppleWebKit" in text and any(name in text for name in ("iPhone", "iPad", "iPod", "Android")):
        return _APPS.sub("", _ADDITIONS.sub("", text))
    return text


_PREFETCH_HEADERS = ("sec-purpose", "purpose", "x-purpose", "x-moz")
_PREFETCHES = ("prefetch", "prerender", "preview")


def is_prefetch(headers: Headers) -> bool:
    """Return whether the browser loads the page before the visitor asks for it."""
    purposes = " ".join(headers[name] for name in _PREFETCH_HEADERS if name in headers).lower()
    return bool(purposes) and any(word in purposes for word in _PREFETCHES)
