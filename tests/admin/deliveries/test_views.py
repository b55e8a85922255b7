from tests.admin.deliveries.test_queries import write
from tests.conftest import Api
from tests.documents import errors_by_pointer, good, new_publisher

PATH = "/admin/deliveries"


def test_admin_sees_a_delivery_with_its_publisher(admin: Api) -> None:
    ann = new_publisher(admin, "Ann")
    write(1, "dead", ann.id)
    write(2, "delivered", "pub_unknown")
    (item,) = good(admin.get(f"{PATH}?status=dead"))["items"]
    assert item == {
        "id": "dlv_1",
        "postback_id": "pbk_1",
        "conversion_id": None,
        "series": "cnv_1",
        "attempt": 1,
        "status": "dead",
        "url": "https://pub.example/",
        "http_status": None,
        "error": None,
        "at": "2026-11-04T12:00:00.000Z",
        "took_ms": None,
        "next_try_at": None,
        "publisher_id": ann.id,
        "publisher_name": "Ann",
    }
    assert [each["publisher_name"] for each in good(admin.get(PATH))["items"]] == [None, "Ann"]


def test_cursor_continues_the_list(admin: Api) -> None:
    for n in range(3):
        write(n)
    page = good(admin.get(f"{PATH}?limit=2"))
    rest = good(admin.get(f"{PATH}?limit=2&cursor={page['next_cursor']}"))
    assert [each["id"] for each in (*page["items"], *rest["items"])] == ["dlv_2", "dlv_1", "dlv_0"]


def test_unknown_filters_and_values_are_errors(admin: Api) -> None:
    assert set(errors_by_pointer(admin.get(f"{PATH}?status=lost&colour=red"))) == {"/status", "/colour"}
