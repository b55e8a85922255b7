"""What a package is built for: a Lambda runtime and an architecture."""

import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from deploy.cloud import LOCAL
from deploy.errors import CommandError
from deploy.rules.runtimes import END_DATES

DEFAULT_RUNTIME, DEFAULT_ARCHITECTURE = "python3.13", "x86_64"
MACHINES: Mapping[str, str] = MappingProxyType({"x86_64": "x86_64", "arm64": "aarch64"})
"""The machine of each architecture, as the names of wheels have it."""


@dataclass(frozen=True, slots=True)
class Target:
    """A Lambda runtime such as `python3.13`, and an architecture: `x86_64` or `arm64`."""

    runtime: str
    architecture: str

    @property
    def version(self) -> str:
        """The version of Python, such as `3.13`."""
        return self.runtime.removeprefix("python")

    @property
    def is_this_machine(self) -> bool:
        """Whether wheels for this Python and machine run there."""
        return self.runtime == _RUNNING and MACHINES[self.architecture] == platform.machine()

    def interpreter(self) -> str | None:
        """Return a Python of the target's version on this machine, which compiles its modules; None without one."""
        if self.runtime == _RUNNING:
            return sys.executable
        found = shutil.which(self.runtime)
        return found if found and _version(found) == self.version else None


def for_stage(stage: str, environment: Mapping[str, str]) -> Target:
    """Return the target of a stage: this Python for the emulator, `RUNTIME` and `ARCHITECTURE` for AWS."""
    if stage == LOCAL:
        return Target(_RUNNING, DEFAULT_ARCHITECTURE)
    runtime = environment.get("RUNTIME") or DEFAULT_RUNTIME
    architecture = environment.get("ARCHITECTURE") or DEFAULT_ARCHITECTURE
    if runtime not in END_DATES:
        message = f"RUNTIME is {runtime}. Set it to one of {', '.join(END_DATES)}."
        raise CommandError(message)
    if architecture not in MACHINES:
        message = f"ARCHITECTURE is {architecture}. Set it to one of {', '.join(MACHINES)}."
        raise CommandError(message)
    return Target(runtime, architecture)


def _version(interpreter: str) -> str:
    """Return the version that an interpreter reports: a launcher without a Python behind it reports none."""
    script = "import sys; print(*sys.version_info[:2], sep='.')"
    return subprocess.run([interpreter, "-c", script], capture_output=True, text=True, check=False).stdout.strip()


_RUNNING = f"python{sys.version_info.major}.{sys.version_info.minor}"
