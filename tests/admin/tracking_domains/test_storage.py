from dataclasses import replace

import pytest

from chalicelib.admin.tracking_domains import storage
from chalicelib.http.problems import Conflict, NotFound
from chalicelib.http.transactions import TransactionConflict
from chalicelib.tables.tracking_domains import DomainRow
from tests.http.support import a_request
from tests.tracking_domains.rows import HOST, a_domain, an_active_domain

pytestmark = pytest.mark.usefixtures("tables")


def test_host_of_the_api_is_no_tracking_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://network.example:8443/")
    monkeypatch.setenv("TRACKING_URL", "https://links.example")
    request = replace(a_request(), base_url="https://api.example/v1")
    hosts = ("api.example", "network.example", "links.example", HOST)
    assert [host for host in hosts if storage.host_errors(request, host)] == [*hosts[:3]]


def test_host_is_taken_until_it_is_removed_at_aws() -> None:
    row = a_domain()
    assert storage.check_free([row], HOST) == [("/host", "is a tracking domain already")]
    assert storage.check_free([row], "b.example") == []
    row.removed_at = "2026-11-21T12:00:00.000Z"
    with pytest.raises(Conflict, match="still being removed"):
        storage.check_free([row], HOST)


def test_network_has_room_for_a_hundred_domains() -> None:
    row = a_domain()
    storage.check_room([row] * 99)
    with pytest.raises(Conflict, match="at most 100"):
        storage.check_room([row] * 100)


def test_removed_domain_is_not_found() -> None:
    row = a_domain(removed_at="2026-11-21T12:00:00.000Z")
    for domain_id in (row.id, "dom_none"):
        with pytest.raises(NotFound):
            storage.get_or_404(domain_id)


def test_domain_that_a_smartlink_was_set_to_meanwhile_is_not_removed() -> None:
    row = an_active_domain()
    DomainRow(row.network, row.id).update([DomainRow.uses.add(1)])
    with pytest.raises(TransactionConflict):
        storage.remove(a_request(), row)
