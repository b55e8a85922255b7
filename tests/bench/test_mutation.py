from collections import Counter
from pathlib import Path

import pytest

from bench import mutation
from bench.mutation import MUTANTS, Mutant, MutationResult, applied, exit_status, progress, row_error, select, summary

SOURCE = "if n >= limit:\n    return n\n"
MUTANT = Mutant("caps/limits.py", "n >= limit", "n > limit", "caps/test_limits.py")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one source file and its test."""
    for path, text in ((MUTANT.path, SOURCE), *((file, "") for file in MUTANT.test_files)):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def results(found: int, survived: int) -> list[MutationResult]:
    return [MutationResult(MUTANT, is_found=True)] * found + [MutationResult(MUTANT, is_found=False)] * survived


def test_row_whose_text_occurs_once_is_valid(root: Path) -> None:
    assert row_error(root, MUTANT) is None


@pytest.mark.parametrize(
    ("mutant", "error"),
    [
        pytest.param(MUTANT._replace(old="n <= limit"), "'n <= limit' occurs 0 times", id="text was reworded"),
        pytest.param(MUTANT._replace(old="n"), "'n' occurs 3 times", id="text is not unique"),
        pytest.param(
            MUTANT._replace(tests="caps/test_limits.py caps/test_gone.py"),
            "tests/caps/test_gone.py does not exist",
            id="test file is missing",
        ),
    ],
)
def test_stale_row_is_reported(root: Path, mutant: Mutant, error: str) -> None:
    assert row_error(root, mutant) == f"stale  chalicelib/caps/limits.py: {error}"


def test_row_of_a_missing_source_file_is_stale(root: Path) -> None:
    gone = MUTANT._replace(file="caps/gone.py")
    assert row_error(root, gone) == "stale  chalicelib/caps/gone.py: the file does not exist"


def test_own_test_of_the_file_runs_too_if_it_exists(root: Path) -> None:
    assert MUTANT.nearest_tests(root) == ["tests/caps/test_limits.py"]
    assert MUTANT._replace(tests="a.py").nearest_tests(root) == ["tests/a.py", "tests/caps/test_limits.py"]
    assert MUTANT._replace(tests="a.py", file="caps/other.py").nearest_tests(root) == ["tests/a.py"]


def test_applied_mutant_is_in_the_file_only_meanwhile(root: Path) -> None:
    file = root / MUTANT.path
    modified = file.stat().st_mtime_ns
    with applied(root, MUTANT):
        assert file.read_text() == "if n > limit:\n    return n\n"
    assert file.read_text() == SOURCE
    assert file.stat().st_mtime_ns == modified


def test_file_is_restored_after_an_error(root: Path) -> None:
    with pytest.raises(RuntimeError), applied(root, MUTANT):
        raise RuntimeError
    assert (root / MUTANT.path).read_text() == SOURCE


def test_status_of_pytest_decides_and_the_time_limit_counts_as_found(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for status, is_found in ((0, False), (1, True), (2, True), (None, True)):
        monkeypatch.setattr(mutation, "run_pytest", lambda *_args, status=status, **_kwargs: status)
        assert mutation.judge(root, MUTANT) == MutationResult(MUTANT, is_found=is_found)


def test_run_without_tests_is_an_error(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutation, "run_pytest", lambda *_args, **_kwargs: 5)
    with pytest.raises(RuntimeError, match="pytest returned 5"):
        mutation.judge(root, MUTANT)


def test_progress_names_number_verdict_file_and_fault() -> None:
    line = progress(12, 60, MutationResult(MUTANT, is_found=True))
    assert line == "12/60 found  chalicelib/caps/limits.py: n >= limit -> n > limit"


def test_removed_text_is_described_as_nothing() -> None:
    assert MUTANT._replace(old=" or\n  b", new="").description == "or b -> nothing"


def test_summary_counts_the_found_and_lists_the_survivors() -> None:
    survivor = "survived  chalicelib/caps/limits.py: n >= limit -> n > limit"
    assert summary(results(57, 3)) == "\n".join(["found 57 of 60 (95 %)", *[survivor] * 3])


@pytest.mark.parametrize(
    ("found", "errors", "status"),
    [
        pytest.param(60, [], 0, id="all found"),
        pytest.param(57, [], 0, id="exactly 95 %"),
        pytest.param(56, [], 1, id="under 95 %"),
        pytest.param(60, ["stale"], 2, id="stale row"),
    ],
)
def test_exit_status(found: int, errors: list[str], status: int) -> None:
    assert exit_status(results(found, 60 - found), errors) == status


def test_mutants_are_selected_by_part_of_their_path() -> None:
    other = MUTANT._replace(file="http/models.py")
    assert select([MUTANT, other], ["caps/", "alerts/"]) == [MUTANT]
    assert select([MUTANT, other], []) == [MUTANT, other]


def test_each_of_the_62_mutants_changes_its_text_and_occurs_once() -> None:
    assert len(MUTANTS) == 62
    assert [mutant for mutant in MUTANTS if mutant.old == mutant.new] == []
    assert max(Counter((mutant.file, mutant.old) for mutant in MUTANTS).values()) == 1
