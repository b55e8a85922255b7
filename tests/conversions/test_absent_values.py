from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.conversions.absent_values import MAX_LENGTH, is_absent

MACROS = {
    "braces": "{transaction_id}",
    "double braces": "{{click.id}}",
    "triple braces": "{{{x}}}",
    "braces with spaces": "{{ click_id }}",
    "braces with a part": "{sub:1}",
    "braces with a default": "{x|none}",
    "template tag": "{%x%}",
    "braces and a dollar": "{$x}",
    "braces and hashes": "{#x#}",
    "empty braces": "{}",
    "empty double braces": "{{}}",
    "brackets": "[CLICK_ID]",
    "double brackets": "[[x]]",
    "empty brackets": "[]",
    "angle brackets": "<orderid>",
    "double angle brackets": "<<x>>",
    "angle brackets and percent": "<%x%>",
    "angle brackets that print": "<%= x %>",
    "angle brackets of PHP": "<?=x?>",
    "dollar and braces": "${CONVERSION_ID}",
    "hash and braces": "#{x}",
    "percent and braces": "%{x}",
    "at sign and braces": "@{x}",
    "dollar and parentheses": "$(x)",
    "dollar": "$txid",
    "dollars": "$x$",
    "double dollars": "$$x$$",
    "percent signs": "%x%",
    "double percent signs": "%%CLICK_ID%%",
    "percent signs, of which one was decoded": "\ufffd_id%",
    "hashes": "#s1#",
    "double hashes": "##x##",
    "at signs": "@x@",
    "double at signs": "@@x@@",
    "double underscores": "__CLICKID__",
    "a name with a leading underscore": "{_x}",
    "white space around it": " {x}\n",
}
"""An unreplaced macro of every form."""

WORDS = ["", " ", "\t\n", "null", "NULL", "(null)", "undefined", "none", "None", " null "]

VALUES = {
    "an amount in dollars": "$5",
    "a percentage": "50%",
    "percent signs around a number": "%50%",
    "a number": "#1",
    "an order number": "#A123",
    "a number in brackets": "[1]",
    "a position": "{0}",
    "a GUID in braces": "{A3504E04-4F89-11D3-9A0C-0305E82C3301}",
    "a GUID": "a3504e04-4f89-11d3-9a0c-0305e82c3301",
    "small letters in underscores": "__x__",
    "one underscore": "_X_",
    "text before a macro": "order-{x}",
    "text after a macro": "{x}-1",
    "two macros": "{x}{y}",
    "JSON": '{"a":1}',
    "an encoded letter": "%41",
    "delimiters alone": "%%",
    "a dollar alone": "$",
    "an e-mail address": "a@b.example",
    "a word in a sentence": "none of them",
    "zero": "0",
    "not a number": "nan",
    "too long a name": "{" + "x" * 102 + "}",
    "too long a value": "{" + " " * MAX_LENGTH + "x}",
}


@pytest.mark.parametrize("value", MACROS.values(), ids=MACROS)
def test_unreplaced_macro_is_absent(value: str) -> None:
    assert is_absent(value)


@pytest.mark.parametrize("value", MACROS.values(), ids=MACROS)
def test_encoded_macro_is_absent(value: str) -> None:
    once = quote(value.strip(), safe="")
    assert (is_absent(once), is_absent(quote(once, safe=""))) == (True, True)


def test_macro_encoded_three_times_is_a_value() -> None:
    assert not is_absent("%25257Bx%25257D")


@pytest.mark.parametrize("value", WORDS)
def test_blank_value_and_word_for_nothing_are_absent(value: str) -> None:
    assert is_absent(value)


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_other_value_is_present(value: str) -> None:
    assert not is_absent(value)


@given(st.text(st.characters(blacklist_characters="{}[]<>$%#@_()\ufffd", blacklist_categories=["Cs"]), min_size=1))
def test_value_without_delimiters_is_never_dropped(value: str) -> None:
    is_nothing = value.strip().lower() in {"", "null", "undefined", "none"}
    assert is_absent(value) == is_nothing


@given(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,60}", fullmatch=True))
def test_every_name_in_braces_is_a_macro(name: str) -> None:
    assert is_absent(f"{{{name}}}")
    assert not is_absent(f"1{{{name}}}")
