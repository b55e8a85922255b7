import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.admin.smartlinks.versions import get_version_or_404
from chalicelib.http.problems import NotFound
from chalicelib.settings import SMARTLINK_VERSION_DAYS
from chalicelib.tables.base import item_bytes
from chalicelib.tables.smartlinks import SmartlinkRow, SmartlinkVersionRow
from tests.admin.edited_smartlinks import path_of
from tests.conftest import Api
from tests.documents import errors_by_pointer, good, new_campaign, new_smartlink


def rows_of(smartlink_id: str) -> list[SmartlinkVersionRow]:
    """Return the stored versions, the first one first."""
    return list(SmartlinkVersionRow.query(smartlink_id))


def test_every_change_makes_one_version(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    path = path_of(smartlink)
    good(admin.patch(path, {"name": "B"}))
    for call in ("pause", "resume", "versions/1/restore"):
        good(admin.post(f"{path}/{call}"))
    admin.delete(path)
    rows = rows_of(smartlink["id"])
    assert [row.version for row in rows] == [1, 2, 3, 4, 5, 6]
    assert [row.action for row in rows] == ["created", "edited", "paused", "resumed", "restored", "deleted"]
    assert [row.status for row in rows] == ["active", "active", "paused", "active", "active", "deleted"]
    assert [row.settings["name"] for row in rows] == ["Summer App Deals", *["B"] * 3, *["Summer App Deals"] * 2]
    assert [row.restored_version for row in rows] == [None, None, None, None, 1, None]
    assert SmartlinkRow.get(smartlink["id"]).version == 6


def test_refused_edit_makes_no_version(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    assert admin.patch(path_of(smartlink), {"name": ""}).status == 422
    assert admin.patch(path_of(smartlink), {"name": "B"}, If_Match='"7"').status == 412
    assert len(rows_of(smartlink["id"])) == 1


def test_edit_of_a_campaign_makes_no_version(admin: Api) -> None:
    campaign = new_campaign(admin)
    smartlink = new_smartlink(admin, campaign)
    good(admin.patch(f"/admin/campaigns/{campaign['id']}", {"payout": "3"}))
    assert len(rows_of(smartlink["id"])) == 1


def test_clone_has_the_smartlink_that_it_was_cloned_from(admin: Api) -> None:
    source = new_smartlink(admin)
    clone = good(admin.post(f"{path_of(source)}/clone"))
    (row,) = rows_of(clone["id"])
    assert (row.version, row.action, row.cloned_from, row.status) == (1, "cloned", source["id"], "paused")


def expected_expiry(document: dict[str, str]) -> int:
    written = datetime.fromisoformat(document["updated_at"])
    return int((written + timedelta(days=SMARTLINK_VERSION_DAYS)).timestamp())


def test_version_expires_400_days_after_the_next_one_and_the_newest_never(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    edits = [good(admin.patch(path_of(smartlink), {"name": name})) for name in ("B", "C")]
    assert [row.expires_at for row in rows_of(smartlink["id"])] == [*map(expected_expiry, edits), None]


def test_every_version_of_a_deleted_smartlink_expires(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    admin.delete(path_of(smartlink))
    now = int(datetime.now(UTC).timestamp())
    left = [(row.expires_at - now) / 86_400 for row in rows_of(smartlink["id"])]
    assert [round(days) for days in left] == [400, 400]


def test_first_edit_after_an_earlier_release_also_stores_the_version_before_it(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin), name="Before")
    good(admin.patch(path_of(smartlink), {"tags": ["a"]}))
    for row in rows_of(smartlink["id"]):
        row.delete()
    before = good(admin.get(path_of(smartlink)))
    after = good(admin.patch(path_of(smartlink), {"name": "After"}))
    earlier, newest = rows_of(smartlink["id"])
    assert (earlier.version, earlier.action, earlier.at) == (2, "earlier", before["updated_at"])
    assert earlier.user_id is None
    assert (earlier.status, earlier.changes) == ("active", "[]")
    assert {name: before[name] for name in earlier.settings} == earlier.settings
    assert (newest.version, newest.action, newest.settings["name"]) == (3, "edited", "After")
    assert [earlier.expires_at, newest.expires_at] == [expected_expiry(after), None]


def test_stored_version_is_not_changed_by_the_next_one(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin))
    (first,) = rows_of(smartlink["id"])
    good(admin.patch(path_of(smartlink), {"offers": [], "name": "B"}))
    again = rows_of(smartlink["id"])[0]
    assert {**again.attribute_values, "expires_at": None} == {**first.attribute_values, "expires_at": None}


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_versions_are_listed_newest_first(admin: Api, limit: int) -> None:
    path = path_of(new_smartlink(admin))
    for name in ("B", "C"):
        good(admin.patch(path, {"name": name}))
    found, cursor = [], ""
    while cursor is not None:
        page = good(admin.get(f"{path}/versions?limit={limit}{cursor and f'&cursor={cursor}'}"))
        found += [each["version"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert found == [3, 2, 1]


def test_cursor_without_a_version_is_refused(admin: Api) -> None:
    from chalicelib.http.pagination import _encode_cursor

    smartlink = new_smartlink(admin)
    cursor = _encode_cursor(f"versions of {smartlink['id']}", smartlink["id"], "newest")
    answered = admin.get(f"{path_of(smartlink)}/versions?cursor={cursor}")
    assert errors_by_pointer(answered) == {"/cursor": "is not a cursor of this list"}


def test_list_does_not_read_the_settings(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    smartlink = new_smartlink(admin)
    monkeypatch.setattr(SmartlinkVersionRow.settings, "deserialize", None)
    assert len(good(admin.get(f"{path_of(smartlink)}/versions"))["items"]) == 1


@pytest.mark.parametrize("version", ["2", "01", "0", "-1", "x", "1.0", "²", "9" * 40])
def test_version_that_is_not_stored_is_not_found(admin: Api, version: str) -> None:
    smartlink_id = new_smartlink(admin)["id"]
    with pytest.raises(NotFound) as raised:
        get_version_or_404(smartlink_id, version)
    assert str(raised.value) == (
        f"There is no version {version} of smartlink {smartlink_id}. Versions are kept for 400 days after the next one."
    )


def test_version_of_a_large_smartlink_is_smaller_than_its_row(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin))
    row = SmartlinkRow.get(smartlink["id"])
    row.settings["offers"][0]["targeting"]["sources"] = [hashlib.sha256(b"%d" % n).hexdigest() for n in range(2_000)]
    row.save()
    good(admin.post(f"{path_of(smartlink)}/pause"))
    newest = rows_of(smartlink["id"])[1]
    assert newest.settings == row.settings
    assert item_bytes(newest) < 0.8 * item_bytes(row)
