from decimal import Decimal

import pytest

from chalicelib.conversions.terms import terms_in_force, terms_of_click
from tests.conftest import Api
from tests.documents import new_campaign, new_publisher, set_terms


def test_conversion_is_paid_by_the_version_of_its_click(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    for payout in ("1", "2"):
        set_terms(admin, publisher.id, campaign, payout=payout)
    paid = [terms_of_click(publisher.id, version, campaign["id"]) for version in (1, 2)]
    assert [each.payout for each in paid if each] == [Decimal(1), Decimal(2)]
    in_force = terms_in_force(publisher.id, campaign["id"])
    assert in_force == paid[1]


@pytest.mark.usefixtures("tables")
def test_click_without_terms_is_paid_by_the_campaign() -> None:
    assert terms_of_click("pub_1", None, "cmp_1") is None
    assert terms_in_force("pub_1", "cmp_1") is None
