from chalicelib.domain.conversion import ConversionStatus, complete_conversion


def test_only_approved_conversions_are_paid() -> None:
    assert [status for status in ConversionStatus if status.is_paid] == [ConversionStatus.APPROVED]


def test_all_but_rejected_conversions_use_caps() -> None:
    assert [status for status in ConversionStatus if not status.uses_caps] == [ConversionStatus.REJECTED]


def test_conversion_of_the_first_format_reached_the_default_goal_by_postback() -> None:
    stored = {"id": "cnv_1", "status": "approved", "event": "sale", "txid": None}
    assert complete_conversion(stored) == {
        "id": "cnv_1",
        "status": "approved",
        "event": "sale",
        "goal": "default",
        "reported_by": "postback",
    }


def test_conversion_without_a_status_has_no_goal() -> None:
    complete = complete_conversion({"id": "cnv_1", "format": 2, "event": "level-9", "reported_by": "postback"})
    assert (complete["status"], complete["goal"]) == (None, None)


def test_stored_values_are_kept() -> None:
    stored = {"status": "pending", "goal": "sale", "reported_by": "pixel", "format": 2}
    assert complete_conversion(stored) == stored
