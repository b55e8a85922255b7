"""The DuckDB views of fetched objects, and the table of Athena: both follow from the archive's schema."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.archive.schema import CLICKS, COLUMNS, CONVERSIONS, Kind
from deploy.query.days import Days

if TYPE_CHECKING:
    import duckdb

_DUCKDB_TYPES = {
    Kind.TEXT: "VARCHAR",
    Kind.MONEY: "DECIMAL(38, 6)",
    Kind.TIME: "TIMESTAMPTZ",
    Kind.NUMBER: "BIGINT",
    Kind.FLAG: "BOOLEAN",
    Kind.MAP: "MAP(VARCHAR, VARCHAR)",
}
_ATHENA_TYPES = {
    Kind.TEXT: "string",
    Kind.MONEY: "string",
    Kind.TIME: "string",
    Kind.NUMBER: "bigint",
    Kind.FLAG: "boolean",
    Kind.MAP: "map<string,string>",
}
_NEWEST = "QUALIFY row_number() OVER (PARTITION BY conversion_id ORDER BY version DESC) = 1"
_VIEWS = {
    "clicks": 'SELECT * FROM all_clicks WHERE "at" >= {start} AND "at" < {end}',
    "newest_conversions": f"SELECT * FROM conversion_changes {_NEWEST}",  # noqa: S608 - a constant
    "conversions": "SELECT * FROM newest_conversions WHERE click_at >= {start} AND click_at < {end}",
    "conversions_by_arrival": 'SELECT * FROM newest_conversions WHERE "at" >= {start} AND "at" < {end}',
}
"""Queries of the views, each on views before it. Clicks and conversions have the days asked, changes have all lines."""


def create_views(connection: "duckdb.DuckDBPyConnection", folder: Path, days: Days) -> None:
    """Create the views of the objects below the folder. Times are in UTC."""
    connection.execute("SET TimeZone = 'UTC'")
    for name, kind in (("all_clicks", CLICKS), ("conversion_changes", CONVERSIONS)):
        connection.execute(f"CREATE VIEW {name} AS {_source(kind, sorted((folder / kind).rglob('*.jsonl.gz')))}")
    for name, query in _VIEWS.items():
        connection.execute(f"CREATE VIEW {name} AS {query.format(start=_literal(days.start), end=_literal(days.end))}")


def _source(kind: str, files: Sequence[Path]) -> str:
    """Return the query of all lines of one kind. Without files it has no rows."""
    columns = COLUMNS[kind]
    if not files:
        nothing = ", ".join(f'CAST(NULL AS {_DUCKDB_TYPES[each]}) AS "{name}"' for name, each in columns.items())
        return f"SELECT {nothing} WHERE false"
    typed = ", ".join(f"'{name}': '{_DUCKDB_TYPES[each]}'" for name, each in columns.items())
    pattern = str(files[0].parents[2] / "*" / "*" / "*.jsonl.gz").replace("'", "''")
    options = "format = 'newline_delimited', compression = 'gzip', hive_partitioning = false"
    return f"SELECT * FROM read_json('{pattern}', columns = {{{typed}}}, {options})"  # noqa: S608 - names and a path


def _literal(moment: datetime) -> str:
    return f"TIMESTAMPTZ '{moment.isoformat()}'"


def athena_table(kind: str, bucket: str) -> str:
    """Return the statement that creates the table of one kind in Athena, with partitions that need no crawler."""
    columns = ",\n".join(f"  `{name}` {_ATHENA_TYPES[each]}" for name, each in COLUMNS[kind].items())
    properties = {
        "projection.enabled": "true",
        "projection.date.type": "date",
        "projection.date.format": "yyyy-MM-dd",
        "projection.date.range": "2026-11-01,NOW",
        "projection.hour.type": "integer",
        "projection.hour.range": "0,23",
        "projection.hour.digits": "2",
        "storage.location.template": f"s3://{bucket}/{kind}/date=${{date}}/hour=${{hour}}/",
    }
    listed = ",\n".join(f"  '{name}' = '{value}'" for name, value in properties.items())
    return (
        f"CREATE EXTERNAL TABLE {kind} (\n{columns}\n)\n"
        "PARTITIONED BY (`date` string, `hour` string)\n"
        "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'\n"
        f"LOCATION 's3://{bucket}/{kind}/'\n"
        f"TBLPROPERTIES (\n{listed}\n)"
    )
