"""Times of a start by phase and clock, and package sizes by part."""

import zipfile
from pathlib import Path

import pytest

from bench.cold_start import Start, medians, sizes, start_from_marks


def test_marks_are_converted_to_milliseconds_per_phase() -> None:
    assert start_from_marks([10.0, 1.0, 10.25, 1.125, 10.5, 1.25]) == Start(250.0, 250.0, 125.0, 125.0)


def test_both_phases_add_up() -> None:
    start = Start(100.0, 20.0, 80.0, 10.0)
    assert (start.wall, start.cpu) == (120.0, 90.0)


def test_each_field_has_its_own_median() -> None:
    starts = [Start(1.0, 9.0, 2.0, 5.0), Start(2.0, 7.0, 9.0, 4.0), Start(3.0, 8.0, 1.0, 6.0)]
    assert medians(starts) == Start(2.0, 8.0, 2.0, 5.0)


def test_package_sizes_are_zipped_and_unzipped(tmp_path: Path) -> None:
    for name, held in (("deployment.zip", 3_000), ("layer-deployment.zip", 50_000)):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a", b"x" * held)
    found = sizes(tmp_path)
    assert [found[part][1] for part in ("code", "layer")] == pytest.approx([0.003, 0.05])
    assert found["layer"][0] < 0.005
