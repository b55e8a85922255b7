import pytest

from chalicelib.reporting.lists import csv_file
from tests.advertiser import new_deal
from tests.conftest import Api
from tests.documents import good

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


def test_header_of_a_file_names_the_next(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "MAX_ROWS", 1)
    deal = new_deal(admin)
    first, second = (deal.posted(deal.click()) for _ in range(2))
    response = admin.get(f"{PATH}?format=csv&status=approved")
    path = PATH + response.headers["Link"].partition(PATH)[2].partition(">")[0]
    following = admin.get(path)
    assert "status=approved" in path
    assert (second in response.text, first in response.text) == (True, False)
    assert (first in following.text, "Link" in following.headers) == (True, False)
