import csv
import json
from io import StringIO

import pytest

from chalicelib.reporting.lists import csv_file
from chalicelib.routing import route_cache
from chalicelib.tables.routes import RouteRow
from tests.advertiser import new_deal
from tests.conftest import Api
from tests.counted_clicks import count_clicks
from tests.documents import errors_by_pointer, good

PATH = "/admin/clicks"


def test_csv_has_the_documents_of_the_list(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click({"sub1": "@news", "sub10": "b"})
    count_clicks(click_id)
    (document,) = good(admin.get(f"{PATH}?smartlink_id={deal.smartlink['id']}"))["items"]
    response = admin.get(f"{PATH}?smartlink_id={deal.smartlink['id']}&format=csv")
    (row,) = csv.DictReader(StringIO(response.text.removeprefix("\ufeff")))
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert (row["click_id"], row["at"], row["outcome"]) == (click_id, document["at"], "offer")
    assert (row["sub1"], row["sub2"], row["sub10"]) == ("'@news", "", "b")
    assert (row["is_unique"], row["region"], row["arm"], row["route_version"]) == ("true", "", "weighted", "1")
    assert json.loads(row["considered"]) == document["decision"]["considered"]


def test_csv_goes_on_after_a_cursor(admin: Api) -> None:
    deal = new_deal(admin)
    click_ids = [deal.click() for _ in range(3)]
    count_clicks(*click_ids)
    text = admin.get(f"{PATH}?smartlink_id={deal.smartlink['id']}&format=csv&cursor={max(click_ids)}").text
    assert text.count("\r\n") == 3


def test_header_of_a_file_names_the_next(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "MAX_ROWS", 1)
    deal = new_deal(admin)
    click_ids = [deal.click() for _ in range(2)]
    count_clicks(*click_ids)
    first = admin.get(f"{PATH}?smartlink_id={deal.smartlink['id']}&format=csv")
    assert f"cursor={max(click_ids)}>" in first.headers["Link"]
    second = admin.get(f"{PATH}?smartlink_id={deal.smartlink['id']}&format=csv&cursor={max(click_ids)}")
    assert ("Link" in second.headers, min(click_ids) in second.text) == (False, True)


def test_unknown_format_is_rejected(admin: Api) -> None:
    assert set(errors_by_pointer(admin.get(f"{PATH}?format=xml"))) == {"/format"}


def test_click_whose_route_version_has_expired_is_gone(admin: Api) -> None:
    deal = new_deal(admin)
    expired = deal.click()
    good(admin.patch(f"/admin/smartlinks/{deal.smartlink['id']}", {"description": "new"}))
    route_cache.clear_caches()
    click_ids = {expired, later := deal.click()}
    count_clicks(*click_ids)
    RouteRow(f"{deal.smartlink['id']}@1").delete()
    listed = good(admin.get(f"{PATH}?smartlink_id={deal.smartlink['id']}"))["items"]
    text = admin.get(f"{PATH}?smartlink_id={deal.smartlink['id']}&format=csv").text
    assert ([click["click_id"] for click in listed], expired in text, later in text) == ([later], False, True)
    assert admin.get(f"{PATH}/{later}").status == 200
    assert admin.get(f"{PATH}/{expired}").status == 404
    assert deal.post(expired).status == 404
