from datetime import datetime
from typing import Any

import pytest

from chalicelib.conversions.imports.job import process_message
from chalicelib.tables.conversions import ConversionImportRow
from chalicelib.tables.requests import AuditRow
from tests.advertiser import conversions, new_deal
from tests.conftest import Api
from tests.conversions.imports.queue import PATH, create_queue, imported, post_rows, results, take_messages, work
from tests.documents import errors_by_pointer, good

CSV = "text/csv; charset=utf-8"


@pytest.fixture(autouse=True)
def queue(tables: None) -> None:
    create_queue()


def post_csv(admin: Api, text: str, **headers: str) -> Any:
    return admin.post(PATH, text.encode(), Content_Type=CSV, **headers)


# The file


def test_import_answers_before_it_records(admin: Api) -> None:
    deal = new_deal(admin)
    response = admin.post(PATH, {"rows": [{"click_id": deal.click()}]})
    import_id = response.json["id"]
    assert (response.status, response.json) == (202, {"id": import_id, "state": "queued", "rows": 1})
    assert import_id.startswith("imp_")
    assert conversions() == {}


def test_csv_and_json_import_the_same(admin: Api) -> None:
    deal = new_deal(admin)
    one, two = deal.click(), deal.click()
    first, second = {"click_id": one, "txid": "1", "payout": "2.50"}, {"click_id": two, "status": "rejected"}
    by_json = imported(admin, first, {**second, "txid": None})
    text = f"\ufeffstatus;click_id;txid;payout\r\n\r\n;{one};1;2.50\r\nrejected;{two};;\r\n"
    response = post_csv(admin, text)
    work()
    by_csv = results(admin, response.json["id"])
    assert [each["result"] for each in by_json] == ["recorded", "recorded"]
    assert by_csv == [{**each, "result": "duplicate"} for each in by_json]


def test_malformed_rows_do_not_stop_the_others(admin: Api) -> None:
    deal = new_deal(admin)
    found = imported(admin, {"click_id": deal.click(), "payout": 1.5}, {"status": "paid"}, {"click_id": deal.click()})
    (conversion_id,) = conversions()
    assert found == [
        {
            "row": 1,
            "result": "refused",
            "conversion_id": None,
            "conversion_status": None,
            "error": "payout must be a string",
        },
        {
            "row": 2,
            "result": "refused",
            "conversion_id": None,
            "conversion_status": None,
            "error": "click_id is required; status must be 'pending', 'approved' or 'rejected'",
        },
        {
            "row": 3,
            "result": "recorded",
            "conversion_id": conversion_id,
            "conversion_status": "approved",
            "error": None,
        },
    ]


def test_file_that_is_no_import_is_rejected_whole(admin: Api) -> None:
    unknown = {"rows": [{"click_id": "a"}, {"click_id": "b", "clickid": "c"}, []]}
    assert errors_by_pointer(admin.post(PATH, unknown)) == {
        "/rows/1/clickid": "is not a known field",
        "/rows/2": "must be an object",
    }
    assert errors_by_pointer(admin.post(PATH, {"rows": []})) == {"/rows": "must not be empty"}
    assert errors_by_pointer(admin.post(PATH, {})) == {"/rows": "is required"}
    assert set(errors_by_pointer(post_csv(admin, "click,txid\na,b"))) == {"/header"}
    assert errors_by_pointer(post_csv(admin, "click_id\n")) == {"/rows": "must not be empty"}
    assert post_csv(admin, 'click_id\n"a').status == 400
    assert admin.post(PATH, b"click_id\na").status == 400
    assert (take_messages(), list(ConversionImportRow.scan())) == ([], [])


def test_answer_names_a_hundred_errors_at_most(admin: Api) -> None:
    rows = [{"click_id": "a", "clickid": "b"}] * 200
    assert list(errors_by_pointer(admin.post(PATH, {"rows": rows}))) == [f"/rows/{n}/clickid" for n in range(100)]


def test_five_thousand_rows_are_the_maximum(admin: Api) -> None:
    """They are accepted, of a megabyte at most."""
    lines = [f"0{n:025d},{n},1.50" for n in range(5_000)]
    text = "\n".join(["click_id,txid,payout", *lines])
    accepted = post_csv(admin, text)
    assert (accepted.status, accepted.json["rows"], len(take_messages())) == (202, 5_000, 50)
    too_many = post_csv(admin, f"{text}\na,b,1")
    assert errors_by_pointer(too_many) == {"/rows": "must have at most 5000 entries"}
    assert post_csv(admin, f"click_id\n{'a' * 2**20}").status == 413


def test_repeated_request_imports_once(admin: Api) -> None:
    first, second = (post_csv(admin, "click_id\na", Idempotency_Key="k1") for _ in range(2))
    assert (second.status, second.json) == (202, first.json)
    assert len(take_messages()) == 1


def test_import_is_one_change_in_the_audit_log(admin: Api) -> None:
    deal = new_deal(admin)
    import_id = post_rows(admin, [{"click_id": deal.click()}, {"click_id": deal.click(), "status": "rejected"}])
    work()
    (entry,) = [row for row in AuditRow.scan() if row.year.startswith("imp_")]
    assert (entry.subject, entry.action, entry.before, entry.after) == (import_id, f"POST {PATH}", None, {"rows": 2})
    assert not {row.subject for row in AuditRow.scan()} & set(conversions())


# Progress


def test_progress_counts_rows_by_result(admin: Api) -> None:
    deal = new_deal(admin)
    known, new = deal.click(), deal.click()
    deal.posted(known)
    rows = [
        {"click_id": "none"},
        {"click_id": new},
        {"click_id": known},
        {"click_id": known, "status": "rejected"},
        {"click_id": new},
    ]
    import_id = post_rows(admin, rows)
    path = f"{PATH}/{import_id}"
    nothing = dict.fromkeys(("processed", "recorded", "changed", "duplicates", "refused"), 0)
    queued = good(admin.get(path))
    assert queued == {
        "id": import_id,
        "state": "queued",
        "rows": 5,
        **nothing,
        "created_at": queued["created_at"],
        "finished_at": None,
        "results": [],
        "next_cursor": None,
    }
    work()
    done = good(admin.get(path))
    counts = {"processed": 5, "recorded": 1, "changed": 1, "duplicates": 2, "refused": 1}
    assert done == {
        **queued,
        **counts,
        "state": "done",
        "finished_at": done["finished_at"],
        "results": done["results"],
    }
    assert datetime.fromisoformat(done["finished_at"]) >= datetime.fromisoformat(done["created_at"])
    assert [(each["row"], each["result"]) for each in done["results"]] == [
        (1, "refused"),
        (2, "recorded"),
        (3, "duplicate"),
        (4, "changed"),
        (5, "duplicate"),
    ]


def test_import_runs_until_its_last_chunk_is_done(admin: Api) -> None:
    import_id = post_rows(admin, [{"click_id": f"none{n % 75}"} for n in range(150)])
    last, first = reversed(take_messages())
    shown = []
    for body in (last, first):
        process_message(body, datetime.now().astimezone)
        document = good(admin.get(f"{PATH}/{import_id}"))
        shown.append((document["state"], document["processed"], [each["row"] for each in document["results"]]))
    assert shown == [
        ("running", 50, [*range(51, 76), *range(126, 151)]),
        ("done", 150, list(range(1, 151))),
    ]


def test_results_can_be_read_in_pages(admin: Api) -> None:
    import_id = post_rows(admin, [{"click_id": f"none{n}"} for n in range(5)])
    work()
    path, cursor, read = f"{PATH}/{import_id}?limit=2", "", list[list[int]]()
    while cursor is not None:
        document = good(admin.get(f"{path}{cursor and f'&cursor={cursor}'}"))
        read.append([each["row"] for each in document["results"]])
        cursor = document["next_cursor"]
        assert document["processed"] == 5
    assert read == [[1, 2], [3, 4], [5]]
    assert set(errors_by_pointer(admin.get(f"{path}&cursor=x"))) == {"/cursor"}
    assert set(errors_by_pointer(admin.get(f"{PATH}/{import_id}?limit=5001"))) == {"/limit"}


def test_unknown_import_is_not_found(admin: Api) -> None:
    assert admin.get(f"{PATH}/imp_none").status == 404
