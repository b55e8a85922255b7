import pytest

from chalicelib.reporting.lists.conversion_document import Names
from chalicelib.reporting.lists.names import read_names
from chalicelib.tables.conversions import ConversionRow
from tests.advertiser import new_deal
from tests.conftest import Api
from tests.postbacks.rows import a_conversion


def test_names_are_those_of_what_the_conversions_refer_to(admin: Api) -> None:
    deal = new_deal(admin)
    ids = {"campaign_id": deal.campaign["id"], "publisher_id": deal.publisher_id}
    rows = [a_conversion(f"cnv_{n}", route_id=deal.smartlink["id"], **ids) for n in range(3)]
    assert read_names(rows) == Names(
        {deal.campaign["id"]: "game"}, {deal.smartlink["id"]: "Summer App Deals"}, {deal.publisher_id: "Ann"}
    )


@pytest.mark.parametrize("rows", [[], [a_conversion(route_id="cmp_1")]], ids=["no conversion", "a direct link"])
def test_what_does_not_exist_has_no_name(tables: None, rows: list[ConversionRow]) -> None:
    assert read_names(rows) == Names()
