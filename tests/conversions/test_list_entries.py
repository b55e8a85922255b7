from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.domain.conversion import complete_conversion
from chalicelib.domain.conversion_lists import keys_of
from chalicelib.tables.conversions import ConversionListRow
from tests.advertiser import conversions, new_deal
from tests.conftest import Api
from tests.documents import good
from tests.listed_conversions import entries


def expected() -> dict[str, list[str]]:
    """Return the entries that follow from the stored conversions."""
    lists: dict[str, list[str]] = {}
    for row in conversions().values():
        for key in keys_of(complete_conversion(row.attribute_values)):
            lists.setdefault(key, []).append(row.id)
    return lists


def in_order(lists: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {key: sorted(listed) for key, listed in lists.items()}


def test_new_conversion_has_its_entries(admin: Api) -> None:
    deal = new_deal(admin)
    for n in range(3):
        deal.posted(deal.click(), txid=str(n))
    deal.posted(deal.click(), event="unknown")
    assert in_order(entries()) == in_order(expected())


def test_report_that_is_repeated_adds_no_entry(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    before = [deal.posted(click_id), entries()][1]
    deal.posted(click_id)
    assert entries() == before


@pytest.mark.parametrize("status", ["rejected", "pending"])
def test_entries_follow_a_decision(admin: Api, status: str) -> None:
    deal = new_deal(admin)
    conversion_id = deal.posted(deal.click())
    for wanted in (status, "approved", status):
        good(admin.patch(f"/admin/conversions/{conversion_id}", {"status": wanted}))
        assert in_order(entries()) == in_order(expected())
        assert {row.status for row in ConversionListRow.scan()} == {wanted}


def test_change_of_other_fields_writes_no_entry(admin: Api) -> None:
    deal = new_deal(admin)
    conversion_id = deal.posted(deal.click())
    for row in ConversionListRow.scan():
        row.delete()
    good(admin.patch(f"/admin/conversions/{conversion_id}", {"status": "approved", "reason": "checked"}))
    assert entries() == {}


def test_changed_conversion_of_an_earlier_release_gets_its_entries(admin: Api) -> None:
    deal = new_deal(admin)
    conversion_id = deal.posted(deal.click())
    for row in ConversionListRow.scan():
        row.delete()
    changes: dict[str, Any] = {"status": "rejected"}
    good(admin.patch(f"/admin/conversions/{conversion_id}", changes))
    assert in_order(entries()) == in_order(expected())
