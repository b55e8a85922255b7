import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.languages import fold_language
from chalicelib.routing.languages import language
from tests import strategies as some


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        pytest.param("en-GB,en;q=0.9,de;q=0.8", "en", id="the first"),
        pytest.param("de-AT;q=0.5, en-GB", "en", id="the preferred one"),
        pytest.param("de;q=0.1,fr;q=0.3,en;q=0.2", "fr", id="the preferred one in the middle"),
        pytest.param("de,en", "de", id="the first of equals"),
        pytest.param("zh-Hans-CN", "zh", id="primary subtag only"),
        pytest.param("FR", "fr", id="capitals"),
        pytest.param("gsw", "gsw", id="three letters"),
        pytest.param(" de ; q=0.4 , en ; q=0.7", "en", id="spaces"),
        pytest.param("de;q=x,en;q=0.1", "en", id="a malformed quality is none"),
        pytest.param("de;q=,en;q=0.9", "de", id="an empty quality is 1"),
        pytest.param("*", None, id="any"),
        pytest.param("de;q=0.5,*", "de", id="any is skipped"),
        pytest.param("i-klingon", None, id="no language code"),
        pytest.param("1234", None, id="no letters"),
        pytest.param("", None, id="no header"),
        pytest.param(",", None, id="nothing but a comma"),
        pytest.param("x" * 10_000, None, id="far too long"),
        pytest.param("en_US", "en", id="an underscore"),
        pytest.param("pt_BR,pt;q=0.9", "pt", id="an underscore and more"),
        pytest.param("*, en;q=0.5", "en", id="any before the best"),
        pytest.param("iw-IL", "he", id="the old code of Hebrew"),
        pytest.param("in-ID", "id", id="the old code of Indonesian"),
        pytest.param("ji", "yi", id="the old code of Yiddish"),
        pytest.param("jw", "jv", id="the old code of Javanese"),
        pytest.param("mo", "ro", id="Moldavian"),
        pytest.param("nb-NO,nb;q=0.9", "no", id="Bokmål"),
        pytest.param("nn", "no", id="Nynorsk"),
        pytest.param("tl-PH", "fil", id="Tagalog"),
        pytest.param("eng", "en", id="three letters of English"),
        pytest.param("ger,eng;q=0.5", "de", id="bibliographic"),
        pytest.param("deu", "de", id="terminological"),
        pytest.param("chi", "zh", id="Chinese, bibliographic"),
        pytest.param("zho-TW", "zh", id="Chinese, terminological"),
        pytest.param("cmn-Hans-CN", "zh", id="Mandarin"),
        pytest.param("nob", "no", id="Bokmål in three letters"),
        pytest.param("klingon,fr;q=0.2", "fr", id="an unreadable entry is skipped"),
        pytest.param("x-pig,de;q=0.1", "de", id="a private tag is skipped"),
        pytest.param("en;q=0,fr;q=0.1", "fr", id="quality 0 is excluded"),
        pytest.param("en;q=2,fr;q=0.1", "fr", id="quality above 1 is malformed"),
        pytest.param("en;q=0.1234,fr;q=0.1", "fr", id="too many digits are malformed"),
        pytest.param("en;q=nan,fr;q=0.1", "fr", id="no number is malformed"),
        pytest.param("en;level=1,fr;q=0.1", "en", id="another parameter says nothing"),
        pytest.param("de;level=1;q=0.5,fr;q=0.6", "fr", id="a quality behind another parameter"),
        pytest.param("en_US.UTF-8", "en", id="an encoding"),
        pytest.param("de_DE@euro", "de", id="a variant of POSIX"),
        pytest.param("de_DE.UTF-8@euro;q=0.5", "de", id="both and a quality"),
        pytest.param("jp", "ja", id="Japan for Japanese"),
        pytest.param("cn,en;q=0.5", "zh", id="China for Chinese"),
        pytest.param("kr-KR,en;q=0.5", "ko", id="Korea for Korean"),
        pytest.param("ua", "uk", id="Ukraine for Ukrainian"),
        pytest.param("cz", "cs", id="Czechia for Czech"),
        pytest.param("gr", "el", id="Greece for Greek"),
        pytest.param("dk", "da", id="Denmark for Danish"),
        pytest.param("scc", "sr", id="an old code of Serbian"),
        pytest.param("scr", "hr", id="an old code of Croatian"),
        pytest.param("mol", "ro", id="an old code of Moldavian"),
        pytest.param("xx,fr;q=0.2", "fr", id="a code that no language has"),
        pytest.param("xx", None, id="nothing but such a code"),
        pytest.param("en;Q=0.2, fr;q=0.3", "fr", id="a capital Q"),
        pytest.param("en ;q = 0.2,fr;q=.3", "fr", id="a quality without its zero"),
        pytest.param("und,de;q=0.4", "de", id="undetermined"),
        pytest.param("mul", None, id="many languages"),
        pytest.param("en-", "en", id="a tag cut short"),
    ],
)
def test_language_is_the_preferred_one(accepted: str, expected: str | None) -> None:
    assert language(accepted) == expected


@pytest.mark.parametrize("length", range(190, 204))
def test_cut_never_raises_a_quality(length: int) -> None:
    header = "fr;q=0.9,".ljust(length, "*") + ",de;q=0.1,es;q=0.2"

    assert language(header) == "fr"


def test_language_of_quality_0_is_ignored() -> None:
    assert language("de;q=0") is None


_CODE = re.compile(r"[a-z]{2,3}")
_ENTRIES = st.one_of(
    some.texts,
    st.builds("{}-{};q=0.{}".format, st.text("abcdefgIJK", min_size=2, max_size=3), st.just("XX"), st.integers(0, 9)),
)


@given(st.lists(_ENTRIES, max_size=4).map(",".join))
def test_any_header_has_a_folded_code_or_none(accepted: str) -> None:
    detected = language(accepted)

    assert detected is None or (_CODE.fullmatch(detected) and detected == fold_language(detected))
