from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from chalicelib.notifications.preference_schemas import (
    PublisherEmailNotifications,
    PublisherKind,
    StaffEmailNotifications,
    StaffKind,
)
from chalicelib.notifications.preferences import Audience, email_choices

KINDS: dict[Audience, Any] = {Audience.STAFF: StaffKind, Audience.PUBLISHER: PublisherKind}


def accepted(field: Any, text: str) -> Any:
    return TypeAdapter(field).validate_json(text, strict=True)


@pytest.mark.parametrize("audience", KINDS)
def test_field_takes_exactly_the_kinds_of_its_audience(audience: Audience) -> None:
    assert set(get_args(KINDS[audience])) == set(email_choices({}, audience))


def test_field_takes_booleans() -> None:
    assert accepted(PublisherEmailNotifications, '{"link_live": true}') == {"link_live": True}
    assert accepted(StaffEmailNotifications, '{"cap_reached": false}') == {"cap_reached": False}


@pytest.mark.parametrize("text", ['{"link_live": true}', '{"cap_reached": "no"}', '{"cap_reached": null}', "[]"])
def test_kind_of_publishers_and_other_values_are_no_choices_of_staff(text: str) -> None:
    with pytest.raises(ValidationError):
        accepted(StaffEmailNotifications, text)
