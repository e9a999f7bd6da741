"""Console: the gateway's output on the terminal. Never prints header values, queries or bodies."""

import os
import traceback

import click

from lambda_adapters.http.urls import clean_raw_path

_COLORS = {2: "green", 3: "cyan", 4: "yellow", 5: "red"}


class Console:
    """Prints one line per request to stdout, and tracebacks and problems to stderr.

    click omits colors if the output is not a terminal; NO_COLOR (no-color.org) turns them off.
    """

    def print_line(self, text: str) -> None:
        """Print a line of information."""
        click.echo(text, color=_color())

    def print_request(
        self,
        method: str,
        raw_path: str,
        front: str,
        function: str,
        status: int,
        seconds: float,
        received: int,
        sent: int,
    ) -> None:
        """Print a finished request. `received` and `sent` are the body sizes in bytes."""
        color = _COLORS.get(status // 100, "magenta")
        self.print_line(
            f"{click.style(f'{method:<7}', bold=True)} {clean_raw_path(raw_path)} "
            + click.style(f"{front} {function} ", dim=True)
            + click.style(str(status), fg=color, bold=True)
            + click.style(f" {seconds * 1000:.1f} ms, {received} B in, {sent} B out", dim=True)
        )

    def print_problem(self, text: str) -> None:
        """Print a message for the developer that the client does not get."""
        click.echo(click.style(text, fg="red"), err=True, color=_color())

    def print_failure(self, function: str, what: str, error: BaseException) -> None:
        """Print the traceback of an exception, without the frame that called the function."""
        trace = error.__traceback__.tb_next if error.__traceback__ else None
        lines = traceback.format_exception(type(error), error, trace)
        click.echo("".join(lines).rstrip(), err=True, color=_color())
        self.print_problem(
            f"{function}: {what} raised {type(error).__name__}; see the traceback above."
        )


def _color() -> bool | None:
    return False if os.environ.get("NO_COLOR") else None
