from tests.conftest import Api
from tests.documents import apply, good, new_campaign, new_link, new_publisher, new_smartlink

ZERO = {
    "pending_applications": 0,
    "unread_notifications": 0,
    "refused_postbacks_today": 0,
    "dead_deliveries": 0,
    "campaigns_near_cap": 0,
    "smartlinks_with_warnings": 0,
}
CAP = {"metric": "clicks", "window": "day", "limit": "1", "scope": "campaign", "timezone": "UTC"}


def test_new_network_has_nothing_that_wants_attention(admin: Api) -> None:
    assert good(admin.get("/admin/counts")) == ZERO


def test_counts_are_those_of_the_lists(admin: Api) -> None:
    capped, paused = new_campaign(admin, caps=[CAP]), new_campaign(admin, status="paused")
    code = new_link(admin, capped)
    admin.click(code)
    warned = new_smartlink(admin, paused)
    apply(new_publisher(admin, "Bob"), warned)
    assert good(admin.get("/admin/counts")) == {
        **ZERO,
        "pending_applications": 1,
        "unread_notifications": 1,
        "campaigns_near_cap": 1,
        "smartlinks_with_warnings": good(admin.get("/admin/smartlinks?has_warnings=true&count=true"))["total"],
    }


def test_counts_need_an_admin_key(admin: Api) -> None:
    assert [new_publisher(admin).api.get("/admin/counts").status, Api().get("/admin/counts").status] == [403, 401]
