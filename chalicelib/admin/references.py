"""Errors of references to campaigns and publishers that do not exist or cannot be used."""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.admin import route_publishing
from chalicelib.http.error_details import Error
from chalicelib.http.references import MAX_ID, texts_at
from chalicelib.tables.base import get_or_none
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.publishers import PublisherRow


def campaign_errors(ids: Mapping[str, str], rows: Mapping[str, CampaignRow]) -> list[Error]:
    """Return an error for each campaign that cannot be used. `ids` are by JSON pointer, `rows` by ID."""
    found = ((pointer, route_publishing.campaign_error(key, rows.get(key))) for pointer, key in ids.items())
    return [(pointer, error) for pointer, error in found if error]


def campaign_id_errors(document: Any) -> Iterable[Error]:  # noqa: ANN401 - any JSON value
    """Return an error if the field `campaign_id` names a campaign that cannot be used."""
    ids = texts_at(document, "campaign_id", max_length=MAX_ID)
    return campaign_errors(ids, route_publishing.campaigns(set(ids.values())))


def publisher_id_errors(document: Any) -> list[Error]:  # noqa: ANN401 - any JSON value
    """Return an error if the field `publisher_id` names no publisher."""
    ids = texts_at(document, "publisher_id", max_length=MAX_ID)
    return [(place, f"is not a publisher: {key}") for place, key in ids.items() if not get_or_none(PublisherRow, key)]
