import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.admin.targeting_values.os_versions import meant_rule, os_version_error
from chalicelib.domain.os_versions import OPERATORS
from tests import strategies as some

PREFIX = "must be comparisons such as >=16 or >=9,<14; "
SYSTEMS = "must be for ios, android, windows, macos, linux or chromeos; "
UNREADABLE = "cannot be read; use >=, >, <=, < or = and 1 to 4 numbers joined by dots"


@pytest.mark.parametrize(
    ("os", "rule"),
    [
        pytest.param("ios", ">=16", id="one comparison"),
        pytest.param("android", ">=9,<14", id="two comparisons"),
        pytest.param("windows", "=10.0.22631.1", id="four numbers"),
        pytest.param("macos", ">10.15", id="above"),
        pytest.param("ios", ">=16,<15", id="a contradiction can be saved: it is a warning"),
    ],
)
def test_comparisons_are_accepted(os: str, rule: str) -> None:
    assert os_version_error(os, rule) is None


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        pytest.param("16", "=16", id="a version"),
        pytest.param("16+", ">=16", id="plus"),
        pytest.param("16 or later", ">=16", id="or later"),
        pytest.param("16.4 and up", ">=16.4", id="and up"),
        pytest.param("=>16", ">=16", id="turned round"),
        pytest.param("=<16", "<=16", id="turned round, below"),
        pytest.param("==16", "=16", id="doubled"),
        pytest.param("≥16", ">=16", id="one sign"),
        pytest.param("≤16", "<=16", id="one sign, below"),
        pytest.param(">= 16", ">=16", id="a space"),
        pytest.param(">=16 <18", ">=16,<18", id="a space between"),
        pytest.param(">=16, <18", ">=16,<18", id="a comma and a space"),
        pytest.param(">=16;<18", ">=16,<18", id="semicolon"),
        pytest.param(">=16 && <18", ">=16,<18", id="two signs"),
        pytest.param(">16 AND <18", ">16,<18", id="and"),
        pytest.param("16-18", ">=16,<=18", id="a range"),
        pytest.param("16 to 18", ">=16,<=18", id="a range in words"),
        pytest.param("16\u201318", ">=16,<=18", id="a range with a dash"),
        pytest.param("16.x", "=16", id="any second number"),
        pytest.param("16.*", "=16", id="a star"),
        pytest.param(">=v16", ">=16", id="v"),
        pytest.param("iOS 16", "=16", id="with the system"),
        pytest.param(">=16,", ">=16", id="a comma behind"),
        pytest.param(">=16\n", ">=16", id="a line end"),
    ],
)
def test_complaint_names_the_right_rule(text: str, rule: str) -> None:
    assert os_version_error("ios", text) == f"{PREFIX}{text.strip()} is {rule}"


@pytest.mark.parametrize(
    ("os", "rule", "complaint"),
    [
        pytest.param("ios", "latest", f"{PREFIX}latest {UNREADABLE}", id="a word"),
        pytest.param("ios", "16,17", f"{PREFIX}16,17 {UNREADABLE}", id="two versions that no visitor has at once"),
        pytest.param("ios", "18-16", f"{PREFIX}18-16 {UNREADABLE}", id="a range from above to below"),
        pytest.param("ios", ">=1.2.3.4.5", f"{PREFIX}>=1.2.3.4.5 {UNREADABLE}", id="five numbers"),
        pytest.param("ios", "", f"{PREFIX}an empty value {UNREADABLE}", id="empty"),
        pytest.param(
            "ios",
            "!=16",
            f"{PREFIX}a version cannot be excluded; give the versions below or above it",
            id="another version",
        ),
        pytest.param(
            "ios", "<>16", f"{PREFIX}a version cannot be excluded; give the versions below or above it", id="<>"
        ),
        pytest.param(
            "ios", ">" * 101, "must be comparisons such as >=16 or >=9,<14, of at most 100 characters", id="long"
        ),
        pytest.param("iOS", ">=16", f"{SYSTEMS}iOS is ios", id="a system in capitals"),
        pytest.param("iPadOS", ">=16", f"{SYSTEMS}iPadOS is ios", id="another name of a system"),
        pytest.param("other", ">=16", f"{SYSTEMS}the versions of other systems are unknown", id="other systems"),
        pytest.param("beos", ">=16", f"{SYSTEMS}beos is not known", id="an unknown system"),
    ],
)
def test_complaint_says_what_is_wrong(os: str, rule: str, complaint: str) -> None:
    assert os_version_error(os, rule) == complaint


comparisons = st.tuples(st.sampled_from([*OPERATORS, "", "=>"]), st.sampled_from(["16", "9.1", "x", "16.x"])).map(
    "".join
)


@given(some.texts | st.lists(comparisons, max_size=3).map(" ".join) | st.lists(comparisons, max_size=3).map(",".join))
def test_meant_rule_is_always_accepted(text: str) -> None:
    assert (meant := meant_rule(text)) is None or os_version_error("ios", meant) is None
