"""Metrics that a test's code has written in the embedded metric format."""

import json
from collections import Counter

import pytest


def emitted(capsys: pytest.CaptureFixture[str]) -> Counter[str]:
    """Return the sums of the metrics that were written since the last call, by name."""
    sums: Counter[str] = Counter()
    for line in capsys.readouterr().out.splitlines():
        if line.startswith('{"_aws"'):
            document = json.loads(line)
            (directive,) = document["_aws"]["CloudWatchMetrics"]
            sums.update({metric["Name"]: document[metric["Name"]] for metric in directive["Metrics"]})
    return sums
