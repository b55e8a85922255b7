"""The command: from its settings to the printed result."""

import csv
import io
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from chalicelib.archive.schema import CLICKS, CONVERSIONS
from deploy.cloud import Cloud
from deploy.errors import CommandError
from deploy.query import fetching, views
from deploy.query.days import Days, click_hours, conversion_hours, parse_days

if TYPE_CHECKING:
    import duckdb

Result = tuple[list[str], list[tuple[Any, ...]]]
"""The names of the columns, and the rows."""

_FORMATS = ("table", "csv")
_MAX_ROWS = 200
_DEFAULT_MAX_GB = 5.0
_INTERRUPT_SECONDS = 0.1
"""Time between two interrupts of a query."""


@dataclass(frozen=True, slots=True)
class Query:
    """An SQL query on the archive of some days, the format of its result, and the most that is fetched."""

    sql: str
    days: Days
    format: str = "table"
    max_gb: float = _DEFAULT_MAX_GB


def parse_query(settings: Mapping[str, str], now: datetime) -> Query:
    """Return the query of the settings SQL, FROM, TO, FORMAT and MAX_GB. Raise CommandError if one is not valid."""
    sql, format_ = settings.get("SQL", "").strip(), settings.get("FORMAT", "") or "table"
    if not sql:
        message = 'SQL is not set. Run `make query SQL="SELECT count(*) FROM clicks"`.'
        raise CommandError(message)
    if format_ not in _FORMATS:
        message = f"FORMAT is {format_}. Set it to table or csv."
        raise CommandError(message)
    days = parse_days(settings.get("FROM", ""), settings.get("TO", ""), now.date())
    return Query(sql, days, format_, _max_gb(settings.get("MAX_GB", "")))


def _max_gb(text: str) -> float:
    try:
        value = float(text or _DEFAULT_MAX_GB)
    except ValueError:
        value = 0
    if not 0 < value < float("inf"):
        message = f"MAX_GB is {text}. Set it to a number of gigabytes, such as 10."
        raise CommandError(message)
    return value


def run(cloud: Cloud, query: Query, now: datetime) -> str:
    """Fetch the objects of the days into a temporary folder, run the query on them, and return its result as text."""
    with TemporaryDirectory(prefix="smartlink-archive-") as folder:
        fetch_days(cloud, query, now, Path(folder))
        return execute(query, Path(folder))


def fetch_days(cloud: Cloud, query: Query, now: datetime, folder: Path) -> None:
    """Fetch the objects of the days that are not in the folder yet. Raise CommandError if they are too large."""
    bucket, client = fetching.archive_bucket(cloud), fetching.s3_client(cloud)
    objects = fetching.list_objects(client, bucket, CLICKS, click_hours(query.days, now))
    objects += fetching.list_objects(client, bucket, CONVERSIONS, conversion_hours(query.days, now))
    fetching.check_size(objects, query.max_gb)
    fetching.fetch(client, bucket, objects, folder)


def execute(query: Query, folder: Path) -> str:
    """Return the result of the query on the objects below the folder. Raise CommandError if DuckDB refuses it."""
    duckdb = _duckdb()
    with duckdb.connect(":memory:") as connection:
        try:
            views.create_views(connection, folder, query.days)
            names, rows = _interruptible(connection, query.sql)
        except duckdb.Error as error:
            message = f"DuckDB refused the query: {error}"
            raise CommandError(message) from error
    return _csv(names, rows) if query.format == "csv" else _table(names, rows)


def _interruptible(connection: "duckdb.DuckDBPyConnection", sql: str) -> Result:
    """Return the names and rows of a result. DuckDB holds back Ctrl-C until it is done, so a thread runs the query."""
    with ThreadPoolExecutor(1) as worker:
        running = worker.submit(_result, connection, sql)
        try:
            return running.result()
        except KeyboardInterrupt:
            while not running.done():  # an interrupt before the query has begun is lost
                connection.interrupt()
                wait([running], _INTERRUPT_SECONDS)
            raise


def _result(connection: "duckdb.DuckDBPyConnection", sql: str) -> Result:
    result = connection.execute(sql)
    if not result:
        message = "SQL has no statement. Set it to a query, such as SELECT count(*) FROM clicks."
        raise CommandError(message)
    return [column[0] for column in result.description or ()], result.fetchall()


def _duckdb() -> Any:  # noqa: ANN401 - a module
    try:
        import duckdb  # noqa: PLC0415 - only this command needs it
    except ImportError as error:
        message = "DuckDB is not installed. Run `make install` and try again."
        raise CommandError(message) from error
    return duckdb


def _csv(names: list[str], rows: list[tuple[Any, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([["" if value is None else value for value in row] for row in rows])
    return text.getvalue().removesuffix("\n")


def _table(names: list[str], rows: list[tuple[Any, ...]]) -> str:
    """Return the first rows in columns."""
    cells = [names, *([_text(value) for value in row] for row in rows[:_MAX_ROWS])]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    lines.insert(1, "  ".join("-" * width for width in widths))
    more = [f"… {len(rows) - _MAX_ROWS:,} more rows; use FORMAT=csv for all"] if len(rows) > _MAX_ROWS else []
    return "\n".join([*lines, *more])


def _text(value: Any) -> str:  # noqa: ANN401 - any value of a result
    return "" if value is None else str(value)
