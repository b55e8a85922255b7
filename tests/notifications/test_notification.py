from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import ids
from chalicelib.notifications.notification import creation_year
from tests.builders import NOW


@given(now=st.datetimes(datetime(1970, 1, 1), timezones=st.just(UTC)), entropy=st.binary(min_size=10, max_size=10))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_id_contains_the_year_of_creation(now: datetime, entropy: bytes) -> None:
    assert creation_year(f"ntf_{ids.time_ordered_id(now, entropy)}") == str(now.year)


TIMED = ids.time_ordered_id(NOW, bytes(10))


@pytest.mark.parametrize(
    "notification_id",
    [
        pytest.param("", id="empty"),
        pytest.param("-", id="ID of a deduplication row"),
        pytest.param("ntf_", id="the prefix alone"),
        pytest.param(TIMED, id="no prefix"),
        pytest.param(f"app_{TIMED}", id="another prefix"),
        pytest.param(f"ntf_{TIMED}0", id="too long"),
        pytest.param(f"ntf_{TIMED[:-1]}", id="too short"),
        pytest.param(f"ntf_{TIMED[:-1]}u", id="letter that IDs do not use"),
        pytest.param(f"ntf_{TIMED[:-1]}\n", id="trailing newline"),
        pytest.param(f"ntf_{TIMED.upper()}", id="capitals"),
        pytest.param("ntf_" + "z" * 26, id="year out of range"),
    ],
)
def test_invalid_id_has_no_year(notification_id: str) -> None:
    assert creation_year(notification_id) is None
