"""Reports match the sent traffic exactly, in every cell, and the archive has each click and each sum of the reports."""

from typing import Any

from acceptance.traffic import archive_check, report_check, run
from acceptance.traffic.run import RunOptions
from deploy import cloud
from local.up import Running


def test_reports_and_archive_match_400_sent_clicks_and_40_conversions_exactly(deployed: dict[str, Any]) -> None:
    running = Running(deployed["url"], deployed["admin_key"], deployed["edge_secret"], deployed["tracking_url"])
    sent = run.send(running, RunOptions(clicks=400, conversions=40, rate=0, seed=1, publishers=2))
    assert len(sent.real) == 400
    assert len(sent.conversions) == 40
    assert report_check.check(running, sent) == []
    assert archive_check.check(cloud.local(), running, sent) == []
