from tests.conftest import Api
from tests.documents import good, new_publisher


def test_a_publisher_reads_who_they_are(admin: Api) -> None:
    publisher = new_publisher(admin, "Ann")
    account = good(publisher.api.get("/publisher/me"))
    assert account == {
        "id": publisher.id,
        "name": "Ann",
        "email": "ann@pub.example",
        "status": "active",
        "created_at": good(admin.get(f"/admin/publishers/{publisher.id}"))["created_at"],
    }


def test_a_publisher_makes_a_key_that_is_shown_once_and_works(admin: Api) -> None:
    publisher = new_publisher(admin)
    made = publisher.api.post("/publisher/me/keys")
    assert made.status == 201
    assert set(made.json) == {"key_id", "prefix", "created_at", "api_key"}
    assert made.json["prefix"] == f"slk_pub_{made.json['key_id']}" == made.json["api_key"][:20]
    assert Api(made.json["api_key"]).get("/publisher/me").json["id"] == publisher.id
    assert made.json["api_key"][-43:] not in publisher.api.get("/publisher/me").text


def test_the_admin_revokes_a_key_that_the_publisher_made(admin: Api) -> None:
    publisher = new_publisher(admin)
    made = good(publisher.api.post("/publisher/me/keys"))
    admin.delete(f"/admin/publishers/{publisher.id}/keys/{made['key_id']}")
    assert [Api(key).get("/publisher/me").status for key in (made["api_key"], publisher.api.key)] == [401, 200]


def test_two_publishers_read_their_own_accounts(admin: Api) -> None:
    ann, bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    assert [each.api.get("/publisher/me").json["name"] for each in (ann, bob)] == ["Ann", "Bob"]
