"""Measures what an import adds to a cold start: processor time and modules.

    make bench

Each import runs in a new interpreter. The modules that a function loads in any case are imported
first: the framework, and AWS's runtime client. Bytecode exists before the first run that counts.
The runs of the imports alternate, and the median is printed.
"""

import os
import subprocess
import sys
from importlib.util import find_spec
from statistics import median
from typing import NamedTuple

RUNS = 15

CODE = """
import sys, time
import {before}
loaded, start = set(sys.modules), time.process_time()
import {name}
{name}.{public}
print((time.process_time() - start) * 1000, len(set(sys.modules) - loaded))
"""


class Import(NamedTuple):
    """An import, and the framework that is imported before it."""

    name: str
    public: str
    framework: str

    def run(self) -> tuple[float, int]:
        """Milliseconds of processor time, and the number of modules loaded."""
        before = f"{self.framework}, awslambdaric.bootstrap"
        code = CODE.format(before=before, name=self.name, public=self.public)
        environment = dict(os.environ)
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        milliseconds, modules = done.stdout.split()
        return float(milliseconds), int(modules)


ASGI = Import("asgi_lambda", "Adapter", "fastapi")
MANGUM = Import("mangum", "Mangum", "fastapi")
WSGI = Import("wsgi_lambda", "Adapter", "flask")
APIG_WSGI = Import("apig_wsgi", "make_lambda_handler", "flask")


def measure_medians(imports: list[Import]) -> dict[Import, tuple[float, int]]:
    """The median of each import's runs. The first run only writes the bytecode."""
    runs = [{each: each.run() for each in imports} for _ in range(RUNS + 1)][1:]
    return {each: (median(run[each][0] for run in runs), runs[0][each][1]) for each in imports}


def main() -> None:
    if find_spec("awslambdaric") is None:
        print("Imports are measured after awslambdaric, which has no build for this machine.")
        return
    measured = measure_medians([ASGI, MANGUM, WSGI, APIG_WSGI])
    for each, (milliseconds, modules) in measured.items():
        print(
            f"{'import ' + each.name:30} {milliseconds:6.1f} ms of processor time, "
            f"{modules} modules, after {each.framework} and awslambdaric"
        )
    ratio = measured[ASGI][0] / measured[MANGUM][0]
    print(f"asgi_lambda takes {ratio:.2f} of mangum's time (limit 1.50)")
    print("wsgi_lambda: limits 5 ms and 40 modules")


if __name__ == "__main__":
    main()
