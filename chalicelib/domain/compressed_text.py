"""Compressed texts, as settings are stored: a mark and base 64 of zlib."""

import base64
import zlib

MIN_LENGTH = 8_000
"""Length from which a text is compressed. Shorter ones stay readable: for people, and for the release before."""

_MARK = "zlib:"
_LEVEL = 9


def compress(text: str) -> str:
    """Return the text, compressed if it is long. A text that begins like a compressed one is compressed, too."""
    if len(text) < MIN_LENGTH and not text.startswith(_MARK):
        return text
    return _MARK + base64.b64encode(zlib.compress(text.encode(), _LEVEL)).decode()


def decompress(stored: str) -> str:
    """Return the text that `compress` was given."""
    if not stored.startswith(_MARK):
        return stored
    return zlib.decompress(base64.b64decode(stored.removeprefix(_MARK))).decode()
