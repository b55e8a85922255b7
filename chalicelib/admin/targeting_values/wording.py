"""How complaints are worded, and names compared: in lower case, without accents and punctuation."""

import re
import unicodedata
from collections.abc import Sequence

MAX_SHOWN = 40
MAX_COMPARED = 100

_WORDS = {"&": "and", "st": "saint", "ste": "sainte"}
_LEFT_OUT = {"the"}


def name_key(name: str) -> str:
    """Return the form in which names are compared: `cote d ivoire` for `Côte d'Ivoire`."""
    letters = "".join(
        each for each in unicodedata.normalize("NFKD", name[:MAX_COMPARED]) if not unicodedata.combining(each)
    )
    words = re.findall(r"[^\W_]+|&", letters.casefold())
    return " ".join(_WORDS.get(word, word) for word in words if word not in _LEFT_OUT)


def shown(text: str) -> str:
    """Return a value as a complaint repeats it: on one line, shortened if it is long."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return (line if len(line) <= MAX_SHOWN else f"{line[:MAX_SHOWN]}…") or "an empty value"


def listed(values: Sequence[str], word: str = "and") -> str:
    """Return `A, B and C`."""
    return f" {word} ".join(filter(None, (", ".join(values[:-1]), values[-1])))
