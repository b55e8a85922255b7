"""`python -m bench.mutation`: check that the tests find typical faults, one small edit of the source at a time.

Each mutant of `bench/mutants.py` and `bench/mutants_api.py` replaces one piece of text in a copy of the repository, and
the nearest tests run. The mutant is found if a test fails. The working tree is never changed. Exit status: 0 if at
least 95 % are found, 1 if fewer, 2 if a row of the tables is stale or the tests fail without a mutant.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench import mutants, mutants_api

ROOT = Path(__file__).parent.parent
COPIED = (
    *(".chalice", "acceptance", "bench", "chalicelib", "demo", "deploy", "local", "tests"),
    *("app.py", "manage.py", "pyproject.toml"),
)
LINKED = (".venv", "vendor")
MIN_PERCENT = 95

_SECONDS = 180
_BASELINE_SECONDS = 900
_IGNORED = shutil.ignore_patterns("__pycache__", "deployments", "deployed")
_OPTIONS = ("-q", "-x", "-p", "no:randomly", "-p", "no:cacheprovider", "--hypothesis-seed=0")
_PASSED, _FAILED, _INTERRUPTED = 0, 1, 2
"""Exit statuses of pytest. `_INTERRUPTED` is that of a module that cannot be imported."""


class Mutant(NamedTuple):
    """One fault: `new` in place of `old`, which occurs once in `file`. Tests are separated by spaces.

    `file` is a path below `chalicelib`, the tests are paths below `tests`.
    """

    file: str
    old: str
    new: str
    tests: str

    @property
    def path(self) -> str:
        """The path of the source file below the root of the repository."""
        return f"chalicelib/{self.file}"

    @property
    def test_files(self) -> list[str]:
        """The paths of the tests below the root of the repository."""
        return [f"tests/{name}" for name in self.tests.split()]

    def nearest_tests(self, root: Path) -> list[str]:
        """Return the paths of the tests, with the file's own test if there is one by now."""
        own = str(Path("tests", self.file).with_name(f"test_{Path(self.file).name}"))
        return [*self.test_files, *([own] if own not in self.test_files and (root / own).is_file() else [])]

    @property
    def description(self) -> str:
        """The replacement on one line: `old -> new`."""
        return f"{' '.join(self.old.split())} -> {' '.join(self.new.split()) or 'nothing'}"


MUTANTS = tuple(Mutant(*row) for row in (*mutants.ROWS, *mutants_api.ROWS))


class MutationResult(NamedTuple):
    """A mutant, and whether a test failed with it."""

    mutant: Mutant
    is_found: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the mutants, or with `--check` only check their table. Return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.mutation", description=__doc__)
    parser.add_argument("files", nargs="*", help="only mutants of files whose path contains one of these texts")
    parser.add_argument(
        "--check", action="store_true", help="only check that each old text occurs once and tests exist"
    )
    parser.add_argument("--jobs", type=int, default=1, help="number of mutants to run at a time (default %(default)s)")
    options = parser.parse_args(arguments)
    selected = select(MUTANTS, options.files)
    if options.check:
        errors = table_errors(ROOT, selected)
        print("\n".join([*errors, f"{len(selected) - len(errors)} of {len(selected)} rows are valid"]))
        return 2 if errors else 0
    with TemporaryDirectory(prefix="mutation-") as folder:
        return _run(Path(folder), selected, max(1, options.jobs))


def select(rows: Iterable[Mutant], files: Collection[str]) -> list[Mutant]:
    """Return the mutants whose path contains one of the texts, or all if there is no text."""
    return [mutant for mutant in rows if not files or any(text in mutant.path for text in files)]


def _run(folder: Path, selected: Sequence[Mutant], jobs: int) -> int:
    first = copy_repository(ROOT, folder / "1")
    errors = table_errors(first, selected)
    print("".join(f"{error}\n" for error in errors), end="", flush=True)
    valid = [mutant for mutant in selected if row_error(first, mutant) is None]
    if not valid:
        return 2
    if (
        run_pytest(first, sorted({file for mutant in valid for file in mutant.nearest_tests(first)}), _BASELINE_SECONDS)
        != _PASSED
    ):
        print("The tests fail without a mutant. Fix them first.", file=sys.stderr)
        return 2
    copies = [first, *(shutil.copytree(first, folder / str(n), symlinks=True) for n in range(2, jobs + 1))]
    results = []
    for number, result in enumerate(judge_all(copies, valid), start=1):
        print(progress(number, len(valid), result), flush=True)
        results.append(result)
    print(summary(results))
    return exit_status(results, errors)


def copy_repository(root: Path, copy: Path) -> Path:
    """Copy what the tests need. Link the large folders, which no test changes."""
    copy.mkdir()
    for name in COPIED:
        if (root / name).is_dir():
            shutil.copytree(root / name, copy / name, ignore=_IGNORED)
        else:
            shutil.copy2(root / name, copy / name)
    for name in LINKED:
        (copy / name).symlink_to(root / name)
    return copy


def table_errors(root: Path, rows: Iterable[Mutant]) -> list[str]:
    """Return the errors of the table: rows that no longer match their file, and missing test files."""
    return [error for mutant in rows if (error := row_error(root, mutant))]


def row_error(root: Path, mutant: Mutant) -> str | None:
    """Return why the row cannot be used, or None."""
    if not (root / mutant.path).is_file():
        return f"stale  {mutant.path}: the file does not exist"
    count = (root / mutant.path).read_text().count(mutant.old)
    if count != 1:
        return f"stale  {mutant.path}: {mutant.old!r} occurs {count} times"
    missing = [file for file in mutant.test_files if not (root / file).is_file()]
    return f"stale  {mutant.path}: {', '.join(missing)} does not exist" if missing else None


@contextmanager
def applied(root: Path, mutant: Mutant) -> Iterator[None]:
    """Apply the mutant to its file, and restore content and time of the file at the end."""
    file = root / mutant.path
    original, status = file.read_bytes(), file.stat()
    file.write_text(original.decode().replace(mutant.old, mutant.new))
    try:
        yield
    finally:
        file.write_bytes(original)
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def judge_all(copies: Sequence[Path], rows: Iterable[Mutant]) -> Iterator[MutationResult]:
    """Yield the result of each mutant when it is known. Each copy runs one mutant at a time."""
    free = SimpleQueue[Path]()
    for copy in copies:
        free.put(copy)

    def judged(mutant: Mutant) -> MutationResult:
        copy = free.get()
        try:
            return judge(copy, mutant)
        finally:
            free.put(copy)

    pool = ThreadPoolExecutor(len(copies))
    try:
        for future in as_completed([pool.submit(judged, mutant) for mutant in rows]):
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def judge(root: Path, mutant: Mutant) -> MutationResult:
    """Return whether the nearest tests fail with the mutant. Exceeding the time limit counts as a failure."""
    with applied(root, mutant):
        status = run_pytest(root, mutant.nearest_tests(root), _SECONDS, quiet=True)
    if status not in (None, _PASSED, _FAILED, _INTERRUPTED):
        message = f"pytest returned {status} for {mutant.path}: {mutant.description}."
        raise RuntimeError(message)
    return MutationResult(mutant, is_found=status != _PASSED)


def run_pytest(root: Path, files: Sequence[str], seconds: float, *, quiet: bool = False) -> int | None:
    """Run the test files in the copy. Return pytest's exit status, or None if it exceeds the time limit.

    A quiet run prints nothing and writes no bytecode: that of the original source must not be replaced.
    """
    process = subprocess.Popen(  # noqa: S603 - the project's own tests
        [sys.executable, "-m", "pytest", *_OPTIONS, *files],
        cwd=root,
        env={**os.environ, **({"PYTHONDONTWRITEBYTECODE": "1"} if quiet else {})},
        stdout=subprocess.DEVNULL if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        start_new_session=True,
    )
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def progress(number: int, total: int, result: MutationResult) -> str:
    """Return the line of one result."""
    verdict = "found" if result.is_found else "survived"
    return f"{number}/{total} {verdict}  {result.mutant.path}: {result.mutant.description}"


def summary(results: Sequence[MutationResult]) -> str:
    """Return how many mutants were found, and a line for each survivor."""
    survivors = [result.mutant for result in results if not result.is_found]
    found = len(results) - len(survivors)
    lines = [f"survived  {mutant.path}: {mutant.description}" for mutant in survivors]
    return "\n".join([f"found {found} of {len(results)} ({100 * found / len(results):.0f} %)", *lines])


def exit_status(results: Sequence[MutationResult], errors: Sequence[str]) -> int:
    """Return 2 if the table has errors, 1 if too few mutants are found, else 0."""
    if errors:
        return 2
    return 1 if 100 * sum(result.is_found for result in results) < MIN_PERCENT * len(results) else 0


if __name__ == "__main__":
    sys.exit(main())
