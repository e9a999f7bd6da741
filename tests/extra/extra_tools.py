"""Programs that these tests need. A test fails if one is missing."""

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
TIMEOUT = 30  # seconds for a server to start or to stop


def find_tool(name: str, package: str) -> str:
    """The path of a program. Fails if it is missing, because a skipped test proves nothing."""
    path = shutil.which(name)
    if path is None:
        pytest.fail(f"Expected {name}, got none. Next: apt-get install {package}", pytrace=False)
    return path


@contextmanager
def run_serve(folder: Path, *arguments: str) -> Iterator[str]:
    """Run `lambda-adapters serve` in its own process. Yields the address that it prints."""
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
            process.wait(TIMEOUT)


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    end = time.monotonic() + TIMEOUT
    while process.poll() is None and time.monotonic() < end:
        match = re.search(r"http://\S+", log.read_text())
        if match:
            return match[0]
        time.sleep(0.05)
    return pytest.fail(f"serve did not start:\n{log.read_text()}")
