"""The coverage-guided fuzzer: any JSON as an event and as a response, for as long as it is let.

Run as fuzz/README.md says; libFuzzer's options come first, say -max_total_time=3600, then the
folder for the inputs that reached something new.
"""

import sys
from pathlib import Path

import atheris

HERE = Path(__file__).parent
SEEDS = [HERE / "corpus", HERE.parent / "tests" / "events"]

with atheris.instrument_imports(include=["lambda_adapters", "asgi_lambda", "wsgi_lambda"]):
    from fuzz.properties import check_text

from fuzz.mutations import Mutator  # noqa: E402 - not to be instrumented


def mutate_bytes(data: bytes, max_size: int) -> bytes:
    """libFuzzer's own mutation. atheris.Mutate of 3.0 ends the process; and whoever loads the core
    before Setup has it without the custom mutator."""
    from atheris import core_with_libfuzzer

    return bytes(core_with_libfuzzer.Mutate(data, max_size))


def main() -> None:
    """Fuzz until the time is up or something is found; libFuzzer then ends the process."""
    if all(argument.startswith("-") for argument in sys.argv[1:]):
        sys.exit("Expected a folder for new inputs as the last argument, got none.")
    mutator = Mutator(SEEDS, mutate_bytes)
    # libFuzzer writes to the first folder only: the seeds stay as they are.
    atheris.Setup([*sys.argv, *map(str, SEEDS)], check_text, custom_mutator=mutator.mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
