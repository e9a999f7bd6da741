"""Downloads the frameworks' sdists from PyPI and prepares the environment for their suites. [I/O]

All files are in one folder, `.suites` or the one that SUITES_DIR names: `sdists/`, `venv/`,
`copies/`, `results/`. Files that exist are not downloaded again.
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
_SHOWN_LINES = 15  # of the output of a command that failed


class CannotFetch(Exception):
    """A suite or a package that it needs cannot be installed. The message says what to do."""


def suites_folder() -> Path:
    """The folder that holds all files of this module."""
    return Path(os.environ.get("SUITES_DIR") or CHECKOUT / ".suites").resolve()


def fetch_sdist(framework: Framework, folder: Path) -> Path:
    """The folder of the unpacked sdist. Raises CannotFetch."""
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
        _unpack(_find_archive(packed, pin), unpacked)
    suite = framework.cwd(unpacked)
    if not (suite / "tests").is_dir() and suite.name != "tests":
        raise CannotFetch(f"The sdist of {pin} has no tests folder, so its suite cannot be run.")
    return unpacked


def _find_archive(packed: Path, pin: str) -> Path:
    stem = pin.replace("==", "-")
    found = [path for path in packed.glob("*.tar.gz") if path.name[:-7].lower() == stem]
    if not found:
        raise CannotFetch(f"pip downloaded no {stem}.tar.gz into {packed}.")
    return found[0]


def _unpack(archive: Path, unpacked: Path) -> None:
    """Unpack into a temporary folder and rename it, so that no incomplete folder is ever used."""
    temporary = unpacked.with_name(unpacked.name + ".part")
    with tarfile.open(archive) as tar:
        tar.extractall(temporary, filter="data")
    inside = next(iter(temporary.iterdir()))
    inside.rename(unpacked)
    temporary.rmdir()


def prepare_python(frameworks: Iterable[Framework], folder: Path) -> str:
    """The Python of the suites' environment, with their requirements. Raises CannotFetch."""
    venv = folder / "venv"
    python = venv / "bin" / "python"
    if not python.exists():
        _run((sys.executable, "-m", "venv", str(venv)), "a virtual environment", folder)
    for framework in frameworks:
        pin = f"{framework.name}=={framework.version}"
        requirements = sorted([pin, *framework.requirements])
        mark = venv / f"{framework.name}.txt"
        if mark.exists() and mark.read_text(encoding="utf-8").split("\n") == requirements:
            continue
        common = ("click", "httpx", "pytest>=9.1,<9.2", "pytest-timeout", "-e", str(CHECKOUT))
        command = (str(python), *_PIP, "install", *common, *requirements)
        _run(command, f"the requirements of the {framework.name} suite", folder)
        mark.write_text("\n".join(requirements), encoding="utf-8")
    return str(python)


def _run(command: Sequence[str], what: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=folder, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        output = (done.stderr or done.stdout).strip().splitlines()[-_SHOWN_LINES:]
        raise CannotFetch(
            f"Could not get {what}. This needs a network and PyPI.\n" + "\n".join(output)
        )
