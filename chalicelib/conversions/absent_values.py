"""Values of parameters that mean nothing: blank ones, words for nothing, and macros that a tracker did not replace."""

import re
from urllib.parse import unquote

_NAME = r"[A-Za-z_][A-Za-z0-9_.:|/-]{0,99}"
"""The name of a macro. It begins with a letter or an underscore, so that `$5`, `[1]` and `{0}` are values."""

_WORD = r"[A-Za-z_][A-Za-z0-9_.]{0,99}"

_MACROS = (
    rf"\{{+ *[%$#]? *(?:{_NAME})? *[%$#]? *\}}+",  # {x} {{x}} {{ x }} {%x%} {$x} {#x#} {x:y} {} {{}}
    rf"\[+ *(?:{_NAME})? *\]+",  # [x] [[x]]
    rf"<+[%?]?=? *{_NAME} *[%?]?>+",  # <x> <<x>> <%x%> <%= x %> <?=x?>
    rf"[$#%@]\{{+ *{_NAME} *\}}+",  # ${x} ${{x}} #{x} %{x} @{x}
    rf"\$\( *{_NAME} *\)",  # $(x)
    rf"\$\$?{_WORD}\$?\$?",  # $x $x$ $$x$$
    rf"%%?{_NAME}%%?",  # %x% %%x%%
    rf"##?{_NAME}##?",  # #x# ##x##
    rf"@@?{_NAME}@@?",  # @x@ @@x@@
    r"__[A-Z][A-Z0-9_]{0,99}__",  # __X__
    rf"\ufffd(?:{_NAME}|[A-Za-z0-9_.:|/-]*)%",  # %ad_id% after %ad was decoded as a byte
)
_MACRO = re.compile("|".join(_MACROS))

_GUID = re.compile(r"\{[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}")

_WORDS = {"null", "(null)", "undefined", "none"}

_MAX_DECODINGS = 2

MAX_LENGTH = 300
"""Longer values are not examined: they are no macro of `_NAME`'s length, in any encoding that trackers use."""


def is_absent(value: str) -> bool:
    """Return whether a parameter of this value counts as not sent. White space around it does not matter.

    - It is empty or blank.
    - It is `null`, `(null)`, `undefined` or `none`, in any case: how programs print that they have no value.
    - It is one macro as a whole: `{x}`, `{{x}}`, `[x]`, `[[x]]`, `<x>`, `<%x%>`, `<%=x%>`, `${x}`, `#{x}`, `%{x}`,
      `@{x}`, `$(x)`, `{$x}`, `{#x#}`, `{%x%}`, `$x`, `$x$`, `$$x$$`, `%x%`, `%%x%%`, `#x#`, `##x##`, `@x@`, `@@x@@`,
      `__X__` (capitals only), or empty braces or brackets; as it is, or percent-encoded once or twice.

    The name `x` begins with a letter or an underscore and continues with letters, digits and `_ . : | / -`, so that
    `$5`, `50%`, `#1`, `[1]` and `{0}` are values. `#x` is a value too: order numbers are written so. A GUID in braces
    is a value. A value with text around a macro is a value.
    """
    stripped = value.strip()
    return not stripped or stripped.lower() in _WORDS or _is_macro(stripped)


def _is_macro(text: str) -> bool:
    if len(text) > MAX_LENGTH:
        return False
    for _ in range(_MAX_DECODINGS):
        if _is_plain_macro(text):
            return True
        text = unquote(text).strip()
    return _is_plain_macro(text)


def _is_plain_macro(text: str) -> bool:
    return _MACRO.fullmatch(text) is not None and _GUID.fullmatch(text) is None
