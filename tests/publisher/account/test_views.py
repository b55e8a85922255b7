from tests.conftest import Api
from tests.documents import errors_by_pointer, good, listed, new_publisher

ALL_ON = {
    "application_decided": True,
    "link_live": True,
    "postback_failing": True,
    "delivery_dead": True,
    "smartlink_paused": True,
    "smartlink_resumed": True,
    "smartlink_deleted": True,
}
ME = "/publisher/me"


def test_publisher_reads_their_account(admin: Api) -> None:
    publisher = new_publisher(admin, "Ann")
    account = good(publisher.api.get("/publisher/me"))
    assert account == {
        "id": publisher.id,
        "version": 1,
        "name": "Ann",
        "email": "ann@pub.example",
        "status": "active",
        "email_notifications": ALL_ON,
        "created_at": good(admin.get(f"/admin/publishers/{publisher.id}"))["created_at"],
    }


def test_new_key_is_shown_once_and_works(admin: Api) -> None:
    publisher = new_publisher(admin)
    created = publisher.api.post("/publisher/me/keys")
    assert created.status == 201
    assert set(created.json) == {"key_id", "prefix", "created_at", "last_used_on", "api_key"}
    assert created.json["prefix"] == f"slk_pub_{created.json['key_id']}" == created.json["api_key"][:20]
    assert Api(created.json["api_key"]).get("/publisher/me").json["id"] == publisher.id
    assert created.json["api_key"][-43:] not in publisher.api.get("/publisher/me").text


def test_admin_revokes_a_key_that_the_publisher_created(admin: Api) -> None:
    publisher = new_publisher(admin)
    created = good(publisher.api.post("/publisher/me/keys"))
    admin.delete(f"/admin/publishers/{publisher.id}/keys/{created['key_id']}")
    assert [Api(key).get("/publisher/me").status for key in (created["api_key"], publisher.api.key)] == [401, 200]


def test_each_publisher_reads_their_own_account(admin: Api) -> None:
    ann, bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    assert [each.api.get("/publisher/me").json["name"] for each in (ann, bob)] == ["Ann", "Bob"]


def test_publisher_lists_and_revokes_their_keys(admin: Api) -> None:
    publisher = new_publisher(admin)
    second = good(publisher.api.post("/publisher/me/keys"))
    keys = good(publisher.api.get("/publisher/me/keys"))["items"]
    assert [each["key_id"] for each in keys] == [publisher.api.key[8:20], second["key_id"]]
    assert [each["last_used_on"] is None for each in keys] == [False, True]
    assert publisher.api.delete(f"/publisher/me/keys/{second['key_id']}").status == 204
    assert Api(second["api_key"]).get("/publisher/me").status == 401
    assert publisher.api.delete(f"/publisher/me/keys/{second['key_id']}").status == 404


def test_publisher_revokes_no_key_of_another(admin: Api) -> None:
    ann, bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    assert bob.api.delete(f"/publisher/me/keys/{ann.api.key[8:20]}").status == 404
    assert ann.api.get("/publisher/me").status == 200


def test_publisher_has_at_most_five_live_keys_until_an_admin_makes_more(admin: Api) -> None:
    publisher = new_publisher(admin)
    statuses = [publisher.api.post("/publisher/me/keys").status for _ in range(5)]
    assert statuses == [201, 201, 201, 201, 409]
    assert admin.post(f"/admin/publishers/{publisher.id}/keys").status == 201


def test_publisher_switches_emails_off_and_on(admin: Api) -> None:
    api = new_publisher(admin).api
    edited = good(api.patch(ME, {"email_notifications": {"link_live": False}}))
    assert edited == good(api.get(ME))
    assert (edited["version"], edited["email_notifications"]) == (2, {**ALL_ON, "link_live": False})
    more = good(api.patch(ME, {"email_notifications": {"delivery_dead": False, "link_live": None}}))
    assert more["email_notifications"] == {**ALL_ON, "delivery_dead": False}


def test_admin_sees_and_changes_the_choices(admin: Api) -> None:
    publisher = new_publisher(admin)
    path = f"/admin/publishers/{publisher.id}"
    publisher.api.patch(ME, {"email_notifications": {"link_live": False}})
    assert good(admin.get(path))["email_notifications"] == {**ALL_ON, "link_live": False}
    good(admin.patch(path, {"email_notifications": {"link_live": True}, "tags": ["vip"]}))
    assert good(publisher.api.get(ME))["email_notifications"] == ALL_ON
    (entry,) = good(admin.get("/admin/audit?subject=" + publisher.id + "&limit=1"))["items"]
    assert (entry["before"]["email_notifications"], entry["after"]["email_notifications"]) == (
        {"link_live": False},
        {"link_live": True},
    )


def test_list_shows_the_version_after_the_publishers_edit(admin: Api) -> None:
    publisher = new_publisher(admin)
    publisher.api.patch(ME, {"email_notifications": {"link_live": False}})
    assert listed(admin, "/admin/publishers") == [publisher.id]
    assert good(admin.get("/admin/publishers"))["items"][0]["version"] == 2


def test_edit_of_an_older_version_is_refused(admin: Api) -> None:
    api = new_publisher(admin).api
    assert api.patch(ME, {}, If_Match='"1"').status == 200
    assert api.patch(ME, {}, If_Match='"1"').status == 412


def test_unknown_kind_is_an_error(admin: Api) -> None:
    response = new_publisher(admin).api.patch(ME, {"email_notifications": {"link_liv": False}})
    (detail,) = errors_by_pointer(response).values()
    assert detail.endswith("; did you mean 'link_live'?")


def test_publisher_sees_what_wants_attention(admin: Api) -> None:
    api = new_publisher(admin).api
    assert good(api.get("/publisher/counts")) == {"unread_notifications": 0, "dead_deliveries": 0}
