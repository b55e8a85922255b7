"""Compressed texts, in which long settings are stored: a mark, then zlib in base 64."""

import base64
import zlib

MIN_LENGTH = 8_000
"""Length from which a text is compressed. People and the release before can read shorter ones."""

_MARK = "zlib:"
_LEVEL = 9


def compress(text: str) -> str:
    """Return the text, compressed if it is long or begins like a compressed one."""
    if len(text) < MIN_LENGTH and not text.startswith(_MARK):
        return text
    return _MARK + base64.b64encode(zlib.compress(text.encode(), _LEVEL)).decode()


def decompress(stored: str) -> str:
    """Return the text from which `compress` made the stored one."""
    if not stored.startswith(_MARK):
        return stored
    return zlib.decompress(base64.b64decode(stored.removeprefix(_MARK))).decode()
