from chalicelib.admin.conversions.schemas import ConversionDecision, ConversionsQuery
from chalicelib.http.models import Patch, validate


def test_default_query_has_no_filter() -> None:
    query = validate(ConversionsQuery, {})
    assert (query.smartlink_id, query.campaign_id, query.publisher_id, query.status) == (None, None, None, None)


def test_new_status_keeps_the_reason() -> None:
    decision = Patch(ConversionDecision, {"status": "rejected"}).apply_to({"status": "approved", "reason": "checked"})
    assert decision.model_dump(mode="json") == {"status": "rejected", "reason": "checked"}


def test_null_removes_the_reason() -> None:
    decision = Patch(ConversionDecision, {"reason": None}).apply_to({"status": "rejected", "reason": "fraud"})
    assert decision.model_dump(mode="json") == {"status": "rejected", "reason": None}
