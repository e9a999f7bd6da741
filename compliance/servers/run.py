"""`python -m compliance.servers.run [--write]`: measure, print the tables, refresh the page.

Exit code 0: every difference is explained. 1: one is not, or an allowance is not needed. 2: a
server did not start, so there is nothing to show.
"""

import sys

from compliance.servers.measurement import Measured, measure, unneeded
from compliance.servers.page import PAGE, page_with, section_of
from compliance.servers.real_servers import CannotStart


def main(arguments: list[str]) -> int:
    """The command; its exit code."""
    try:
        measured = measure()
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 2
    print(section_of(measured))
    trouble = troubles_of(measured)
    print("\n".join(trouble), file=sys.stderr)
    if "--write" in arguments and not trouble:
        PAGE.write_text(page_with(section_of(measured), PAGE.read_text("utf-8")), "utf-8")
    return 1 if trouble else 0


def troubles_of(measured: Measured) -> list[str]:
    """What keeps the tables from being right, one text each."""
    return [
        *(f"Not explained: {difference}" for difference in measured.differences),
        *(f"Not needed: {text}" for text in unneeded(measured)),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
