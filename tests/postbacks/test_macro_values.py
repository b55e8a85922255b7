from typing import Any

from chalicelib.domain.macros import MACROS
from chalicelib.postbacks.macro_values import POSTBACK_MACROS, macro_values, sample_values
from tests.builders import NOW
from tests.postbacks.rows import a_click, a_conversion


def conversion_fields(**changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = a_conversion(**changes).attribute_values
    return fields


def test_macros_of_postbacks_are_those_of_the_click_and_of_the_conversion() -> None:
    of_conversion = {"payout", "currency", "event", "txid", "status", "amount", "conversion_id"}
    assert of_conversion == POSTBACK_MACROS - MACROS.keys()
    assert MACROS.keys() < POSTBACK_MACROS


def test_every_macro_has_its_value() -> None:
    values = macro_values(conversion_fields(amount="19.99"), a_click().attribute_values)
    assert {name: value for name, value in values.items() if value is not None} == {
        "click_id": "click-1",
        "external_click_id": "their id",
        "campaign_id": "cmp_1",
        "smartlink_id": "sml_1",
        "publisher_id": "pub_1",
        "sub1": "news",
        "sub10": "a&b",
        "source": "fb",
        "country": "US",
        "region": "US-CA",
        "city": "Fresno",
        "device": "mobile",
        "os": "ios",
        "browser": "safari",
        "language": "en",
        "query": "a=1&b=%20",
        "timestamp": "1793795339",
        "payout": "1.50",
        "currency": "EUR",
        "event": "install",
        "txid": "tx 1",
        "status": "approved",
        "amount": "19.99",
        "conversion_id": "cnv_1",
    }


def test_expired_click_leaves_the_fields_of_the_conversion() -> None:
    values = macro_values(conversion_fields(), None)
    assert {name: values.get(name) for name in ("click_id", "sub1", "country", "external_click_id", "timestamp")} == {
        "click_id": "click-1",
        "sub1": "news",
        "country": "US",
        "external_click_id": None,
        "timestamp": "1793795339",
    }


def test_click_without_tracking_parameters_has_none() -> None:
    bare = a_click(sub_ids=None, source=None, external_click_id=None, parameters=None)
    values = macro_values(conversion_fields(sub1=None), bare.attribute_values)
    assert [values.get(name) for name in ("sub1", "source", "external_click_id", "query")] == [None] * 4


def test_conversion_of_a_direct_link_has_no_smartlink() -> None:
    assert macro_values(conversion_fields(route_id="cmp_1"), None)["smartlink_id"] is None


def test_conversion_without_amount_has_none() -> None:
    assert macro_values(conversion_fields(), None)["amount"] is None


def test_revenue_is_not_a_value() -> None:
    assert "2.75" not in macro_values(conversion_fields(), a_click().attribute_values).values()


def test_sample_has_a_value_for_every_macro() -> None:
    values = sample_values("pub_1", NOW)
    assert set(values) == POSTBACK_MACROS
    assert all(values.values())
    assert (values["click_id"], values["publisher_id"], values["timestamp"]) == ("test-click", "pub_1", "1793795400")
