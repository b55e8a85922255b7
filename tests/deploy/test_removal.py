from typing import Any

import pytest

from deploy import cloud, contents, removal
from deploy.changes import BUCKET, TABLE
from deploy.errors import CommandError
from tests.deploy.fake_cloudformation import FakeCloudFormation

KEPT = {TABLE: ["smartlink-prod-clicks"], BUCKET: ["smartlink-prod-archive"]}


class _Stack:
    """A stack to be removed: what it holds, what outlives it, and what was deleted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.fake, self.held, self.kept = FakeCloudFormation(), {"smartlink-prod-clicks": "about 3 items"}, KEPT
        self.fake.resources, self.deleted, self.domains = KEPT, [], []
        monkeypatch.setattr(cloud, "account", lambda _: self.fake.cloud)
        monkeypatch.setattr(contents, "held", lambda *_: self.held)
        monkeypatch.setattr(contents, "domains", lambda *_: self.domains)
        monkeypatch.setattr(contents, "existing", lambda *_: self.kept)
        monkeypatch.setattr(contents, "delete", lambda _, kept: self.deleted.append(kept))
        monkeypatch.delenv("DELETE_DATA", raising=False)
        monkeypatch.setenv("CONFIRM", "yes")

    deleted: list[Any]
    domains: list[str]


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> _Stack:
    return _Stack(monkeypatch)


@pytest.mark.parametrize("word", [None, "yes", "smartlink-other"])
def test_stack_with_data_is_not_deleted(
    stack: _Stack, word: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if word:
        monkeypatch.setenv("DELETE_DATA", word)
    with pytest.raises(CommandError, match=r"holds data, so it was not deleted. Set DELETE_DATA=smartlink-prod"):
        removal.undeploy("prod")
    title, held = capsys.readouterr().out.splitlines()
    assert (title, held.split()) == ("smartlink-prod holds:", ["smartlink-prod-clicks", "about", "3", "items"])
    assert stack.fake.called == []


def test_name_of_the_stack_deletes_it_with_its_data(stack: _Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DELETE_DATA", "smartlink-prod")
    removal.undeploy("prod")
    assert stack.fake.called == ["protection off", "delete_stack"]
    assert stack.deleted == [KEPT]


def test_empty_stack_leaves_its_tables_and_tells_how_to_delete_them(
    stack: _Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    stack.held = {}
    removal.undeploy("prod")
    assert stack.deleted == []
    assert capsys.readouterr().out.splitlines() == [
        "smartlink-prod holds no data.",
        "Deleted smartlink-prod. Its empty tables and its archive stay. To delete them, run:",
        "  aws dynamodb update-table --table-name smartlink-prod-clicks --no-deletion-protection-enabled",
        "  aws dynamodb delete-table --table-name smartlink-prod-clicks",
        "  aws s3 rb --force s3://smartlink-prod-archive",
    ]


def test_empty_stack_of_which_nothing_stays_is_just_deleted(stack: _Stack, capsys: pytest.CaptureFixture[str]) -> None:
    stack.held, stack.kept = {}, {TABLE: [], BUCKET: []}
    removal.undeploy("prod")
    assert capsys.readouterr().out.splitlines()[-1] == "Deleted smartlink-prod."


def test_stack_with_domain_names_is_not_deleted_even_without_its_data(
    stack: _Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.domains = ["go.brand.example", "app.network.example"]
    monkeypatch.setenv("DELETE_DATA", "smartlink-prod")
    with pytest.raises(CommandError, match=r"go.brand.example, app.network.example lead to smartlink-prod. Delete its"):
        removal.undeploy("prod")
    assert (stack.fake.called, stack.deleted) == ([], [])


def test_unconfirmed_deletion_changes_nothing(stack: _Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    stack.held = {}
    monkeypatch.setenv("CONFIRM", "")
    with pytest.raises(CommandError, match="Nothing was changed"):
        removal.undeploy("prod")
    assert stack.fake.called == []


def test_missing_stack_is_an_error(stack: _Stack) -> None:
    stack.fake.stack = None
    with pytest.raises(CommandError, match="There is no stack smartlink-prod in eu-west-1"):
        removal.undeploy("prod")
