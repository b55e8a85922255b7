import json
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.observability import logs
from chalicelib.observability.metrics import Metric, document, emit, seconds_waited
from tests.builders import NOW

AT = 1_793_795_400_000


def test_document_has_the_structure_of_the_format() -> None:
    logs.begin_call(None)
    assert document({Metric.STREAM_RECORDS_COUNTED: 7, Metric.COUNTING_DELAY: 2.5}, "smartlink-prod", AT) == {
        "_aws": {
            "Timestamp": AT,
            "CloudWatchMetrics": [
                {
                    "Namespace": "smartlink-prod",
                    "Dimensions": [[]],
                    "Metrics": [
                        {"Name": "StreamRecordsCounted", "Unit": "Count"},
                        {"Name": "CountingDelay", "Unit": "Seconds"},
                    ],
                }
            ],
        },
        "function": "",
        "request_id": "",
        "StreamRecordsCounted": 7,
        "CountingDelay": 2.5,
    }


def test_line_holds_fewer_metrics_than_the_format_allows() -> None:
    assert len(Metric) <= 100


def test_namespace_is_the_name_of_the_stack(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TABLE_PREFIX", "smartlink-prod-")
    emit({Metric.POISON_RECORDS: 1})
    written = json.loads(capsys.readouterr().out)
    assert written["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "smartlink-prod"
    assert written["PoisonRecords"] == 1


def _record(seconds_ago: float) -> dict[str, Any]:
    return {"dynamodb": {"ApproximateCreationDateTime": (NOW - timedelta(seconds=seconds_ago)).timestamp()}}


@pytest.mark.parametrize(
    ("records", "seconds"),
    [
        pytest.param([_record(3), _record(61.5), _record(9)], 61.5, id="the oldest"),
        pytest.param([_record(-4)], 0.0, id="a clock that is ahead"),
        pytest.param([{"dynamodb": {}}], 0.0, id="a record without a time"),
        pytest.param([], 0.0, id="no record"),
    ],
)
def test_wait_is_that_of_the_oldest_record(records: list[dict[str, Any]], seconds: float) -> None:
    assert seconds_waited(records, NOW) == seconds
