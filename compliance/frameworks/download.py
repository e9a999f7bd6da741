"""Fetching: the frameworks' sdists from PyPI, and the environment in which their suites run. [I/O]

Everything goes below one folder, `.suites` or what SUITES_DIR names: `sdists/`, `venv/`,
`copies/`, `results/`. What is there already is not fetched again.
"""

import os
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError
from pathlib import Path

from compliance.frameworks.projects import Framework

CHECKOUT = Path(__file__).parents[2]
_PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")
_SHOWN = 15  # lines of what a command that failed has said


class CannotFetch(Exception):
    """A suite, or what it needs, is not to be had; the message says what to do."""


def home() -> Path:
    """The folder that holds all of it."""
    return Path(os.environ.get("SUITES_DIR") or CHECKOUT / ".suites").resolve()


def sdist_of(framework: Framework, folder: Path) -> Path:
    """The unpacked sdist. Raises CannotFetch."""
    try:
        pin = f"{framework.name}=={framework.version}"
    except PackageNotFoundError:
        raise CannotFetch(
            f"{framework.name} is not installed, so there is no version to compare with. "
            "Install the project's dev extra: pip install -e '.[dev]'."
        ) from None
    unpacked = folder / "sdists" / pin.replace("==", "-")
    if not unpacked.is_dir():
        packed = folder / "sdists" / "packed"
        packed.mkdir(parents=True, exist_ok=True)
        _run(
            (sys.executable, *_PIP, "download", "--no-deps", "--no-binary", ":all:", pin),
            f"the sdist of {pin}",
            packed,
        )
        _unpack(_archive(packed, pin), unpacked)
    suite = framework.cwd(unpacked)
    if not (suite / "tests").is_dir() and suite.name != "tests":
        raise CannotFetch(f"The sdist of {pin} has no tests folder: its suite is not in it.")
    return unpacked


def _archive(packed: Path, pin: str) -> Path:
    stem = pin.replace("==", "-")
    found = [path for path in packed.glob("*.tar.gz") if path.name[:-7].lower() == stem]
    if not found:
        raise CannotFetch(f"pip downloaded no {stem}.tar.gz into {packed}.")
    return found[0]


def _unpack(archive: Path, unpacked: Path) -> None:
    """Into its place in one step, so that half of it is never taken for the whole."""
    beside = unpacked.with_name(unpacked.name + ".part")
    with tarfile.open(archive) as tar:
        tar.extractall(beside, filter="data")
    inside = next(iter(beside.iterdir()))
    inside.rename(unpacked)
    beside.rmdir()


def interpreter(frameworks: Iterable[Framework], folder: Path) -> str:
    """The Python of the suites' own environment, with what these need. Raises CannotFetch."""
    venv = folder / "venv"
    python = venv / "bin" / "python"
    if not python.exists():
        _run((sys.executable, "-m", "venv", str(venv)), "a virtual environment", folder)
    for framework in frameworks:
        wanted = sorted([f"{framework.name}=={framework.version}", *framework.needs])
        mark = venv / f"{framework.name}.txt"
        if mark.exists() and mark.read_text(encoding="utf-8").split("\n") == wanted:
            continue
        common = ("click", "httpx", "pytest>=9.1,<9.2", "pytest-timeout", "-e", str(CHECKOUT))
        command = (str(python), *_PIP, "install", *common, *wanted)
        _run(command, f"what the suite of {framework.name} needs", folder)
        mark.write_text("\n".join(wanted), encoding="utf-8")
    return str(python)


def _run(command: Sequence[str], what: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=folder, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-_SHOWN:]
        raise CannotFetch(f"Could not get {what}: it takes PyPI and a network.\n" + "\n".join(said))
