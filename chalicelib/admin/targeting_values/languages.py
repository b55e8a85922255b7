"""Checks of languages: codes of ISO 639, with two letters where there are two. Letter case does not matter.

`fold_language` decides which of several codes a visitor has; the others are refused in its favour. One code is refused
although a visitor could have it: `kr` is Kanuri, but whoever writes it means Korean.
"""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType

from chalicelib.admin.targeting_values.language_names import NAME_ALIASES
from chalicelib.admin.targeting_values.wording import name_key, shown
from chalicelib.domain.languages import COUNTRY_CODES, fold_language

_NO_LANGUAGES = frozenset({"*", "mis", "mul", "und", "zxx"})
_FIELDS = ("alpha_2", "alpha_3", "bibliographic", "name")
_TAG = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{1,8})+")


def language_error(code: str) -> str | None:
    """Return the complaint about a language, with the right code if it is known; None for a valid one."""
    return None if _is_language(code.lower()) else f"must be a language code such as en; {_remark(code)}"


def meant_language(text: str) -> str | None:
    """Return the language for a name, another code or a tag such as `en-US`, or None."""
    text = text.strip().lower()
    tag = _TAG.fullmatch(text)
    code = fold_language(COUNTRY_CODES.get(text) or _iso_code(text) or _names().get(name_key(text), text))
    return code if _is_language(code) else meant_language(tag[1]) if tag else None


def _is_language(code: str) -> bool:
    is_usable = code not in _NO_LANGUAGES and code not in COUNTRY_CODES
    return is_usable and fold_language(code) == code == _iso_code(code)


def _remark(text: str) -> str:
    if text.strip().lower() in _NO_LANGUAGES:
        return f"{shown(text)} is not a language; leave the list empty to accept any"
    if meant := meant_language(text):
        return f"{shown(text)} is {meant}"
    near = get_close_matches(name_key(text), _names(), n=1, cutoff=0.75)
    return f"{shown(text)} is not one" + (f"; did you mean {fold_language(_names()[near[0]])}?" if near else "")


def _iso_code(text: str) -> str | None:
    """Return the shortest code of the language with this code or English name, or None.

    The first call reads the list, which takes some 25 ms.
    """
    from pycountry import languages  # noqa: PLC0415 - only requests that save targeting need it

    found = next(filter(None, (languages.get(**{field: text}) for field in _FIELDS)), None)
    return getattr(found, "alpha_2", found.alpha_3) if found else None


@cache
def _names() -> Mapping[str, str]:
    """Return the languages with two letters by each of their names: `modern greek` for `Modern Greek (1453-)`."""
    from pycountry import languages  # noqa: PLC0415 - likewise

    names = {name_key(each.name.partition(" (")[0]): each.alpha_2 for each in languages if hasattr(each, "alpha_2")}
    return MappingProxyType({**names, **NAME_ALIASES})
