"""Other names of languages."""

from collections.abc import Mapping
from types import MappingProxyType

from chalicelib.admin.targeting_values.wording import name_key

_NAMES = """
ar: العربية
bg: български
ca: català, valencian
cs: čeština
da: dansk
de: deutsch
dv: maldivian
el: greek, ελληνικά
en: american, american english, british, british english
es: castellano, castilian, español
eu: euskara
fa: farsi, فارسی
fi: suomi
fr: français
fy: frisian
ga: irish gaelic
gd: gaelic
gl: galego
he: עברית
hi: हिन्दी
hr: hrvatski
ht: haitian creole
hu: magyar
id: bahasa, bahasa indonesia
it: italiano
ja: 日本語
kl: greenlandic
ko: 한국어
ky: kyrgyz
lt: lietuvių
ms: bahasa melayu, malay
ne: nepali
nl: flemish, nederlands
no: bokmål, norsk, nynorsk
or: odia, oriya
pa: punjabi
pl: polski
ps: pashto
pt: brazilian, brazilian portuguese, português, português brasileiro
ro: moldovan, română
ru: русский
si: sinhalese
sk: slovenčina
sr: srpski, српски
sv: svenska
sw: swahili
th: ไทย
tr: türkçe
ug: uyghur
uk: українська
vi: tiếng việt
zh: cantonese, chinese simplified, chinese traditional, mandarin, simplified chinese, traditional chinese, 中文
"""


def _lists(text: str, separator: str | None = None) -> Mapping[str, str]:
    lines = (line.split(": ") for line in text.strip().splitlines())
    return MappingProxyType({value.strip(): code for code, values in lines for value in values.split(separator)})


NAME_ALIASES: Mapping[str, str] = MappingProxyType({name_key(name): code for name, code in _lists(_NAMES, ",").items()})
"""Languages by names that ISO does not list, as `name_key` gives them."""
