from chalicelib.domain.refusal import RefusalReason


def test_two_reasons_need_no_token() -> None:
    reasons = {reason.value for reason in RefusalReason if not reason.needs_token}
    assert reasons == {"wrong_token", "tracked_by_postback", "omitted"}
