"""Codes of languages: old, regional and three-letter codes fold to the one that visitors have and targeting uses."""

from collections.abc import Mapping

_OLD = {
    "iw": "he",
    "in": "id",
    "ji": "yi",
    "jw": "jv",
    "mo": "ro",
    "sh": "sr",
    "nb": "no",
    "nn": "no",
    "tl": "fil",
    "tw": "ak",
    "scc": "sr",
    "scr": "hr",
    "mol": "ro",
    "jaw": "jv",
}
"""Withdrawn codes of ISO 639, the two written forms of Norwegian, and the aliases of CLDR."""

_THREE_LETTERS = """
    aar:aa abk:ab afr:af aka:ak alb:sq amh:am ara:ar arg:an arm:hy asm:as ava:av ave:ae aym:ay aze:az bak:ba bam:bm
    baq:eu bel:be ben:bn bis:bi bod:bo bos:bs bre:br bul:bg bur:my cat:ca ces:cs cha:ch che:ce chi:zh chu:cu chv:cv
    cor:kw cos:co cre:cr cym:cy cze:cs dan:da deu:de div:dv dut:nl dzo:dz ell:el eng:en epo:eo est:et eus:eu ewe:ee
    fao:fo fas:fa fij:fj fin:fi fra:fr fre:fr fry:fy ful:ff geo:ka ger:de gla:gd gle:ga glg:gl glv:gv gre:el grn:gn
    guj:gu hat:ht hau:ha hbs:sr heb:he her:hz hin:hi hmo:ho hrv:hr hun:hu hye:hy ibo:ig ice:is ido:io iii:ii iku:iu
    ile:ie ina:ia ind:id ipk:ik isl:is ita:it jav:jv jpn:ja kal:kl kan:kn kas:ks kat:ka kau:kr kaz:kk khm:km kik:ki
    kin:rw kir:ky kom:kv kon:kg kor:ko kua:kj kur:ku lao:lo lat:la lav:lv lim:li lin:ln lit:lt ltz:lb lub:lu lug:lg
    mac:mk mah:mh mal:ml mao:mi mar:mr may:ms mkd:mk mlg:mg mlt:mt mon:mn mri:mi msa:ms mya:my nau:na nav:nv nbl:nr
    nde:nd ndo:ng nep:ne nld:nl nno:no nob:no nor:no nya:ny oci:oc oji:oj ori:or orm:om oss:os pan:pa per:fa pli:pi
    pol:pl por:pt pus:ps que:qu roh:rm ron:ro rum:ro run:rn rus:ru sag:sg san:sa sin:si slk:sk slo:sk slv:sl sme:se
    smo:sm sna:sn snd:sd som:so sot:st spa:es sqi:sq srd:sc srp:sr ssw:ss sun:su swa:sw swe:sv tah:ty tam:ta tat:tt
    tel:te tgk:tg tgl:fil tha:th tib:bo tir:ti ton:to tsn:tn tso:ts tuk:tk tur:tr twi:ak uig:ug ukr:uk urd:ur uzb:uz
    ven:ve vie:vi vol:vo wel:cy wln:wa wol:wo xho:xh yid:yi yor:yo zha:za zho:zh zul:zu
"""
"""ISO 639-2, terminological and bibliographic codes with their equivalent of two letters: `deu` and `ger` are `de`."""

_INDIVIDUAL = """
    als:sq arb:ar ayr:ay azj:az cmn:zh cwd:cr ekk:et esk:ik fat:ak fuc:ff gaz:om gug:gn ike:iu khk:mn kmr:ku knc:kr
    kng:kg kpv:kv lvs:lv npi:ne ojg:oj ory:or pbu:ps pes:fa plt:mg quz:qu src:sc swc:sw swh:sw uzn:uz ydd:yi zsm:ms
    zyb:za
"""
"""Individual languages that CLDR replaces by their macrolanguage: Mandarin is Chinese."""

_COUNTRIES = """
    eg:ar sy:ar by:be bd:bn cz:cs dk:da at:de gr:el au:en gb:en nz:en us:en mx:es ir:fa ph:fil il:he jp:ja ge:ka kz:kk
    kh:km kr:ko np:ne al:sq rs:sr ua:uk pk:ur vn:vi cn:zh hk:zh
"""
COUNTRY_CODES: Mapping[str, str] = dict(pair.split(":") for pair in _COUNTRIES.split())
"""Languages by codes of countries that are often written for them. Only `kr` is a language's code too: Kanuri."""

LANGUAGE_ALIASES: Mapping[str, str] = {
    **dict(pair.split(":") for pair in (_THREE_LETTERS + _INDIVIDUAL).split()),
    **_OLD,
    **{country: code for country, code in COUNTRY_CODES.items() if country != "kr"},
}
"""The code in use by another code of the same language, or by that of a country."""

_TWO_LETTERS = frozenset(code for code in LANGUAGE_ALIASES.values() if len(code) == 2)  # noqa: PLR2004
"""The codes of ISO 639-1 in use; each has one of three letters."""


def fold_language(subtag: str) -> str:
    """Return the code in use of a primary subtag in any case: `he` for `iw`, `no` for `NB`, `de` for `ger`."""
    code = subtag.lower()
    return LANGUAGE_ALIASES.get(code, code)


def sent_language(subtag: str) -> str | None:
    """Return the code in use of a primary subtag that a browser sends, or None if no language has it.

    `kr` means Korean here: it is Kanuri's code, but browsers set to it are not Kanuri's.
    """
    code = "ko" if subtag.lower() == "kr" else fold_language(subtag)
    return code if len(code) != 2 or code in _TWO_LETTERS else None  # noqa: PLR2004
