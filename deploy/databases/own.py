"""Databases of the customer's own: MaxMind's, DB-IP's or others in MaxMind's format, also compressed with gzip."""

import gzip
import shutil
import zlib
from itertools import islice
from pathlib import Path
from typing import Any

import maxminddb

from chalicelib.routing import geo_records
from chalicelib.settings import AddressDatabase
from deploy.errors import CommandError

_GZIP = b"\x1f\x8b"
_SAMPLE = 1_000
_FIELDS = {
    AddressDatabase.ASN: "autonomous_system_number",
    AddressDatabase.ISP: "isp",
    AddressDatabase.CONNECTION_TYPE: "connection_type",
    AddressDatabase.ANONYMOUS_IP: "is_anonymous",
}
"""The field that makes a database one of this kind. A country database is known by its countries."""

_KINDS = {
    AddressDatabase.COUNTRY: "a Country or City database",
    AddressDatabase.ASN: "an ASN database",
    AddressDatabase.ISP: "an ISP database",
    AddressDatabase.CONNECTION_TYPE: "a Connection-Type database",
    AddressDatabase.ANONYMOUS_IP: "an Anonymous-IP database",
}


def copy(file: Path, database: AddressDatabase, target: Path) -> None:
    """Copy a customer's file to `target`. Raise CommandError if it is no database of this kind."""
    given = f"{database.variable}={file}"
    if not file.is_file():
        message = f"{given}: there is no such file."
        raise CommandError(message)
    partial = target.with_suffix(".partial")
    try:
        _decompress(file, partial)
        with maxminddb.open_database(partial) as reader:
            kind, records = reader.metadata().database_type, [record for _, record in islice(reader, _SAMPLE)]
    except (OSError, EOFError, ValueError, TypeError, zlib.error, maxminddb.InvalidDatabaseError) as error:
        partial.unlink(missing_ok=True)
        message = f"{given} is not a MaxMind database. Use an .mmdb file, also compressed with gzip; unpack a .tar.gz."
        raise CommandError(message) from error
    if not _is_of(database, records):
        partial.unlink()
        message = f"{given} is a {kind} database. {_fix(database, records)}"
        raise CommandError(message)
    partial.replace(target)


def _decompress(file: Path, target: Path) -> None:
    with file.open("rb") as start:
        opener = gzip.open if start.read(len(_GZIP)) == _GZIP else open
    with opener(file, "rb") as source, target.open("wb") as copied:
        shutil.copyfileobj(source, copied)


def _is_of(database: AddressDatabase, records: list[Any]) -> bool:
    found = [record for record in records if isinstance(record, dict)]
    if database is AddressDatabase.COUNTRY:
        return any(geo_records.country(record) for record in found)
    return any(_FIELDS[database] in record for record in found)


def _fix(database: AddressDatabase, records: list[Any]) -> str:
    """Return the way to use the file, or the kind that is needed here."""
    others = [each.variable for each in reversed(AddressDatabase) if _is_of(each, records)]
    return f"Set it as {others[0]}." if others else f"Use {_KINDS[database]} as {database.variable}."
