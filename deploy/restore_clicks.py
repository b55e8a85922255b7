"""Put clicks of the archive back into the table `clicks`, which has no point-in-time recovery (decision 53)."""

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.archive.schema import CLICK_COLUMNS, CLICKS, Kind
from chalicelib.clicks.item_codec import RESTORED, encode
from chalicelib.domain.campaign import Campaign
from chalicelib.domain.compressed_text import decompress
from chalicelib.domain.timestamps import milliseconds
from chalicelib.settings import ATTRIBUTION_GRACE_DAYS, DEFAULT_CLICK_DAYS
from deploy import stack
from deploy.cloud import Cloud
from deploy.errors import CommandError
from deploy.lost_clicks import put_missing
from deploy.progress import Progress
from deploy.query import fetching
from deploy.query.days import Days, click_hours

_WRITERS = 32
_MAX_GB = 1_000.0
_DAY = 86_400
_DEFAULT_WINDOW = next(each.default for each in fields(Campaign) if each.name == "attribution_window_days")


@dataclass(frozen=True, slots=True)
class Restored:
    """What a run did: clicks it wrote, clicks the table had, clicks that have expired meanwhile."""

    written: int = 0
    present: int = 0
    expired: int = 0


def restore(cloud: Cloud, days: Days, now: datetime) -> Restored:
    """Write the archived clicks of the days that the table lacks. Running it again changes nothing.

    A restored click expires when it would have expired, and is marked so that it is not counted again. A click that
    waited in the backlog for over an hour is not found: it is archived under the hour in which it was written. Raise
    CommandError if the archive or the table does not answer.
    """
    bucket, client = fetching.archive_bucket(cloud), fetching.s3_client(cloud)
    objects = fetching.list_objects(client, bucket, CLICKS, click_hours(days, now))
    fetching.check_size(objects, _MAX_GB)
    table = _Table(cloud, _click_days(cloud))
    with TemporaryDirectory(prefix="smartlink-archive-") as folder:
        fetching.fetch(client, bucket, objects, Path(folder))
        results = Counter[str]()
        with Progress(f"Restoring the clicks of {len(objects):,} objects", len(objects)) as bar:
            for file in sorted(Path(folder).rglob("*.jsonl.gz")):
                results.update(table.write(clicks_of(file, days), int(now.timestamp())))
                bar.advance()
    return Restored(**results)


def clicks_of(file: Path, days: Days) -> Iterator[dict[str, Any]]:
    """Yield the clicks of the days in an object of the archive, as `item_codec` encodes them."""
    for line in gzip.decompress(file.read_bytes()).decode().splitlines():
        archived = json.loads(line)
        at = datetime.fromisoformat(archived["at"])
        if days.start <= at < days.end:
            yield click_of(archived)


def click_of(line: Mapping[str, Any]) -> dict[str, Any]:
    """Return the click of a line of the archive: the inverse of `schema.click_line`. The table stores no false flag."""
    known = {name: kind for name, kind in CLICK_COLUMNS.items() if line.get(name, False) is not False}
    return {name: _value(kind, line[name]) for name, kind in known.items()}


def _value(kind: Kind, archived: Any) -> Any:  # noqa: ANN401 - any archived value
    return milliseconds(datetime.fromisoformat(archived)) if kind is Kind.TIME else archived


class _Table:
    """The table of clicks, and the attribution windows of their campaigns."""

    def __init__(self, cloud: Cloud, click_days: int) -> None:
        config = Config(max_pool_connections=_WRITERS, retries={"max_attempts": 10, "mode": "adaptive"})
        self._client = cloud.session.client("dynamodb", endpoint_url=cloud.endpoint, config=config)
        self._prefix, self._days = f"{cloud.stack}-", click_days
        self._windows: dict[str, int] = {}

    def write(self, clicks: Iterable[Mapping[str, Any]], now: int) -> list[str]:
        """Write the clicks; return for each whether it was written, present or has expired."""
        try:
            with ThreadPoolExecutor(_WRITERS) as writers:
                return list(writers.map(partial(self._write, now=now), clicks))
        except (ClientError, BotoCoreError) as error:
            message = f"A click could not be written: {error}. Run the command again: it goes on with what is missing."
            raise CommandError(message) from error

    def _write(self, click: Mapping[str, Any], *, now: int) -> str:
        expires_at = click["at"] // 1_000 + self._stored_days(click.get("campaign_id")) * _DAY
        if expires_at <= now:
            return "expired"
        item = {**json.loads(encode(click, expires_at)), RESTORED: {"BOOL": True}}
        return "written" if put_missing(self._client, f"{self._prefix}clicks", item) else "present"

    def _stored_days(self, campaign_id: str | None) -> int:
        """Return the days for which a click is stored, as `clicks.write` computes them."""
        window = self._window(campaign_id) if campaign_id else 0
        return max(self._days, window + ATTRIBUTION_GRACE_DAYS)

    def _window(self, campaign_id: str) -> int:
        """Return the attribution window of a campaign in days; that of a new campaign if it does not exist."""
        if campaign_id not in self._windows:
            key = {"id": {"S": campaign_id}}
            row = self._client.get_item(TableName=f"{self._prefix}campaigns", Key=key).get("Item")
            settings = json.loads(decompress(row["settings"]["S"])) if row else {}
            self._windows[campaign_id] = settings.get("attribution_window_days", _DEFAULT_WINDOW)
        return self._windows[campaign_id]


def _click_days(cloud: Cloud) -> int:
    """Return the days for which the stack stores clicks."""
    deployed = stack.describe(cloud)
    parameters = deployed.get("Parameters", []) if deployed else []
    days = {each["ParameterKey"]: each["ParameterValue"] for each in parameters}.get("ClickDays")
    return int(days or DEFAULT_CLICK_DAYS)
