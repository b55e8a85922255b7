"""A smartlink with publishers in each state, and what became of them."""

from dataclasses import dataclass
from typing import Any

from chalicelib.tables.notifications import NotificationRow
from chalicelib.tables.publishers import ApplicationRow, CampaignApprovalRow, MembershipRow
from chalicelib.tables.smartlinks import SmartlinkRow, SmartlinkTaskRow
from tests.conftest import Api, ApiResponse
from tests.documents import Publisher, add_publisher, apply, new_campaign, new_publisher, new_smartlink, pending


@dataclass(frozen=True, slots=True)
class Crowd:
    """A smartlink with one offer: Ann and Bob are approved, Cid and Dee pending, Eve is declined, Fay removed."""

    admin: Api
    smartlink: dict[str, Any]
    publishers: dict[str, Publisher]

    @property
    def path(self) -> str:
        return f"/admin/smartlinks/{self.smartlink['id']}"

    def change(self, **changes: Any) -> ApiResponse:
        return self.admin.patch(self.path, changes)

    def name_of(self, publisher_id: str) -> str:
        return next(name for name, each in self.publishers.items() if each.id == publisher_id)

    def statuses(self) -> dict[str, str]:
        """Return the status of each publisher's membership."""
        rows = [row for row in MembershipRow.scan() if row.pool_id == self.smartlink["id"]]
        return {self.name_of(row.publisher_id): row.status for row in rows}

    def notified(self, kind: str) -> list[str]:
        """Return the publishers who have a notification of this kind, once for each."""
        rows = [row for row in NotificationRow.scan() if row.kind == kind]
        owners = [row.owner_year.partition("#")[0] for row in rows]
        ours = {each.id for each in self.publishers.values()}
        return sorted(self.name_of(owner) for owner in owners if owner in ours)

    def counts(self) -> tuple[int, int]:
        """Return the numbers of links and of pending applications."""
        row = SmartlinkRow.get(self.smartlink["id"])
        return row.live_count, row.pending_count

    def outcome(self) -> dict[str, Any]:
        """Return all that became of the publishers, without times and random values."""
        kinds = ("application_decided", "link_live", "smartlink_paused", "smartlink_resumed", "smartlink_deleted")
        approvals = [(self.name_of(row.publisher_id), row.active, row.granted_by) for row in CampaignApprovalRow.scan()]
        return {
            "statuses": self.statuses(),
            "counts": self.counts(),
            "notified": {kind: self.notified(kind) for kind in kinds},
            "approvals": sorted(approvals, key=str),
            "decisions": sorted(
                (self.name_of(row.publisher_id), row.status, str(row.decided_by), str(row.reason))
                for row in ApplicationRow.scan()
            ),
        }


def a_crowd(admin: Api, **changes: Any) -> Crowd:
    """Create the smartlink and its publishers."""
    crowd = a_small_crowd(admin, **changes)
    publishers = {name: new_publisher(admin, name) for name in ("Bob", "Dee", "Eve")}
    apply(publishers["Eve"], crowd.smartlink)
    admin.post(f"/admin/applications/{pending(admin)[-1]}/decline", {"reason": "no"})
    add_publisher(admin, crowd.smartlink, publishers["Bob"])
    apply(publishers["Dee"], crowd.smartlink)
    return Crowd(admin, crowd.smartlink, {**crowd.publishers, **publishers})


def a_small_crowd(admin: Api, **changes: Any) -> Crowd:
    """Create the smartlink with Ann, Cid and Fay."""
    smartlink = new_smartlink(admin, new_campaign(admin), **changes)
    publishers = {name: new_publisher(admin, name) for name in ("Ann", "Cid", "Fay")}
    for name in ("Ann", "Fay"):
        add_publisher(admin, smartlink, publishers[name])
    admin.delete(f"/admin/smartlinks/{smartlink['id']}/publishers/{publishers['Fay'].id}")
    apply(publishers["Cid"], smartlink)
    return Crowd(admin, smartlink, publishers)


def waiting_tasks() -> list[str]:
    """Return the kinds of the tasks that are not done, oldest first."""
    return [row.kind for row in SmartlinkTaskRow.query("tasks")]
