"""What a fresh process costs until its first 302, and how large the package is.

Every round starts two processes after one another: one imports the application and answers a click, one imports boto3,
makes a client and puts the same click. Both run on the package that is deployed, compiled as it is there, and on
nothing else that is installed. The interpreter's own start is left out of both, and so is what only AWS has: the
sandbox, the download of the package, TLS.
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
from bench.fixture_network import made
from bench.processes import ROOT
from bench.serving.event import event, visits
from deploy import package

ROUNDS = 11
UNZIPPED_MB = 90.0
BENCH = ROOT / "bench"
_SECONDS = 60
_ANSWERS = {200, 302}
_MB = 1e6


@dataclass(frozen=True, slots=True)
class Start:
    """One start: milliseconds of wall clock and of CPU for the import and for the first call."""

    import_wall: float
    first_wall: float
    import_cpu: float
    first_cpu: float

    @property
    def wall(self) -> float:
        """Both phases by the wall clock."""
        return self.import_wall + self.first_wall

    @property
    def cpu(self) -> float:
        """Both phases' CPU."""
        return self.import_cpu + self.first_cpu


def start(module: str, argument: str, environment: Mapping[str, str]) -> Start:
    """Runs one of the cold start programs in a fresh process, with only what the environment's `PYTHONPATH` names."""
    command = [sys.executable, "-S", str(BENCH / f"{module}.py"), argument]
    done = subprocess.run(  # noqa: S603 - our own
        command, env=environment, capture_output=True, text=True, check=True, timeout=_SECONDS
    )
    told = json.loads(done.stdout)
    if told["status"] not in _ANSWERS:
        message = f"{module} was answered by {told['status']}: {done.stderr}"
        raise SystemExit(message)
    return start_of(told["marks"])


def start_of(marks: Iterable[float]) -> Start:
    """A start of its marks: wall clock and CPU by turns, at the beginning, after import and answer, in seconds."""
    wall, cpu, imported_wall, imported_cpu, answered_wall, answered_cpu = (1000 * mark for mark in marks)
    return Start(imported_wall - wall, answered_wall - imported_wall, imported_cpu - cpu, answered_cpu - imported_cpu)


def medians(starts: Iterable[Start]) -> Start:
    """The medians of each part of them, on their own."""
    columns = zip(*((s.import_wall, s.first_wall, s.import_cpu, s.first_cpu) for s in starts), strict=True)
    return Start(*map(statistics.median, columns))


@contextmanager
def unpacked(folder: Path) -> Iterator[str]:
    """The `PYTHONPATH` of the package in that folder, as a Lambda has it; behind it, for the floor, this bench."""
    with TemporaryDirectory() as temporary:
        for archive in (package.CODE, package.LAYER):
            with zipfile.ZipFile(folder / archive) as opened:
                opened.extractall(temporary)
        yield os.pathsep.join([temporary, str(Path(temporary) / "python"), str(ROOT)])


def rounds(there: FakeEndpoint, code: str, path: str) -> tuple[Start, Start]:
    """The application's start and the floor's, on what the path names."""
    environment = {**environment_without_options(), **there.environment, "PYTHONPATH": path}
    its_event = json.dumps(event(next(visits(code))))
    start("cold_start_app", its_event, environment)
    given: TypedItem = there.items("clicks")[-1]
    start("cold_start_floor", json.dumps(given), environment)
    ours, floor = [], []
    for _ in range(ROUNDS):
        ours.append(start("cold_start_app", its_event, environment))
        floor.append(start("cold_start_floor", json.dumps(given), environment))
    return medians(ours), medians(floor)


def sizes(folder: Path) -> dict[str, tuple[float, float]]:
    """Megabytes (10⁶ bytes) of the package's parts, zipped and unzipped."""
    archives = {"code": folder / package.CODE, "layer": folder / package.LAYER}
    return {name: (archive.stat().st_size / _MB, _unzipped(archive) / _MB) for name, archive in archives.items()}


def _unzipped(archive: Path) -> int:
    with zipfile.ZipFile(archive) as opened:
        return sum(each.file_size for each in opened.infolist())


def measure() -> Part:
    """The figures of the cold start and of the package."""
    network, built = made(), package.build("local")
    with endpoint(network.items) as there, unpacked(built) as path:
        ours, floor = rounds(there, network.plain, path)
    facts = {"cold_ms": ours.wall, "cold_cpu_ms": ours.cpu, "floor_ms": floor.wall, "floor_cpu_ms": floor.cpu}
    return Part("cold_start", [*_start_figures(ours, floor), *_size_figures(sizes(built))], facts)


def _start_figures(ours: Start, floor: Start) -> list[Figure]:
    least = "import boto3, client, put_item"
    limit = FigureTarget(1.0, of_ratio=True)
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
