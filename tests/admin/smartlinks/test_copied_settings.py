import pytest

from chalicelib.admin.smartlinks.copied_settings import check_domain, copied_name, usable_campaigns
from chalicelib.http.problems import Conflict
from tests.conftest import Api
from tests.documents import new_campaign
from tests.tracking_domains.rows import HOST, a_domain, an_active_domain


@pytest.mark.parametrize(
    ("name", "copied"),
    [
        pytest.param("Summer", "Copy of Summer", id="short"),
        pytest.param("Copy of Summer", "Copy of Copy of Summer", id="a copy of a copy"),
        pytest.param("x" * 192, "Copy of " + "x" * 192, id="as long as it may be"),
        pytest.param("x" * 193, "Copy of " + "x" * 192, id="too long"),
    ],
)
def test_clone_is_called_copy_of(name: str, copied: str) -> None:
    assert copied_name(name) == copied


def test_conflict_names_every_campaign_that_cannot_be_used(admin: Api) -> None:
    good, old = new_campaign(admin, "good"), new_campaign(admin, "old")
    admin.delete(f"/admin/campaigns/{old['id']}")
    settings = {"offers": [{"campaign_id": each} for each in (good["id"], "cmp_gone")]}
    with pytest.raises(Conflict) as raised:
        usable_campaigns({**settings, "catch_all_campaign_id": old["id"]}, "Version 3", "Edit it.")
    assert str(raised.value) == (
        f"Version 3 has campaigns that are archived or do not exist: old ({old['id']}), cmp_gone. Edit it."
    )
    assert set(usable_campaigns({"offers": settings["offers"][:1], "catch_all_campaign_id": None}, "", "")) == {
        good["id"]
    }


def test_conflict_names_a_tracking_domain_that_is_not_active(tables: None) -> None:
    a_domain()
    past, current = {"tracking_domain": HOST}, {"tracking_domain": None}
    with pytest.raises(Conflict) as raised:
        check_domain(past, current, "Version 3", "Edit it.")
    assert str(raised.value) == f"Version 3 uses {HOST}, which is no active tracking domain. Edit it."
    check_domain(past, past, "", "")
    check_domain(current, past, "", "")


def test_active_tracking_domain_can_be_taken_over(tables: None) -> None:
    an_active_domain()
    check_domain({"tracking_domain": HOST}, {"tracking_domain": None}, "", "")
