"""The fields of a click that admins and publishers both see."""

from chalicelib.domain.click import Outcome
from chalicelib.domain.visitor import Connection, Device, OperatingSystem
from chalicelib.http.fields import Timestamp
from chalicelib.http.models import LinkDocument, ResponseModel
from chalicelib.routing.click_document import Landing


class ClickFacts(ResponseModel):
    """A click: visitor, outcome and destination. Unknown values are null. A simulated click has no ID and no link.

    `payout` is what the campaign pays the publisher for its goal `default`, under the terms in force at the click.
    `landing` says whose page the visitor went to.
    """

    click_id: str | None
    at: Timestamp
    smartlink_id: str | None
    smartlink_name: str | None
    publisher_id: str | None
    publisher_name: str | None
    link: LinkDocument | None
    outcome: Outcome
    campaign_id: str | None
    campaign_name: str | None
    payout: str | None
    currency: str | None
    landing: Landing | None
    destination_url: str | None
    country: str | None
    region: str | None
    city: str | None
    network: str | None
    connection: Connection | None
    device: Device
    os: OperatingSystem
    os_version: str | None
    browser: str | None
    language: str | None
    sub_ids: dict[str, str]
    source: str | None
    external_click_id: str | None
    is_bot: bool
    is_duplicate: bool
    is_unique: bool
