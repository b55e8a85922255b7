import pytest

from chalicelib.reporting.lists import csv_file
from tests.advertiser import new_deal
from tests.conftest import Api
from tests.documents import errors_by_pointer, good

PATH = "/admin/conversions"


def test_csv_has_every_conversion_of_the_range(admin: Api) -> None:
    deal = new_deal(admin)
    made = [deal.posted(deal.click()) for _ in range(3)]
    lines = admin.get(f"{PATH}?format=csv&limit=1").text.removeprefix("\ufeff").splitlines()
    assert [line.partition(",")[0] for line in lines] == ["id", *made[::-1]]


def test_csv_goes_on_after_a_cursor(admin: Api) -> None:
    deal = new_deal(admin)
    for _ in range(3):
        deal.posted(deal.click())
    cursor = good(admin.get(f"{PATH}?limit=1"))["next_cursor"]
    assert admin.get(f"{PATH}?format=csv&cursor={cursor}").text.count("\r\n") == 3


def test_csv_of_too_many_conversions_is_rejected(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "MAX_ROWS", 1)
    deal = new_deal(admin)
    for _ in range(2):
        deal.posted(deal.click())
    assert errors_by_pointer(admin.get(f"{PATH}?format=csv")) == {
        "/from": "contains more than 1 rows, too many for a file; request a shorter range or add a filter"
    }
