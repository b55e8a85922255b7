from collections.abc import Collection

import pytest

from chalicelib.reporting import row_names
from chalicelib.reporting.row_names import RowNames


def test_each_id_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[set[str]] = []

    def read(ids: Collection[str]) -> dict[str, str]:
        reads.append(set(ids))
        return {"cmp_1": "Game A"} if "cmp_1" in ids else {}

    monkeypatch.setattr(row_names, "_READERS", {"campaign": read})
    names = RowNames(("day", "campaign", "currency"))
    first = names.read([("2026-11-01", "cmp_1", "USD"), ("2026-11-02", "cmp_1", "USD")])
    assert first == {"campaign": {"cmp_1": "Game A"}}
    names.read([("2026-11-03", "cmp_1", "USD"), ("2026-11-03", "cmp_2", "USD")])
    assert names.read([]) == {"campaign": {"cmp_1": "Game A", "cmp_2": ""}}
    assert reads == [{"cmp_1"}, {"cmp_2"}, set()]


def test_rows_without_ids_have_no_names(tables: None) -> None:
    assert RowNames(("day", "currency")).read([("2026-11-01", "USD")]) == {}
    assert RowNames(("smartlink", "publisher")).read([("", "pub_gone")]) == {
        "smartlink": {"": ""},
        "publisher": {"pub_gone": ""},
    }
