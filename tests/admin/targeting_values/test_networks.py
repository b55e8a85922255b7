import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.admin.targeting_values.networks import meant_network, network_error
from tests import strategies as some

PREFIX = "must be an AS number such as AS13335, or the name of an internet provider; "


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("AS13335", id="16 bits"),
        pytest.param("AS1", id="the lowest"),
        pytest.param("AS64495", id="the last before those for documentation"),
        pytest.param("AS131072", id="the first of 32 bits"),
        pytest.param("AS4199999999", id="the highest of visitors"),
        pytest.param("Vodafone", id="a name"),
        pytest.param("AT&T Mobility", id="a name with a sign"),
        pytest.param("AS Roma Telecom", id="a name that begins with AS"),
        pytest.param("3 Hong Kong", id="a name that begins with a number"),
        pytest.param("x" * 100, id="a hundred characters"),
    ],
)
def test_number_or_name_is_accepted(text: str) -> None:
    assert network_error(text) is None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("13335", "13335 is AS13335", id="a number"),
        pytest.param("as13335", "as13335 is AS13335", id="small letters"),
        pytest.param("as 13335", "as 13335 is AS13335", id="small letters and a space"),
        pytest.param("AS-13335", "AS-13335 is AS13335", id="hyphen"),
        pytest.param("ASN13335", "ASN13335 is AS13335", id="ASN"),
        pytest.param("AS013335", "AS013335 is AS13335", id="leading zero"),
        pytest.param("AS13335\n", "AS13335 is AS13335", id="line end"),
        pytest.param("AS13335 Cloudflare", "AS13335 Cloudflare is AS13335", id="number and name"),
        pytest.param("AS3.10", "AS3.10 is AS196618", id="32 bits with a dot"),
        pytest.param("AS0", "AS0 is reserved; no visitor has it", id="zero"),
        pytest.param("0", "AS0 is reserved; no visitor has it", id="zero, a number"),
        pytest.param("AS23456", "AS23456 stands for any number of 32 bits; no visitor has it", id="AS_TRANS"),
        pytest.param("AS64496", "AS64496 is reserved for documentation; no visitor has it", id="documentation"),
        pytest.param("AS64512", "AS64512 is for private use; no visitor has it", id="private"),
        pytest.param("AS65534", "AS65534 is for private use; no visitor has it", id="the last private one of 16 bits"),
        pytest.param("AS65535", "AS65535 is reserved; no visitor has it", id="the last of 16 bits"),
        pytest.param(
            "AS65551", "AS65551 is reserved for documentation; no visitor has it", id="documentation, 32 bits"
        ),
        pytest.param("AS131071", "AS131071 is reserved; no visitor has it", id="not given out"),
        pytest.param("AS4200000000", "AS4200000000 is for private use; no visitor has it", id="private, 32 bits"),
        pytest.param("AS4294967295", "AS4294967295 is reserved; no visitor has it", id="the last of 32 bits"),
        pytest.param("AS4294967296", "AS numbers end at 4294967295", id="more than 32 bits"),
        pytest.param("9" * 100, "AS numbers end at 4294967295", id="a long number"),
        pytest.param("8.8.8.8", "8.8.8.8 is an address: use the AS number of its network", id="an address"),
        pytest.param("8.8.8.0/24", "8.8.8.0/24 is an address: use the AS number of its network", id="a block"),
        pytest.param("2001:db8::/32", "2001:db8::/32 is an address: use the AS number of its network", id="IPv6"),
        pytest.param(" Vodafone", "write Vodafone without spaces around it", id="a space"),
        pytest.param("a\tb", "the name has characters that cannot be shown", id="a tabulator"),
        pytest.param("", "a name has 1 to 100 characters", id="empty"),
        pytest.param("   ", "a name has 1 to 100 characters", id="spaces"),
        pytest.param("x" * 101, "a name has 1 to 100 characters", id="long"),
    ],
)
def test_complaint_names_the_right_network(text: str, complaint: str) -> None:
    assert network_error(text) == PREFIX + complaint


def test_number_with_a_dot_and_too_many_bits_is_a_name() -> None:
    assert network_error("1.99999") is None


numbers = st.from_regex(r"\A(?:AS|as |ASN)?[0-9]{1,11}(?:\.[0-9]{1,6})?(?: x)?\Z")


@given(some.texts | numbers)
def test_meant_network_is_always_accepted(text: str) -> None:
    assert (meant := meant_network(text)) is None or network_error(meant) is None


@pytest.mark.parametrize(
    ("text", "network"),
    [
        pytest.param(" as 13335 ", "AS13335", id="a number in another spelling"),
        pytest.param(" Vodafone ", "Vodafone", id="spaces around a name"),
        pytest.param("AS0", None, id="a number that no visitor has"),
    ],
)
def test_network_is_understood_in_other_spellings(text: str, network: str | None) -> None:
    assert meant_network(text) == network


@given(st.integers(1, 23455) | st.integers(131072, 4199999999))
def test_every_public_number_is_accepted(number: int) -> None:
    assert (network_error(f"AS{number}"), meant_network(str(number))) == (None, f"AS{number}")


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        pytest.param("Comcast*", "a network has no wildcard, so list each one", id="a wildcard"),
        pytest.param("AS13335,AS15169", "write one AS number alone in each entry", id="two numbers"),
        pytest.param("AS13335-Cloudflare", "write one AS number alone in each entry", id="number and name"),
        pytest.param("AS\uff11\uff13", "write one AS number alone in each entry", id="digits that are not ASCII"),
    ],
)
def test_text_that_no_network_has_is_refused(text: str, remark: str) -> None:
    assert (network_error(text) or "").endswith(remark)


@pytest.mark.parametrize("name", ["Level 3, Inc.", "ASUS Networks", "AS Tallinn", "1&1 Telecom"])
def test_name_of_a_provider_is_accepted(name: str) -> None:
    assert network_error(name) is None
