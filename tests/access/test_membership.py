import pytest

from chalicelib.access import membership
from chalicelib.http.problems import NotFound
from tests.conftest import Api
from tests.documents import add_publisher, apply, new_publisher, new_smartlink
from tests.http.support import a_request


def test_publisher_without_an_application_has_no_status_and_no_code(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    state = membership.load_membership(smartlink["id"], publisher.id)
    assert (state.pool.id, state.publisher.id) == (smartlink["id"], publisher.id)
    assert (state.membership, state.status, state.code) == (None, None, None)
    assert state.audit_subject == f"{smartlink['id']}/{publisher.id}"


def test_pending_publisher_has_no_code_and_gets_a_new_one(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    apply(publisher, smartlink)
    state = membership.load_membership(smartlink["id"], publisher.id)
    assert (state.status, state.code) == ("pending", None)
    assert membership.code_for(a_request(entropy=bytes), state) == a_request(entropy=bytes).new_code()


def test_removed_publisher_keeps_their_code_but_has_no_link(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    code = add_publisher(admin, smartlink, publisher)
    assert membership.link_code(membership.get_membership_or_none(publisher.id, smartlink["id"])) == code
    admin.delete(f"/admin/smartlinks/{smartlink['id']}/publishers/{publisher.id}")
    state = membership.load_membership(smartlink["id"], publisher.id)
    assert (state.status, state.code, membership.code_for(a_request(), state)) == ("declined", code, code)
    assert membership.link_code(state.membership) is None


def test_private_smartlink_is_visible_to_approved_publishers_only(admin: Api) -> None:
    smartlink = new_smartlink(admin, visibility="private")
    ann, bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    add_publisher(admin, smartlink, ann)
    visible = [membership.load_membership(smartlink["id"], each.id).can_view for each in (ann, bob)]
    assert visible == [True, False]


def test_deleted_smartlink_is_not_found(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    assert membership.get_smartlink_or_404(smartlink["id"]).id == smartlink["id"]
    admin.delete(f"/admin/smartlinks/{smartlink['id']}")
    with pytest.raises(NotFound, match=f"There is no smartlink {smartlink['id']}."):
        membership.get_smartlink_or_404(smartlink["id"])


@pytest.mark.usefixtures("tables")
def test_unknown_resources_are_not_found() -> None:
    for lookup in (membership.get_smartlink_or_404, membership.get_publisher_or_404, membership.get_application_or_404):
        with pytest.raises(NotFound):
            lookup("none")
