import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.admin.targeting_values.cities import city_error, meant_city
from tests import strategies as some

PREFIX = "must be a country code, a slash and the name of a city, such as US/Austin; "


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("US/Austin", id="a city"),
        pytest.param("BR/São Paulo", id="accents and a space"),
        pytest.param("CH/Biel/Bienne", id="a name with a slash"),
        pytest.param("GB/Bury", id="a name as short as a region's code"),
        pytest.param("FR/Y", id="one character"),
        pytest.param("XK/Pristina", id="Kosovo"),
        pytest.param("US/" + "x" * 100, id="a hundred characters"),
    ],
)
def test_country_and_name_are_accepted(text: str) -> None:
    assert city_error(text) is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        pytest.param("UK/London", "GB/London", id="another code of the country"),
        pytest.param("us/Austin", "US/Austin", id="small letters"),
        pytest.param("Germany/Berlin", "DE/Berlin", id="the country's name"),
        pytest.param("Berlin/Germany", "DE/Berlin", id="the country behind the name"),
        pytest.param("US/ Austin", "US/Austin", id="a space"),
        pytest.param("US/Austin\n", "US/Austin", id="a line end"),
        pytest.param("US/TX/Austin", "US/Austin", id="with its region"),
        pytest.param("us-tx/Austin", "US/Austin", id="with its region's code"),
        pytest.param("US-Austin", "US/Austin", id="hyphen"),
        pytest.param("GB:London", "GB/London", id="colon"),
        pytest.param("US New York", "US/New York", id="space between"),
        pytest.param("Austin, USA", "US/Austin", id="comma"),
        pytest.param("Austin, TX, USA", "US/Austin", id="commas and region"),
        pytest.param("Paris, FR", "FR/Paris", id="comma and code"),
    ],
)
def test_complaint_names_the_right_city(text: str, meant: str) -> None:
    assert city_error(text) == f"{PREFIX}{' '.join(text.split())} is {meant}"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("Austin", "Austin does not have this form", id="no country"),
        pytest.param("Los Angeles, CA", "Los Angeles, CA does not have this form", id="state or country"),
        pytest.param("Austin, TX", "Austin, TX does not have this form", id="state"),
        pytest.param("ZZ/City", "ZZ stands for an unknown country; only an empty list accepts it", id="ZZ"),
        pytest.param("YU/Belgrade", "YU was replaced by ME and RS", id="former country"),
        pytest.param("/Austin", "/Austin does not have this form", id="empty country"),
        pytest.param("US/", "the name has 1 to 100 characters", id="empty name"),
        pytest.param("US/" + "x" * 101, "the name has 1 to 100 characters", id="long name"),
        pytest.param("uk/" + "x" * 101, f"uk/{'x' * 37}… does not have this form", id="long name, other country"),
        pytest.param("US/A\x00b", "the name has characters that cannot be shown", id="control character"),
        pytest.param("", "an empty value does not have this form", id="empty"),
    ],
)
def test_complaint_says_what_is_wrong(text: str, complaint: str) -> None:
    assert city_error(text) == PREFIX + complaint


parts = st.sampled_from(["US", "UK", "DE", "Germany", "TX", "CA", "ZZ", "Austin", "/", ",", "-", ", ", " ", ":"])


@given(some.texts | st.lists(parts, max_size=6).map("".join))
def test_meant_city_is_always_accepted(text: str) -> None:
    assert (meant := meant_city(text)) is None or city_error(meant) is None


@given(some.texts | st.lists(parts, max_size=6).map("".join))
def test_any_other_text_is_refused_in_a_sentence(text: str) -> None:
    error = city_error(text)

    assert error is None or (error.startswith(PREFIX) and error.isprintable())


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        pytest.param("US/*", "a city has no wildcard, so list each one", id="a wildcard"),
        pytest.param("US/12", "12 is not the name of a city alone", id="a number"),
        pytest.param("US/Austin, TX", "Austin, TX is not the name of a city alone", id="with its state"),
        pytest.param("FR/Paris/", "Paris/ is not the name of a city alone", id="a slash at the end"),
    ],
)
def test_name_that_no_city_has_is_refused(text: str, remark: str) -> None:
    assert (city_error(text) or "").endswith(remark)
