"""Response models of the versions of a smartlink."""

from typing import Any

from chalicelib.admin.smartlinks.schemas import StoredSmartlink
from chalicelib.domain.smartlink import SmartlinkStatus, VersionAction
from chalicelib.http.fields import Timestamp
from chalicelib.http.models import ResponseModel


class SmartlinkChange(ResponseModel):
    """One changed field of a smartlink.

    `pointer` leads into the version's document, that of a removed offer into the version before. A change of an offer
    names its campaign; `before` is null if the offer was added, `after` if it was removed. If `is_truncated`, both are
    null because the values are too long: the documents of both versions have them.
    """

    pointer: str
    campaign_id: str | None
    campaign_name: str | None
    before: Any
    after: Any
    is_truncated: bool


class VersionOrigin(ResponseModel):
    """Who made a version of a smartlink, when and how.

    `user_id` and `user_name` are null if they are not known. `restored_version` is the version that was restored,
    `cloned_from` the smartlink that was cloned.
    """

    version: int
    at: Timestamp
    user_id: str | None
    user_name: str | None
    action: VersionAction
    restored_version: int | None
    cloned_from: str | None


class SmartlinkVersionSummary(VersionOrigin):
    """A version of a smartlink in the list: its origin, and what changed since the version before.

    `omitted_changes` is the number of changes that are too many for the list.
    """

    status: SmartlinkStatus
    changes: list[SmartlinkChange]
    omitted_changes: int


class SmartlinkVersionDocument(StoredSmartlink, VersionOrigin):
    """A past or current version of a smartlink with its settings and status."""

    smartlink_id: str
    status: SmartlinkStatus
