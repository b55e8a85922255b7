from pathlib import Path

import pytest

from bench.visitor_study import corpora
from bench.visitor_study.corpora import CORPORA, Corpus
from bench.visitor_study.labelled_agents import LabelledAgent
from bench.visitor_study.packages import Package


def test_every_package_has_its_version_pinned() -> None:
    assert all(
        "@" in each.package.name or "==" in each.package.name or each.package.source == "installed" for each in CORPORA
    )


def test_corpora_have_different_names_and_some_are_held_out() -> None:
    assert len({corpus.name for corpus in CORPORA}) == len(CORPORA) == 14
    assert sum(corpus.is_held_out for corpus in CORPORA) == 5
    assert sum(corpus.has_traffic for corpus in CORPORA) == 4


def test_agents_of_a_corpus_are_fetched_and_merged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fetched: list[Package] = []
    monkeypatch.setattr(corpora, "fetch", fetched.append)
    package = Package("a@1", ())
    corpus = Corpus("a", lambda _: [LabelledAgent("A/1"), LabelledAgent("A/1")], package)

    assert corpus.agents() == [LabelledAgent("A/1", weight=2)]
    assert fetched == [package]


def test_installed_package_is_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[Package] = []
    monkeypatch.setattr(corpora, "fetch", fetched.append)

    assert Corpus("a", lambda _: [], Package("a", (), source="installed")).agents() == []
    assert fetched == []


@pytest.mark.parametrize(("has_traffic", "label"), [(True, False), (False, None)], ids=["traffic", "a list"])
def test_traffic_keeps_its_labels_of_people(*, has_traffic: bool, label: bool | None) -> None:
    package = Package("a", (), source="installed")
    corpus = Corpus("a", lambda _: [LabelledAgent("iTunes/9.0", is_bot=False)], package, has_traffic=has_traffic)

    assert corpus.agents() == [LabelledAgent("iTunes/9.0", is_bot=label)]
