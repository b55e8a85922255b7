"""Checks of browsers: the names that visitor detection gives. Letter case does not matter."""

import re
from difflib import get_close_matches

from chalicelib.admin.targeting_values.wording import shown
from chalicelib.domain.browsers import BROWSER_ALIASES, BROWSERS, fold_browser

MAX_NAME = 50

_QUALIFIERS = re.compile(r"\b(?:mobile|desktop|browser|web ?view|app|(?:for |on )?(?:ios|android|windows|mac|linux))\b")
_VERSION = re.compile(r"[\s/]v?[0-9.]+$")


def browser_error(name: str) -> str | None:
    """Return the complaint about a browser, with the right name if it is known; None for a valid one."""
    return None if name.lower() in BROWSERS else f"must be a browser such as chrome; {_remark(name)}"


def meant_browser(text: str) -> str | None:
    """Return the browser for another of its names, or None: `chrome` for `Chrome Mobile 130`."""
    given = text.lower().strip()[:MAX_NAME]
    if (folded := fold_browser(given)) in BROWSERS:
        return folded
    name = " ".join(re.split(r"[\s_-]+", given))
    plain = " ".join(_QUALIFIERS.sub(" ", _VERSION.sub("", name)).split())
    meant = (BROWSER_ALIASES.get(each, each) for each in (given, name, plain, plain.replace(" ", "")))
    return next((each for each in meant if each in BROWSERS), None)


def _remark(text: str) -> str:
    if meant := meant_browser(text):
        return f"{shown(text)} is {meant}"
    names = sorted(BROWSERS | BROWSER_ALIASES.keys())
    near = get_close_matches(text.lower()[:MAX_NAME], names, n=1, cutoff=0.7)
    question = f"; did you mean {BROWSER_ALIASES.get(near[0], near[0])}?" if near else ""
    return f"{shown(text)} is not a browser that visitors have{question}"
