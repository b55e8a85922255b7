"""The cost of a fresh process until its first 302, and the size of the package.

Every round starts two processes in turn: one imports the application and serves a click, the other imports boto3,
creates a client and puts the same click. Both use only the deployed package, compiled as on Lambda. Not included: the
start of the interpreter, and the parts that exist only on AWS (sandbox, download of the package, TLS).
"""

import json
import os
import statistics
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.dynamodb_server.values import TypedItem
from bench.endpoint import FakeEndpoint, endpoint, environment_without_options
from bench.figures import Figure, FigureTarget, Floor, Part, main
from bench.fixture_network import create_fixture_network
from bench.processes import ROOT
from bench.serving.event import event, visits
from deploy import package

ROUNDS = 11
UNZIPPED_MB = 90.0
OF_BOTO3 = 0.8
"""Limit of a cold start, as a part of `import boto3`, a client and one `put_item`."""

BENCH = ROOT / "bench"
_SECONDS = 60
_SUCCESSFUL = {200, 302}
_MB = 1e6


@dataclass(frozen=True, slots=True)
class Start:
    """One start: milliseconds of wall clock and CPU for the import and for the first call."""

    import_wall: float
    first_wall: float
    import_cpu: float
    first_cpu: float

    @property
    def wall(self) -> float:
        """Wall clock of both phases."""
        return self.import_wall + self.first_wall

    @property
    def cpu(self) -> float:
        """CPU of both phases."""
        return self.import_cpu + self.first_cpu


def run_process(module: str, argument: str, environment: Mapping[str, str]) -> Start:
    """Run one of the cold start programs in a fresh process. Only the environment's `PYTHONPATH` is importable."""
    command = [sys.executable, "-S", str(BENCH / f"{module}.py"), argument]
    result = subprocess.run(  # noqa: S603 - our own
        command, env=environment, capture_output=True, text=True, check=True, timeout=_SECONDS
    )
    output = json.loads(result.stdout)
    if output["status"] not in _SUCCESSFUL:
        message = f"{module} returned status {output['status']}: {result.stderr}"
        raise SystemExit(message)
    return start_from_marks(output["marks"])


def start_from_marks(marks: Iterable[float]) -> Start:
    """Return a start from its marks: wall clock and CPU in seconds, initially, after import, after the response."""
    wall, cpu, imported_wall, imported_cpu, responded_wall, responded_cpu = (1000 * mark for mark in marks)
    return Start(imported_wall - wall, responded_wall - imported_wall, imported_cpu - cpu, responded_cpu - imported_cpu)


def medians(starts: Iterable[Start]) -> Start:
    """Return the median of each field."""
    columns = zip(*((s.import_wall, s.first_wall, s.import_cpu, s.first_cpu) for s in starts), strict=True)
    return Start(*map(statistics.median, columns))


@contextmanager
def unpacked_package(folder: Path) -> Iterator[str]:
    """Yield the `PYTHONPATH` of the package as on Lambda, followed by this repository for the floor program."""
    with TemporaryDirectory() as temporary:
        for archive in (package.CODE, package.LAYER):
            with zipfile.ZipFile(folder / archive) as opened:
                opened.extractall(temporary)
        yield os.pathsep.join([temporary, str(Path(temporary) / "python"), str(ROOT)])


def rounds(tables: FakeEndpoint, code: str, path: str) -> tuple[Start, Start]:
    """Return the median start of the application and of the floor, with `path` as `PYTHONPATH`."""
    environment = {**environment_without_options(), **tables.environment, "ONLY_REDIRECT": "1", "PYTHONPATH": path}
    click_event = json.dumps(event(next(visits(code))))
    run_process("cold_start_app", click_event, environment)
    item: TypedItem = tables.items("clicks")[-1]
    run_process("cold_start_floor", json.dumps(item), environment)
    ours, floor = [], []
    for _ in range(ROUNDS):
        ours.append(run_process("cold_start_app", click_event, environment))
        floor.append(run_process("cold_start_floor", json.dumps(item), environment))
    return medians(ours), medians(floor)


def sizes(folder: Path) -> dict[str, tuple[float, float]]:
    """Return the zipped and unzipped sizes of the package's parts, in megabytes (10⁶ bytes)."""
    archives = {"code": folder / package.CODE, "layer": folder / package.LAYER}
    return {name: (archive.stat().st_size / _MB, _unzipped(archive) / _MB) for name, archive in archives.items()}


def _unzipped(archive: Path) -> int:
    with zipfile.ZipFile(archive) as opened:
        return sum(file.file_size for file in opened.infolist())


def measure() -> Part:
    """Measure the figures of the cold start and of the package."""
    network, built = create_fixture_network(), package.build("local")
    with endpoint(network.items) as tables, unpacked_package(built) as path:
        ours, floor = rounds(tables, network.plain, path)
    facts = {"cold_ms": ours.wall, "cold_cpu_ms": ours.cpu, "floor_ms": floor.wall, "floor_cpu_ms": floor.cpu}
    return Part("cold_start", [*_start_figures(ours, floor), *_size_figures(sizes(built))], facts)


def _start_figures(ours: Start, floor: Start) -> list[Figure]:
    least = "import boto3, client, put_item"
    limit = FigureTarget(OF_BOTO3, of_ratio=True)
    return [
        Figure("cold start to the first 302, CPU", ours.cpu, "ms", Floor(least, floor.cpu), limit),
        Figure("cold start to the first 302, wall clock", ours.wall, "ms", Floor(least, floor.wall), limit),
        Figure("cold start: import, CPU", ours.import_cpu, "ms", Floor("import boto3, client", floor.import_cpu)),
        Figure("cold start: first click, CPU", ours.first_cpu, "ms", Floor("first put_item", floor.first_cpu)),
    ]


def _size_figures(built: Mapping[str, tuple[float, float]]) -> list[Figure]:
    zipped, unzipped = (sum(column) for column in zip(*built.values(), strict=True))
    parts = [Figure(f"package: {name}, unzipped", each[1], "MB") for name, each in built.items()]
    return [
        Figure("package, zipped", zipped, "MB"),
        Figure("package, unzipped", unzipped, "MB", target=FigureTarget(UNZIPPED_MB)),
        *parts,
    ]


if __name__ == "__main__":
    main(measure)
