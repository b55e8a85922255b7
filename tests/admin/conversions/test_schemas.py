from chalicelib.admin.conversions.schemas import ConversionDecision, ConversionsQuery
from chalicelib.http.models import Patch, validate


def test_default_query_has_no_filter() -> None:
    assert validate(ConversionsQuery, {}).filters == {}


def test_filters_are_those_of_the_contract() -> None:
    names = ("smartlink_id", "campaign_id", "publisher_id", "goal", "click_id")
    parameters = {**{name: name for name in names}, "status": "pending", "reported_by": "pixel"}
    several = {name: [value] for name, value in parameters.items()}
    expected = {name: (value,) for name, value in parameters.items()}
    assert validate(ConversionsQuery, several).filters == expected


def test_new_status_keeps_the_reason() -> None:
    decision = Patch(ConversionDecision, {"status": "rejected"}).apply_to({"status": "approved", "reason": "checked"})
    assert decision.model_dump(mode="json") == {"status": "rejected", "reason": "checked"}


def test_null_removes_the_reason() -> None:
    decision = Patch(ConversionDecision, {"reason": None}).apply_to({"status": "rejected", "reason": "fraud"})
    assert decision.model_dump(mode="json") == {"status": "rejected", "reason": None}
