"""Checker of memberships: walks the tables and names every state that no history of requests may lead to.

It reads the stored items themselves, so it works on the emulated tables and on a deployed stack.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Item = Mapping[str, Any]
Scan = Callable[[str], list[dict[str, Any]]]
"""Return all items of a table, by its name without prefix, in DynamoDB's JSON."""

PENDING, APPROVED = "pending", "approved"


def inconsistencies(scan: Scan | None = None, smartlinks: set[str] | None = None) -> list[str]:
    """Return every impossible state of memberships, of these smartlinks or of all; none is an empty list.

    A deleted smartlink and the direct links of a smartlink may lag behind while a task waits.
    """
    read = scan or _scan_emulated
    tables = {name: [_plain(item) for item in read(name)] for name in _TABLES}
    of_smartlinks = [each for each in tables["pools"] if smartlinks is None or each["id"] in smartlinks]
    world = _World(tables, {each["id"]: each for each in of_smartlinks})
    return [each for check in _CHECKS for each in check(world)]


_TABLES = ("pools", "memberships", "applications", "links", "campaign_approvals", "smartlink_tasks")


class _World:
    """The rows of the smartlinks that are checked, by their keys."""

    def __init__(self, tables: Mapping[str, list[dict[str, Any]]], pools: Mapping[str, Item]) -> None:
        self.pools = pools
        self.members = [each for each in tables["memberships"] if each["pool_id"] in pools]
        self.applications = {each["id"]: each for each in tables["applications"] if each["pool_id"] in pools}
        self.links = {each["code"]: each for each in tables["links"]}
        publishers = {each["publisher_id"] for each in self.members}
        self.approvals = [each for each in tables["campaign_approvals"] if each["publisher_id"] in publishers]
        self.unfinished = {each.get("pool_id") for each in tables["smartlink_tasks"]}


def _applications_agree(world: _World) -> Iterator[str]:
    latest = {each["application_id"]: each for each in world.members if "application_id" in each}
    for key, member in latest.items():
        application = world.applications[key]
        if application["status"] != member["status"]:
            yield f"{key} is {application['status']}, its membership {member['status']}"
    for key, application in world.applications.items():
        if application["status_year"] != f"{application['status']}#{application['created_year']}":
            yield f"{key} is {application['status']} and listed as {application['status_year']}"
        if application["status"] == PENDING and key not in latest:
            yield f"{key} is pending and not the latest of its publisher"


def _links_follow(world: _World) -> Iterator[str]:
    for member in world.members:
        is_approved, code = member["status"] == APPROVED, member.get("code")
        if is_approved and code is None:
            yield f"{_name(member)} is approved without a link"
        if code and world.links[code]["active"] != is_approved:
            yield f"the link of {_name(member)}, {member['status']}, is active: {world.links[code]['active']}"


def _counts_agree(world: _World) -> Iterator[str]:
    counted = Counter((each["pool_id"], each["status"]) for each in world.members)
    for key, pool in world.pools.items():
        for field, status in (("live_count", APPROVED), ("pending_count", PENDING)):
            if pool[field] != counted[key, status]:
                yield f"{field} of {key} is {pool[field]}, not {counted[key, status]}"


def _deletions_close(world: _World) -> Iterator[str]:
    for key, application in world.applications.items():
        pool = world.pools[application["pool_id"]]
        if (pool["status"], application["status"]) == ("deleted", PENDING) and pool["id"] not in world.unfinished:
            yield f"{key} is pending for a deleted smartlink"


def _direct_links_follow(world: _World) -> Iterator[str]:
    approved = {(each["publisher_id"], each["pool_id"]) for each in world.members if each["status"] == APPROVED}
    for approval in world.approvals:
        name = f"{approval['publisher_id']}/{approval['campaign_id']}"
        if world.links[approval["tracking_key"]]["active"] != approval["active"]:
            yield f"the direct link of {name} does not follow its approval"
        granted_by = json.loads(approval["granted_by"]) if "granted_by" in approval else None
        if granted_by is not None and approval["active"] != bool(granted_by):
            yield f"the approval {name}, granted by {granted_by}, is active: {approval['active']}"
        for pool_id in world.pools.keys() & set(granted_by or ()) - world.unfinished:
            is_deleted = world.pools[pool_id]["status"] == "deleted"
            if is_deleted or (approval["publisher_id"], pool_id) not in approved:
                yield f"{pool_id} grants {name} to a publisher who is not on it"


_CHECKS = (_applications_agree, _links_follow, _counts_agree, _deletions_close, _direct_links_follow)


def _name(member: Item) -> str:
    return f"{member['publisher_id']} on {member['pool_id']}"


def _plain(item: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {name: int(value["N"]) if "N" in value else next(iter(value.values())) for name, value in item.items()}


def _scan_emulated(table: str) -> list[dict[str, Any]]:
    from tests.conftest import dynamodb

    return list(dynamodb().scan(TableName=f"smartlink-{table}")["Items"])
