"""The tools beyond Python that these tests need; a test fails where one is missing."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SERVE = [sys.executable, "-c", "from lambda_adapters.local.cli import main; main()", "serve"]
SECONDS = 30  # for a server to start or end


def tool(name: str, package: str) -> str:
    """The program's path. Fails where it is missing: a test that is skipped proves nothing."""
    path = shutil.which(name)
    if path is None:
        pytest.fail(f"Expected {name}, got none. Next: apt-get install {package}", pytrace=False)
    return path


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[str]:
    """`lambda-adapters serve` in a process of its own; gives the address that it prints."""
    log = folder / "serve.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*SERVE, *arguments, "--port", "0"],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(folder)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield _address(process, log)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(SECONDS)


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    until = time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < until:
        found = re.search(r"http://\S+", log.read_text())
        if found:
            return found[0]
        time.sleep(0.05)
    return pytest.fail(f"serve did not start:\n{log.read_text()}")
