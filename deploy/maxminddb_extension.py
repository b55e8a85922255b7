"""In the package this file takes the place of `maxminddb/__init__.py`: the reader in C, and nothing else.

The original also loads its Python reader, `multiprocessing`, and `importlib.metadata` to find its own version: a tenth
of a cold start.
"""

from maxminddb.errors import InvalidDatabaseError

try:
    from maxminddb.extension import Reader
except ImportError:  # a build without the extension
    from maxminddb.reader import Reader  # type: ignore[assignment]

__all__ = ["InvalidDatabaseError", "Reader", "open_database"]

open_database = Reader
