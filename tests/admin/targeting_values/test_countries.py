import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.admin.targeting_values.countries import country_error, country_names, meant_country
from tests import strategies as some

PREFIX = "must be a country code such as GB; "
CODES = sorted(each.alpha_2 for each in pycountry.countries)

texts = some.texts | st.text("ABCEGKLUSTXZ -", max_size=4)


@pytest.mark.parametrize("code", [*CODES, "XK"])
def test_every_country_of_iso_and_kosovo_is_accepted(code: str) -> None:
    assert country_error(code) is None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("UK", "UK is GB", id="UK"),
        pytest.param("EL", "EL is GR", id="the Union's code of Greece"),
        pytest.param("gb", "gb is GB", id="small letters"),
        pytest.param(" US", "US is US", id="a space"),
        pytest.param("US\n", "US is US", id="a line end"),
        pytest.param("EN", "EN is in GB; its region is GB-ENG", id="EN"),
        pytest.param("England", "England is in GB; its region is GB-ENG", id="England"),
        pytest.param("scotland", "scotland is in GB; its region is GB-SCT", id="Scotland"),
        pytest.param("Germany", "Germany is DE", id="a name"),
        pytest.param("United States", "United States is US", id="a name of two words"),
        pytest.param("United States of America", "United States of America is US", id="an official name"),
        pytest.param("USA", "USA is US", id="USA"),
        pytest.param("U.S.A.", "U.S.A. is US", id="with dots"),
        pytest.param("UAE", "UAE is AE", id="UAE"),
        pytest.param("DEU", "DEU is DE", id="three letters"),
        pytest.param("deu", "deu is DE", id="three small letters"),
        pytest.param("GER", "GER is DE", id="a code of sport"),
        pytest.param("BRN", "BRN is BN", id="three letters of ISO before a code of sport"),
        pytest.param("276", "276 is DE", id="a number"),
        pytest.param("cote d'ivoire", "cote d'ivoire is CI", id="without accents"),
        pytest.param("South Korea", "South Korea is KR", id="a common name"),
        pytest.param("Korea, Republic of", "Korea, Republic of is KR", id="the name in ISO"),
        pytest.param("Republic of Korea", "Republic of Korea is KR", id="the name in ISO in another order"),
        pytest.param("Vietnam", "Vietnam is VN", id="another spelling"),
        pytest.param("Turkey", "Turkey is TR", id="a former name"),
        pytest.param("Falkland Islands", "Falkland Islands is FK", id="without the addition in brackets"),
        pytest.param("The Netherlands", "The Netherlands is NL", id="with an article"),
        pytest.param("Deutschland", "Deutschland is DE", id="in its own language"),
        pytest.param("SU", "SU was replaced by AM, AZ, BY, EE, GE, KG, KZ, LT, LV, MD, RU, TJ, TM, UA and UZ", id="SU"),
        pytest.param("YU", "YU was replaced by ME and RS", id="YU"),
        pytest.param("AN", "AN was replaced by BQ, CW and SX", id="AN"),
        pytest.param("TP", "TP was replaced by TL", id="TP"),
        pytest.param("ZR", "ZR was replaced by CD", id="ZR"),
        pytest.param("BU", "BU was replaced by MM", id="BU"),
        pytest.param("DD", "DD was replaced by DE", id="DD"),
        pytest.param("CS", "CS was replaced by CZ, ME, RS and SK", id="CS"),
        pytest.param(
            "Yugoslavia", "Yugoslavia was replaced by BA, HR, ME, MK, RS and SI", id="a former country's name"
        ),
        pytest.param(
            "EU",
            "EU is not a country; list its members AT, BE, BG, CY, CZ, DE, DK, EE, ES, FI, FR, GR, HR, HU, IE, IT, LT, "
            "LU, LV, MT, NL, PL, PT, RO, SE, SI and SK",
            id="EU",
        ),
        pytest.param("dach", "dach is not a country; list its members AT, CH and DE", id="another group"),
        pytest.param("ZZ", "ZZ stands for an unknown country; only an empty list accepts it", id="ZZ"),
        pytest.param("XX", "XX stands for an unknown country; only an empty list accepts it", id="XX"),
        pytest.param("A1", "A1 stands for proxies and satellites, not for a country; use exclude_hosting", id="A1"),
        pytest.param("T1", "T1 stands for proxies and satellites, not for a country; use exclude_hosting", id="T1"),
        pytest.param("AP", "AP is not a country; list the countries", id="AP"),
        pytest.param("Europe", "Europe is not a country; list the countries", id="a continent"),
        pytest.param("*", "* is not a country; leave the list empty to accept any country", id="any"),
        pytest.param("GB-ENG", "GB-ENG is a region of GB", id="a region"),
        pytest.param("Germny", "Germny is not one; did you mean DE (Germany)?", id="a mistyped name"),
        pytest.param("Kosvo", "Kosvo is not one; did you mean XK (Kosovo)?", id="a mistyped name that ISO lacks"),
        pytest.param("XA", "XA is not one", id="a code for private use"),
        pytest.param("GBX", "GBX is not one", id="three letters of nobody"),
        pytest.param("", "an empty value is not one", id="empty"),
        pytest.param("x" * 500, f"{'x' * 40}… is not one", id="long"),
    ],
)
def test_complaint_names_the_right_country(text: str, complaint: str) -> None:
    assert country_error(text) == PREFIX + complaint


@pytest.mark.parametrize("each", list(pycountry.countries), ids=lambda each: str(each.alpha_2))
def test_each_name_and_code_of_a_country_means_it(each: pycountry.db.Country) -> None:
    fields = dict(each)
    names = [fields[name] for name in ("name", "common_name", "official_name", "alpha_3", "numeric") if name in fields]

    assert {meant_country(name) for name in [*names, each.alpha_2.lower()]} == {each.alpha_2}


@pytest.mark.parametrize("code", sorted({each.alpha_2 for each in pycountry.historic_countries} - set(CODES)))
def test_every_former_code_is_refused_with_countries_of_today(code: str) -> None:
    assert str(country_error(code)).startswith(f"{PREFIX}{code} was replaced by ")


@given(texts | st.text("ABCEGKLUSTXZ", min_size=2, max_size=3))
def test_meant_country_is_always_accepted(text: str) -> None:
    assert (meant := meant_country(text)) is None or country_error(meant) is None


@given(texts | st.text(max_size=3))
def test_any_other_text_is_refused_in_a_short_sentence(text: str) -> None:
    error = country_error(text)

    assert (error is None) == (text in country_names())
    assert error is None or (error.startswith(PREFIX) and error.isprintable() and len(error) < 250)
