import csv
import json
from io import StringIO

import pytest

from chalicelib.clicks import id_lists
from chalicelib.reporting.lists import csv_file
from chalicelib.tables.clicks import ClickListRow
from tests.advertiser import new_deal
from tests.builders import time_of
from tests.conftest import Api
from tests.documents import errors_by_pointer, good

PATH = "/admin/clicks"


def write_list(route_id: str, *click_ids: str) -> None:
    """Write the list of click IDs that the aggregator writes for the route and the day of the clicks."""
    key = f"{route_id}#{time_of(click_ids[0]).date()}"
    ClickListRow(key, max(click_ids), click_ids=id_lists.encode(sorted(click_ids)), expires_at=0).save()


def test_csv_has_the_documents_of_the_list(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click({"sub1": "@news", "sub10": "b"})
    write_list(deal.smartlink["id"], click_id)
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
    write_list(deal.smartlink["id"], *click_ids)
    text = admin.get(f"{PATH}?smartlink_id={deal.smartlink['id']}&format=csv&cursor={max(click_ids)}").text
    assert text.count("\r\n") == 3


def test_csv_of_too_many_clicks_is_rejected(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "MAX_ROWS", 1)
    deal = new_deal(admin)
    write_list(deal.smartlink["id"], deal.click(), deal.click())
    errors = errors_by_pointer(admin.get(f"{PATH}?smartlink_id={deal.smartlink['id']}&format=csv"))
    assert errors == {
        "/from": "contains more than 1 rows, too many for a file; request a shorter range or add a filter"
    }


def test_unknown_format_is_rejected(admin: Api) -> None:
    assert set(errors_by_pointer(admin.get(f"{PATH}?format=xml"))) == {"/format"}
