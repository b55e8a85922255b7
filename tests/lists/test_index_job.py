import time
from typing import Any

import pytest

from chalicelib.lists import entries, index_job, summary_codec
from chalicelib.lists.entries import FORMAT, ListKind
from chalicelib.lists.index_job import index_lists, is_complete, require_index, run_until
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.lists import ListEntryRow
from chalicelib.tables.publishers import PublisherRow
from chalicelib.tables.smartlinks import SmartlinkRow
from tests.builders import NOW
from tests.conftest import Api
from tests.documents import apply, good, listed, new_campaign, new_publisher, new_smartlink

KINDS = [kind.value for kind in ListKind]


def forget() -> None:
    """Delete all entries, as if an earlier release had written the rows."""
    for row in ListEntryRow.scan():
        row.delete()


def add_publisher_row(n: int) -> PublisherRow:
    row = PublisherRow(f"pub_{n:03}", version=1, name=f"P{n}", email="p@pub.example", status="active")
    row.created_year, row.created_at, row.updated_at = "2026", "2026-11-01", "2026-11-01"
    row.save()
    return row


def entries_of(kind: str) -> dict[str, Any]:
    return {row.id: row for row in ListEntryRow.query(f"{kind}#2026")}


def test_rows_of_earlier_releases_get_the_entries_that_the_api_writes(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin))
    apply(new_publisher(admin), smartlink)
    written = {(row.list, row.id): row.summary for row in ListEntryRow.scan()}
    forget()
    assert index_lists(NOW, run_until()) == dict.fromkeys(KINDS, 1)
    indexed = {(row.list, row.id): row.summary for row in ListEntryRow.scan() if not row.list.startswith("index ")}
    assert indexed == written
    assert all(map(is_complete, ListKind))


def test_list_is_complete_before_the_job_ran(admin: Api) -> None:
    made = [new_campaign(admin, name)["id"] for name in ("one", "two")]
    forget()
    assert listed(admin, "/admin/campaigns") == made[::-1]
    assert is_complete(ListKind.CAMPAIGNS)


def test_list_that_cannot_be_completed_in_time_is_unavailable(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    new_campaign(admin)
    forget()
    monkeypatch.setattr(index_job, "SECONDS_IN_REQUEST", -1)
    answer = admin.get("/admin/campaigns")
    detail = "The list of campaigns is being prepared after an update. Retry the request in a minute."
    assert (answer.status, answer.json["detail"]) == (503, detail)


@pytest.mark.usefixtures("tables")
def test_interrupted_walk_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_job, "ROWS_PER_BATCH", 2)
    for n in range(5):
        add_publisher_row(n)
    over = time.monotonic() - 1
    seen = []
    for _ in range(3):
        seen.append(index_lists(NOW, over)["publishers"])
        assert not is_complete(ListKind.PUBLISHERS)
    assert seen == [2, 2, 1]
    assert index_lists(NOW, over)["publishers"] == 0
    assert is_complete(ListKind.PUBLISHERS)
    assert len(entries_of("publishers")) == 5


@pytest.mark.usefixtures("tables")
def test_complete_kind_is_walked_some_rows_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_job, "ROWS_PER_BATCH", 2)
    monkeypatch.setattr(index_job, "ROWS_PER_RUN", 4)
    for n in range(5):
        add_publisher_row(n)
    assert index_lists(NOW, run_until())["publishers"] == 5
    assert [index_lists(NOW, run_until())["publishers"] for _ in range(3)] == [4, 1, 4]


@pytest.mark.usefixtures("tables")
def test_entry_of_an_older_format_is_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    add_publisher_row(1)
    require_index(ListKind.PUBLISHERS, NOW)
    for module in (entries, index_job):
        monkeypatch.setattr(module, "FORMAT", FORMAT + 1)
    assert not is_complete(ListKind.PUBLISHERS)
    require_index(ListKind.PUBLISHERS, NOW)
    assert is_complete(ListKind.PUBLISHERS)
    assert entries_of("publishers")["pub_001"].format == FORMAT + 1


@pytest.mark.usefixtures("tables")
def test_stale_entry_is_renewed() -> None:
    row = add_publisher_row(1)
    require_index(ListKind.PUBLISHERS, NOW)
    row.update([PublisherRow.name.set("Renamed"), PublisherRow.version.add(1)])
    index_lists(NOW, run_until())
    assert summary_codec.decode(entries_of("publishers")["pub_001"].summary)["name"] == "Renamed"


def test_warnings_that_time_brings_are_counted(admin: Api) -> None:
    ends = {"ends_at": "2028-01-01T00:00:00Z"}
    smartlink = new_smartlink(admin, new_campaign(admin, schedule=ends))
    assert listed(admin, "/admin/smartlinks?has_warnings=true") == []
    index_lists(NOW.replace(year=2029), run_until())
    assert listed(admin, "/admin/smartlinks?has_warnings=true") == [smartlink["id"]]


def test_row_that_changes_meanwhile_keeps_the_entry_of_its_change(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = (new_campaign(admin, name)["id"] for name in ("one", "two"))
    forget()
    write = index_job._write

    def interrupted(*args: Any) -> bool:
        monkeypatch.setattr(index_job, "_write", write)
        good(admin.patch(f"/admin/campaigns/{one}", {"name": "renamed"}))
        return write(*args)

    monkeypatch.setattr(index_job, "_write", interrupted)
    require_index(ListKind.CAMPAIGNS, NOW)
    assert {key: summary_codec.decode(row.summary)["name"] for key, row in entries_of("campaigns").items()} == {
        one: "renamed",
        two: "two",
    }


def test_deleted_smartlink_gets_no_entry_from_a_row_that_was_read_before(
    admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    smartlink = new_smartlink(admin)
    forget()
    write = index_job._write

    def interrupted(*args: Any) -> bool:
        monkeypatch.setattr(index_job, "_write", write)
        admin.delete(f"/admin/smartlinks/{smartlink['id']}")
        return write(*args)

    monkeypatch.setattr(index_job, "_write", interrupted)
    require_index(ListKind.SMARTLINKS, NOW)
    assert entries_of("smartlinks") == {}
    assert SmartlinkRow.get(smartlink["id"]).status == "deleted"
    assert list(CampaignRow.scan()) == []
