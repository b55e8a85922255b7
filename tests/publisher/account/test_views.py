from tests.conftest import Api
from tests.documents import good, new_publisher


def test_publisher_reads_their_account(admin: Api) -> None:
    publisher = new_publisher(admin, "Ann")
    account = good(publisher.api.get("/publisher/me"))
    assert account == {
        "id": publisher.id,
        "name": "Ann",
        "email": "ann@pub.example",
        "status": "active",
        "created_at": good(admin.get(f"/admin/publishers/{publisher.id}"))["created_at"],
    }


def test_new_key_is_shown_once_and_works(admin: Api) -> None:
    publisher = new_publisher(admin)
    created = publisher.api.post("/publisher/me/keys")
    assert created.status == 201
    assert set(created.json) == {"key_id", "prefix", "created_at", "api_key"}
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
