"""The coverage-guided fuzzer: it passes any JSON to the library as an event and as a response.

README.md says how to run it. The options are libFuzzer's, such as -max_total_time=3600. The last
argument is a folder for the inputs that reach new code.
"""

import sys
from pathlib import Path

import atheris

HERE = Path(__file__).parent
SEEDS = [HERE / "corpus", HERE.parent / "tests" / "events"]

with atheris.instrument_imports(include=["lambda_adapters", "asgi_lambda", "wsgi_lambda"]):
    from fuzz.properties import check_text

from fuzz.mutations import Mutator  # noqa: E402 - must not be instrumented


def mutate_bytes(data: bytes, max_size: int) -> bytes:
    """libFuzzer's own mutation.

    atheris.Mutate of version 3.0 ends the process. The core must be imported after Setup: before
    it, the core has no custom mutator.
    """
    from atheris import core_with_libfuzzer

    return bytes(core_with_libfuzzer.Mutate(data, max_size))


def main() -> None:
    """Fuzz until the time is over or an error is found. libFuzzer then ends the process."""
    if all(argument.startswith("-") for argument in sys.argv[1:]):
        sys.exit("Expected a folder for new inputs as the last argument, got none.")
    mutator = Mutator(SEEDS, mutate_bytes)
    # libFuzzer only writes to the first folder, so the seeds do not change.
    atheris.Setup([*sys.argv, *map(str, SEEDS)], check_text, custom_mutator=mutator.mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
