"""`python -m compliance.servers.run [--write]`: measure, print the tables, update docs/parity.md.

Exit code 0: every difference is explained. 1: a difference is not explained, or an allowance is not
needed. 2: a server did not start, so there are no tables.
"""

import sys

from compliance.servers.measurement import Measurement, find_unneeded, measure
from compliance.servers.page import PAGE, format_section, replace_section
from compliance.servers.real_servers import CannotStart


def main(arguments: list[str]) -> int:
    """Run the command and return its exit code."""
    try:
        measurement = measure()
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 2
    section = format_section(measurement)
    print(section)
    problems = find_problems(measurement)
    print("\n".join(problems), file=sys.stderr)
    if "--write" in arguments and not problems:
        PAGE.write_text(replace_section(section, PAGE.read_text("utf-8")), "utf-8")
    return 1 if problems else 0


def find_problems(measurement: Measurement) -> list[str]:
    """A text for each unexplained difference and each unneeded allowance."""
    return [
        *(f"Not explained: {difference}" for difference in measurement.differences),
        *(f"Not needed: {text}" for text in find_unneeded(measurement)),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
