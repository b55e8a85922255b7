"""What changed from one version of a smartlink to the next: fields, and for offers the fields of each campaign."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

JsonObject = Mapping[str, Any]

MAX_VALUE_BYTES = 2_000
"""Maximum JSON size of a value before and after a change. Longer values are left out."""

MAX_BYTES = 16_000
"""Maximum JSON size of the changes of a version: a page of 50 versions has less than 1 MB."""


class Change(NamedTuple):
    """One changed field. `pointer` leads into the document after the change, that of a removed offer into the other.

    `campaign_id` is that of the offer; `before` is None for an added offer, `after` for a removed one. If
    `is_truncated`, both are None because they are too long.
    """

    pointer: str
    before: Any = None
    after: Any = None
    campaign_id: str | None = None
    is_truncated: bool = False


class Changes(NamedTuple):
    """The first changes of a version, and the number of those that are left out."""

    kept: Sequence[Change]
    omitted: int

    def encode(self) -> str:
        """Return the kept changes as JSON."""
        return json.dumps([change._asdict() for change in self.kept])


NO_CHANGES = Changes([], 0)


def decode(stored: str) -> list[Change]:
    """Return the changes that were encoded."""
    return [Change(**each) for each in json.loads(stored)]


def changes(before: JsonObject, after: JsonObject) -> Changes:
    """Return what changed between two documents of a smartlink, in a bounded size."""
    found = [_short(each) for each in _all_changes(before, after)]
    size, kept = 0, 0
    for change in found:
        size += len(json.dumps(change._asdict()).encode())
        if size > MAX_BYTES:
            break
        kept += 1
    return Changes(found[:kept], len(found) - kept)


def _short(change: Change) -> Change:
    size = len(json.dumps([change.before, change.after]).encode())
    return change if size <= MAX_VALUE_BYTES else change._replace(before=None, after=None, is_truncated=True)


def _all_changes(before: JsonObject, after: JsonObject) -> Iterator[Change]:
    for name in after:
        if name == "offers":
            yield from _offer_changes(before["offers"], after["offers"])
        elif before.get(name) != after[name]:
            yield Change(f"/{name}", before.get(name), after[name])


def _offer_changes(before: Sequence[JsonObject], after: Sequence[JsonObject]) -> Iterator[Change]:
    """Yield the removed offers, then the added and changed ones, then the order if that of the others changed."""
    old = {offer["campaign_id"]: offer for offer in before}
    new = {offer["campaign_id"]: offer for offer in after}
    for n, (campaign_id, offer) in enumerate(old.items()):
        if campaign_id not in new:
            yield Change(f"/offers/{n}", before=offer, campaign_id=campaign_id)
    for n, (campaign_id, offer) in enumerate(new.items()):
        if campaign_id not in old:
            yield Change(f"/offers/{n}", after=offer, campaign_id=campaign_id)
        else:
            yield from _field_changes(f"/offers/{n}", old[campaign_id], offer)
    if [key for key in old if key in new] != [key for key in new if key in old]:
        yield Change("/offers", list(old), list(new))


def _field_changes(pointer: str, before: JsonObject, after: JsonObject) -> Iterator[Change]:
    """Yield the changed fields of an offer; those of its targeting one by one."""
    campaign_id = after["campaign_id"]
    for name, value in after.items():
        if name == "targeting":
            stored = before["targeting"]
            fields = ((each, stored.get(each), value[each]) for each in value)
            yield from (
                Change(f"{pointer}/targeting/{each}", old, new, campaign_id) for each, old, new in fields if old != new
            )
        elif before.get(name) != value:
            yield Change(f"{pointer}/{name}", before.get(name), value, campaign_id)
