from decimal import Decimal

import pytest

from chalicelib.reporting.lists.conversion_document import Names
from chalicelib.reporting.lists.names import read_click_references, read_names
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.conversions import ConversionRow
from tests.advertiser import new_deal
from tests.conftest import Api
from tests.documents import set_terms
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


def test_clicks_have_names_and_terms_of_today_and_the_terms_of_their_version(admin: Api) -> None:
    deal = new_deal(admin)
    set_terms(admin, deal.publisher_id, deal.campaign, payout="1.75")
    row = ClickRow.get(deal.click())
    set_terms(admin, deal.publisher_id, deal.campaign, payout="1.80")
    admin.patch(f"/admin/campaigns/{deal.campaign['id']}", {"name": "renamed"})
    references = read_click_references([row, row], lambda code, _: f"https://{code}")

    assert references.campaigns == {deal.campaign["id"]: "renamed"}
    assert references.smartlinks == {deal.smartlink["id"]: "Summer App Deals"}
    assert references.publishers == {deal.publisher_id: "Ann"}
    assert {key: terms[deal.campaign["id"]].payout for key, terms in references.terms.items()} == {
        (deal.publisher_id, 1): Decimal("1.75")
    }
    assert references.link_url
    assert references.link_url("abc", None) == "https://abc"


def test_click_of_a_direct_link_without_campaign_and_terms_has_the_publishers_name_alone(admin: Api) -> None:
    deal = new_deal(admin)
    row = ClickRow("a", route_id="cmp_1", publisher_id=deal.publisher_id)

    assert read_click_references([row], lambda code, _: code).publishers == {deal.publisher_id: "Ann"}
    assert read_click_references([row], lambda code, _: code).terms == {}
