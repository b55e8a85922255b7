"""Runs that are killed at any call, and what is left at AWS: one of each thing, or nothing after a removal."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chalicelib.domain.timestamps import timestamp
from chalicelib.tables.base import get_or_none
from chalicelib.tables.tracking_domains import HOSTS, NETWORK, DomainRow
from chalicelib.tracking_domains import job
from tests.conftest import empty_tables
from tests.tracking_domains.fake_aws import FakeAws, Killed, a_cloud, aws_error
from tests.tracking_domains.rows import HOST, NOW, a_domain

STEP = timedelta(minutes=16)
"""Time between two runs: longer than a lease and the wait after an error, shorter than AWS remembers a token."""


def _same(now: datetime) -> datetime:
    return now


def remove(row: DomainRow, now: datetime) -> None:
    """Mark the domain as removed, as `DELETE` does."""
    at = timestamp(now)
    row.update([DomainRow.removed_at.set(at), DomainRow.check_at.set(at), DomainRow.version.add(1)])


def life(
    aws: FakeAws, kills: list[tuple[int, bool]], removed_after: int, answers: Sequence[tuple[str, str]] = ()
) -> DomainRow:
    """Run a domain's life: runs that are killed around the call of a number, then five more; remove it after some.

    `answers` has for each of the first runs the error of its first call, if any, and the status of the certificate
    after it.
    """
    row, now = a_domain(), NOW
    for n in range(max(len(kills), len(answers), removed_after + 1) + 5):
        error, status = answers[n] if n < len(answers) else ("", "ISSUED")
        aws.errors = [aws_error(error)] if error else []
        if n == removed_after:
            remove(row, now)
        number, aws.is_killed_before = kills[n] if n < len(kills) else (-1, False)
        aws.kill_at = len(aws.calls) + number if number >= 0 else -1
        with suppress(Killed):
            job.manage_due(a_cloud(aws), partial(_same, now))
        aws.issue(Status=status)
        now += STEP
    return row


CALLS = st.tuples(st.integers(0, 5), st.booleans())
ANSWERS = st.tuples(
    st.sampled_from(["", "ThrottlingException", "AccessDeniedException", "LimitExceededException"]),
    st.sampled_from(["ISSUED", "PENDING_VALIDATION", "FAILED"]),
)


@pytest.mark.usefixtures("tables")
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kills=st.lists(CALLS, max_size=4))
def test_killed_runs_make_one_of_each(kills: list[tuple[int, bool]]) -> None:
    empty_tables()
    aws = FakeAws()
    row = life(aws, kills, removed_after=-1)
    row.refresh(consistent_read=True)
    assert (row.status, len(aws.made)) == ("active", 1)
    assert (len(aws.certificates), list(aws.names), len(aws.mappings[HOST])) == (1, [HOST], 1)


@pytest.mark.usefixtures("tables")
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kills=st.lists(CALLS, max_size=4),
    removed_after=st.integers(0, 4),
    in_use=st.integers(0, 2),
    answers=st.lists(ANSWERS, max_size=6),
)
@example(
    kills=[], removed_after=2, in_use=0, answers=[("", "FAILED"), ("", "FAILED"), ("ThrottlingException", "FAILED")]
)
def test_removal_leaves_nothing_whenever_it_comes(
    kills: list[tuple[int, bool]], removed_after: int, in_use: int, answers: list[tuple[str, str]]
) -> None:
    empty_tables()
    aws = FakeAws(in_use=in_use)
    row = life(aws, kills, removed_after, answers)
    assert (aws.certificates, aws.names) == ({}, {})
    assert get_or_none(DomainRow, NETWORK, row.id) is None
    assert get_or_none(DomainRow, HOSTS, HOST) is None


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("call", range(6))
def test_removal_and_second_run_in_the_middle_of_a_run_leave_nothing(call: int) -> None:
    aws, row = FakeAws(issues_at_once=True, interrupted_at=call), a_domain()

    def meanwhile() -> None:
        remove(DomainRow.get(NETWORK, row.id), NOW)
        assert job.manage_due(a_cloud(aws), partial(_same, NOW)) == 0

    aws.meanwhile = meanwhile
    for n in range(2):
        job.manage_due(a_cloud(aws), partial(_same, NOW + n * STEP))
    assert (aws.certificates, aws.names) == ({}, {})
    assert get_or_none(DomainRow, NETWORK, row.id) is None


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("call", range(6))
def test_throttled_call_is_repeated_in_the_next_run(call: int, caplog: pytest.LogCaptureFixture) -> None:
    aws, row = FakeAws(issues_at_once=True, fails_at=call), a_domain()
    for n in range(2):
        job.manage_due(a_cloud(aws), partial(_same, NOW + n * STEP))
    row.refresh(consistent_read=True)
    assert (row.status, len(aws.made), list(aws.names)) == ("active", 1, [HOST])
    assert "ThrottlingException" in caplog.text
