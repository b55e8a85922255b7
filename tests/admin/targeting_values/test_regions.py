import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.admin.targeting_values.regions import meant_region, region_error
from chalicelib.domain.regions import _WITHDRAWN, _containers
from tests import strategies as some

PREFIX = "must be a region code such as GB-ENG; "
CODES = sorted(each.code for each in pycountry.subdivisions)

texts = some.texts | st.text("ABCEGKLNSTX -019", max_size=5)


def test_every_region_of_iso_is_accepted() -> None:
    assert [code for code in CODES if region_error(code)] == []


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("NO-31", id="assigned by ISO, unknown to pycountry"),
        pytest.param("XK-01", id="Kosovo"),
        pytest.param("HK-HCW", id="a country without regions in ISO"),
        pytest.param("PR-127", id="a territory without regions in ISO"),
    ],
)
def test_region_that_a_database_gives_is_accepted(code: str) -> None:
    assert region_error(code) is None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("GB-LON", "GB-LON is GB-LND", id="GB-LON"),
        pytest.param("GB-LDN", "GB-LDN is GB-LND", id="GB-LDN"),
        pytest.param("UK-ENG", "UK-ENG is GB-ENG", id="UK-ENG"),
        pytest.param("USA-CA", "USA-CA is US-CA", id="a country of three letters"),
        pytest.param("US-California", "US-California is US-CA", id="US-California"),
        pytest.param("United States-California", "United States-California is US-CA", id="two names"),
        pytest.param("California, USA", "California, USA is US-CA", id="the country behind a comma"),
        pytest.param("Ontario (Canada)", "Ontario (Canada) is CA-ON", id="the country in brackets"),
        pytest.param("us-ca", "us-ca is US-CA", id="small letters"),
        pytest.param("US_CA", "US_CA is US-CA", id="underscore"),
        pytest.param("US/CA", "US/CA is US-CA", id="slash"),
        pytest.param("US CA", "US CA is US-CA", id="space"),
        pytest.param("US-CALIF", "US-CALIF is US-CA", id="postal abbreviation"),
        pytest.param("CA-ONT", "CA-ONT is CA-ON", id="Canadian abbreviation"),
        pytest.param("DE-NRW", "DE-NRW is DE-NW", id="German abbreviation"),
        pytest.param("DE-Bavaria", "DE-Bavaria is DE-BY", id="English name"),
        pytest.param("DE-Bayern", "DE-Bayern is DE-BY", id="name in ISO"),
        pytest.param("CN-Guangdong", "CN-Guangdong is CN-GD", id="name without the word for province"),
        pytest.param("IN-Kerala state", "IN-Kerala state is IN-KL", id="name with the word for state"),
        pytest.param("England", "England is GB-ENG", id="a name without its country"),
        pytest.param("California", "California is US-CA", id="a state without its country"),
        pytest.param("Baden-Württemberg", "Baden-Württemberg is DE-BW", id="a name with a hyphen"),
        pytest.param("South Carolina", "South Carolina is US-SC", id="a name of two words"),
        pytest.param("ENG", "ENG is GB-ENG", id="an ending that one country has"),
        pytest.param("FR-J", "FR-J was replaced by FR-IDF", id="withdrawn region"),
        pytest.param("FR-75", "FR-75 was replaced by FR-75C", id="renamed region"),
        pytest.param("no-01", "no-01 was replaced by NO-31", id="withdrawn, in small letters"),
        pytest.param("GB-GBN", "GB-GBN stands for GB-ENG, GB-SCT and GB-WLS", id="Great Britain"),
        pytest.param("om-ba", "om-ba stands for OM-BJ and OM-BS", id="a region that was divided"),
        pytest.param("PL-MZ", "PL-MZ was replaced by PL-14", id="letters until 2018"),
        pytest.param(
            "CA",
            "CA is the country CA, which belongs in countries; did you mean US-CA (California), IT-CA (Cagliari) or "
            "ES-CA (Cádiz)?",
            id="CA",
        ),
        pytest.param("GB", "GB is the country GB, which belongs in countries", id="a country"),
        pytest.param("Germany", "Germany is the country DE, which belongs in countries", id="a country's name"),
        pytest.param(
            "WA", "WA lacks its country; did you mean US-WA (Washington) or AU-WA (Western Australia)?", id="WA"
        ),
        pytest.param(
            "16",
            "16 lacks its country; did you mean FR-16 (Charente)?",
            id="a number of many countries",
        ),
        pytest.param("US-Califrnia", "US-Califrnia is not one; did you mean US-CA (California)?", id="a mistyped name"),
        pytest.param(
            "GB-West",
            "GB-West is not one; did you mean GB-WBK (West Berkshire), GB-WDU (West Dunbartonshire) or GB-WLN (West "
            "Lothian)?",
            id="the start of several names",
        ),
        pytest.param("AU-NWS", "AU-NWS is not one; did you mean AU-NSW (New South Wales)?", id="a mistyped code"),
        pytest.param(
            "US-XX",
            "US-XX is not one; US has for example US-AK (Alaska), US-AL (Alabama) and US-AR (Arkansas)",
            id="like no region",
        ),
        pytest.param(
            "GB-XYZ",
            "GB-XYZ is not one; GB has for example GB-ENG (England), GB-NIR (Northern Ireland) and GB-SCT (Scotland)",
            id="like no region of several levels",
        ),
        pytest.param(
            "HK-Central",
            "HK has no regions in ISO 3166-2; write 1 to 3 capital letters or digits behind HK-",
            id="a name in a country without regions in ISO",
        ),
        pytest.param("ZZ-12", "ZZ stands for an unknown country; only an empty list accepts it", id="ZZ"),
        pytest.param(
            "SU-12", "SU was replaced by AM, AZ, BY, EE, GE, KG, KZ, LT, LV, MD, RU, TJ, TM, UA and UZ", id="SU"
        ),
        pytest.param("QA-", "QA- is not one", id="nothing behind the hyphen"),
        pytest.param("Nowhere", "Nowhere is not one", id="unknown name"),
        pytest.param("", "an empty value is not one", id="empty"),
    ],
)
def test_complaint_names_the_right_region(text: str, complaint: str) -> None:
    assert region_error(text) == PREFIX + complaint


@pytest.mark.parametrize("code", [*CODES[::25], "NO-31"])
def test_region_in_small_letters_and_by_another_hyphen_means_it(code: str) -> None:
    assert {meant_region(code.lower()), meant_region(code.replace("-", "_"))} == {code}


def test_name_of_every_region_means_a_region_of_its_country() -> None:
    meant = {each.code: meant_region(f"{each.country_code}-{each.name}") for each in pycountry.subdivisions}

    assert [code for code, region in meant.items() if region is None or region[:2] != code[:2]] == []
    assert sum(code != region for code, region in meant.items()) < 0.015 * len(meant)


@pytest.mark.parametrize("code", sorted(_containers(_WITHDRAWN)))
def test_withdrawn_region_is_refused_with_a_region_of_today(code: str) -> None:
    meant = meant_region(code)

    assert region_error(code) is not None
    assert meant is not None
    assert region_error(meant) is None


countries = st.sampled_from(["US", "GB", "UK", "FR", "HK", "XK", "ZZ", "DE", "us", "Germany"])


@given(texts | st.tuples(countries, st.sampled_from("-_/ ,"), texts).map("".join))
def test_meant_region_is_always_accepted(text: str) -> None:
    assert (meant := meant_region(text)) is None or region_error(meant) is None


@given(texts | st.tuples(countries, st.sampled_from("-_/ ,"), texts).map("".join))
def test_any_other_text_is_refused_in_a_sentence(text: str) -> None:
    error = region_error(text)

    assert error is None or (error.startswith(PREFIX) and error.isprintable() and len(error) < 400)
