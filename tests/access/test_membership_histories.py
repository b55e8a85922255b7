"""No history of requests leads to an impossible state, and what the tasks left does not either."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.access.task_runner import finish_due
from tests.access.crowd import Crowd, a_small_crowd
from tests.access.kills import restore, snapshot
from tests.access.later import soon
from tests.conftest import Api
from tests.consistency import inconsistencies
from tests.documents import apply, good, pending

EXAMPLES = int(os.environ.get("EXAMPLES", "8"))
UNHURRIED: dict[str, Any] = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
Act = Callable[[Crowd, str], object]


def _decide(verb: str) -> Act:
    def act(crowd: Crowd, _: str) -> None:
        for application in pending(crowd.admin)[:1]:
            good(crowd.admin.post(f"/admin/applications/{application}/{verb}"))

    return act


ACTS: dict[str, Act] = {
    "apply": lambda crowd, name: apply(crowd.publishers[name], crowd.smartlink),
    "withdraw": lambda crowd, name: crowd.publishers[name].api.post(
        f"/publisher/smartlinks/{crowd.smartlink['id']}/withdraw"
    ),
    "approve": _decide("approve"),
    "decline": _decide("decline"),
    "add": lambda crowd, name: crowd.admin.post(
        f"{crowd.path}/publishers", {"publisher_id": crowd.publishers[name].id}
    ),
    "remove": lambda crowd, name: crowd.admin.delete(f"{crowd.path}/publishers/{crowd.publishers[name].id}"),
    "public": lambda crowd, _: crowd.change(visibility="public"),
    "ask": lambda crowd, _: crowd.change(visibility="ask"),
    "private": lambda crowd, _: crowd.change(visibility="private", offer_access="respect"),
    "grant": lambda crowd, _: crowd.change(offer_access="grant"),
    "empty": lambda crowd, _: crowd.change(offers=[]),
    "pause": lambda crowd, _: crowd.admin.post(f"{crowd.path}/pause"),
    "delete": lambda crowd, _: crowd.admin.delete(crowd.path),
}
histories = st.lists(
    st.tuples(st.sampled_from(sorted(ACTS)), st.sampled_from(["Ann", "Cid", "Fay"])), min_size=2, max_size=8
)


@contextmanager
def _work_left_to_the_schedule() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        for module in ("admin.smartlinks.storage.run_now", "access.grants.run_member_task"):
            patched.setattr(f"chalicelib.{module}", lambda *_: None)
        yield


@pytest.mark.parametrize("left", [nullcontext, _work_left_to_the_schedule], ids=["in the request", "by the schedule"])
def test_no_history_leads_to_an_impossible_state(admin: Api, left: Callable[[], AbstractContextManager[None]]) -> None:
    crowd = a_small_crowd(admin)
    before = snapshot()

    @settings(max_examples=EXAMPLES, derandomize="EXAMPLES" not in os.environ, **UNHURRIED)
    @given(histories)
    def check(history: list[tuple[str, str]]) -> None:
        restore(before)
        with left():
            for act, name in history:
                ACTS[act](crowd, name)
        assert inconsistencies() == []
        finish_due(soon)
        assert inconsistencies() == []

    check()
