import pytest

from chalicelib.admin.targeting_values.wording import MAX_COMPARED, listed, name_key, shown


@pytest.mark.parametrize(
    ("name", "key"),
    [
        pytest.param("Côte d'Ivoire", "cote d ivoire", id="accents and punctuation"),
        pytest.param("Bosnia & Herzegovina", "bosnia and herzegovina", id="and"),
        pytest.param("St. Lucia", "saint lucia", id="an abbreviation"),
        pytest.param("  The   Netherlands ", "netherlands", id="spaces and article"),
        pytest.param("TÜRKIYE", "turkiye", id="capitals"),
        pytest.param("new_york", "new york", id="underscore"),
        pytest.param("x" * 500, "x" * MAX_COMPARED, id="too long for a name"),
    ],
)
def test_names_are_compared_without_accents_case_and_punctuation(name: str, key: str) -> None:
    assert name_key(name) == key


@pytest.mark.parametrize(
    ("text", "repeated"),
    [
        pytest.param("UK", "UK", id="as it is"),
        pytest.param("US\n", "US", id="line end"),
        pytest.param("a\x00b\u202ec", "a b c", id="characters that cannot be shown"),
        pytest.param("x" * 40, "x" * 40, id="as long as allowed"),
        pytest.param("x" * 41, "x" * 40 + "…", id="longer"),
        pytest.param(" ", "an empty value", id="empty"),
    ],
)
def test_value_is_repeated_on_one_line_and_shortened(text: str, repeated: str) -> None:
    assert shown(text) == repeated


@pytest.mark.parametrize(
    ("values", "text"), [(["DE"], "DE"), (["DE", "AT"], "DE and AT"), (["DE", "AT", "CH"], "DE, AT and CH")]
)
def test_values_are_listed(values: list[str], text: str) -> None:
    assert listed(values) == text


def test_alternatives_are_listed() -> None:
    assert listed(["a", "b", "c"], "or") == "a, b or c"
