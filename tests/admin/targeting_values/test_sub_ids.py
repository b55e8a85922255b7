import pytest

from chalicelib.admin.targeting_values.sub_ids import sub_id_pattern_error


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("news-*", id="a prefix"),
        pytest.param("*", id="any value"),
        pytest.param("Zürich [x].*", id="signs stand for themselves"),
        pytest.param(" a", id="a space is a character"),
        pytest.param("x" * 100, id="a hundred characters"),
    ],
)
def test_visible_pattern_is_accepted(pattern: str) -> None:
    assert sub_id_pattern_error(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [
        pytest.param("", "must be a pattern such as news-* of 1 to 100 characters", id="empty"),
        pytest.param("x" * 101, "must be a pattern such as news-* of 1 to 100 characters", id="long"),
        pytest.param("   ", "must be a pattern such as news-*, not only spaces", id="spaces"),
        pytest.param(
            "a\n",
            "must be a pattern such as news-* without line ends and other characters that cannot be shown",
            id="line end",
        ),
    ],
)
def test_other_pattern_is_refused(pattern: str, complaint: str) -> None:
    assert sub_id_pattern_error(pattern) == complaint
