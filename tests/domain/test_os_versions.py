from operator import eq, ge, gt, le, lt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.os_versions import OPERATORS, VersionRule, accepts, is_satisfiable, parse_rules, parse_version

COMPARE = {">=": ge, "<=": le, ">": gt, "<": lt, "=": eq}

numbers = st.integers(0, 3)
versions = st.lists(numbers, min_size=1, max_size=4).map(tuple)
rules = st.frozensets(st.builds(VersionRule, st.just("ios"), st.sampled_from(OPERATORS), versions), max_size=4)


def _holds(rule: VersionRule, version: tuple[int, ...]) -> bool:
    compared = (*version, 0, 0, 0)[: len(rule.version)]
    return bool(COMPARE[rule.operator](compared, rule.version))


@pytest.mark.parametrize(
    ("text", "version"),
    [
        pytest.param("16", (16,), id="one number"),
        pytest.param("10.15.7", (10, 15, 7), id="three numbers"),
        pytest.param("10.0.22631.4460", (10, 0, 22631, 4460), id="four numbers"),
        pytest.param("07.01", (7, 1), id="leading zeros"),
    ],
)
def test_version_is_read_as_numbers(text: str, version: tuple[int, ...]) -> None:
    assert parse_version(text) == version


@pytest.mark.parametrize(
    "text", ["", "x", "16.", ".16", "16..4", "1.2.3.4.5", "-1", "+1", " 16", "16\n", "٣", "1" * 10]
)
def test_other_text_is_not_a_version(text: str) -> None:
    with pytest.raises(ValueError, match="not a version"):
        parse_version(text)


def test_rules_are_read_by_system() -> None:
    assert parse_rules({"ios": ">=16", "android": ">=9,<14"}) == {
        VersionRule("ios", ">=", (16,)),
        VersionRule("android", ">=", (9,)),
        VersionRule("android", "<", (14,)),
    }


@pytest.mark.parametrize(
    "rule", ["", "16", ">=", ">=16,", ",>=16", ">= 16", "=>16", "==16", "!=16", ">=16;<18", ">=16\n"]
)
def test_other_text_is_not_a_rule(rule: str) -> None:
    with pytest.raises(ValueError, match="not a comparison"):
        parse_rules({"ios": rule})


@pytest.mark.parametrize(
    ("rule", "version", "accepted"),
    [
        pytest.param(">=16", "16", True, id="at least, the same"),
        pytest.param(">=16", "16.0.1", True, id="at least, above"),
        pytest.param(">=16", "15.8", False, id="at least, below"),
        pytest.param(">=16.4", "16", False, id="missing numbers are zeros"),
        pytest.param(">=9", "10", True, id="numbers, not letters"),
        pytest.param("=16", "16.4", True, id="equal in the numbers given"),
        pytest.param("=16.0", "16", True, id="16 is 16.0"),
        pytest.param("=16.4", "16.40", False, id="not a prefix of letters"),
        pytest.param("=16", "17", False, id="equal, above"),
        pytest.param("<=16", "16.7", True, id="at most includes every 16"),
        pytest.param("<=16", "17", False, id="at most, above"),
        pytest.param(">16", "16.7", False, id="above begins at 17"),
        pytest.param(">16", "17", True, id="above"),
        pytest.param(">16.4", "16.5", True, id="above, with two numbers"),
        pytest.param("<16", "15.8.3", True, id="below"),
        pytest.param("<16", "16.0", False, id="below ends before 16"),
        pytest.param(">=9,<14", "13", True, id="both hold"),
        pytest.param(">=9,<14", "14", False, id="one fails"),
        pytest.param(">=10.0.22000", "10.0.22631.4460.9", True, id="a visitor's fifth number does not matter"),
        pytest.param("<16", None, False, id="unknown version"),
        pytest.param("<16", "", False, id="empty version"),
        pytest.param("<16", "XP", False, id="version without numbers"),
    ],
)
def test_visitor_is_accepted_if_every_rule_holds(rule: str, version: str | None, accepted: bool) -> None:
    assert accepts(parse_rules({"ios": rule}), "ios", version) is accepted


@pytest.mark.parametrize("version", ["3", "XP", None])
def test_rules_of_another_system_do_not_matter(version: str | None) -> None:
    assert accepts(parse_rules({"ios": ">=16"}), "android", version)


def test_no_rule_accepts_every_version() -> None:
    assert accepts(frozenset(), "ios", None)


@given(rules, versions)
def test_rules_together_accept_what_each_of_them_accepts(
    rules: frozenset[VersionRule], version: tuple[int, ...]
) -> None:
    text = ".".join(map(str, version))
    assert accepts(rules, "ios", text) is all(_holds(rule, version) for rule in rules)


@pytest.mark.parametrize(
    ("rule", "satisfiable"),
    [
        pytest.param(">=16,<15", False, id="nothing between"),
        pytest.param(">=16,<16", False, id="the same limit twice"),
        pytest.param(">=16,<=16", True, id="every 16"),
        pytest.param(">16,<17", False, id="above 16 begins at 17"),
        pytest.param(">16.4,<17", True, id="between two numbers"),
        pytest.param("=16,=17", False, id="two versions at once"),
        pytest.param("=16,=16.4", True, id="one inside the other"),
        pytest.param("<0", False, id="below the lowest"),
        pytest.param(">=0", True, id="any"),
        pytest.param(">999999999", False, id="above the highest that can be written"),
    ],
)
def test_rules_that_accept_nobody_are_known(rule: str, satisfiable: bool) -> None:
    assert is_satisfiable(parse_rules({"ios": rule}), "ios") is satisfiable


def test_contradiction_of_another_system_does_not_matter() -> None:
    assert is_satisfiable(parse_rules({"ios": ">=16,<15"}), "android")


@given(rules, versions)
def test_rules_that_accept_a_version_are_satisfiable(rules: frozenset[VersionRule], version: tuple[int, ...]) -> None:
    if accepts(rules, "ios", ".".join(map(str, version))):
        assert is_satisfiable(rules, "ios")


@given(rules.filter(lambda rules: is_satisfiable(rules, "ios")))
def test_satisfiable_rules_accept_a_limit_of_theirs_or_zero(rules: frozenset[VersionRule]) -> None:
    limits = [rule.version for rule in rules] + [(*rule.version[:-1], rule.version[-1] + 1) for rule in rules]
    assert any(accepts(rules, "ios", ".".join(map(str, limit))) for limit in [*limits, (0,)])
