"""What the gateway writes to the terminal. Never a header's value, a query or a body."""

import os
import traceback

import click

from lambda_adapters.http.urls import clean_raw_path

_COLOURS = {2: "green", 3: "cyan", 4: "yellow", 5: "red"}


class Console:
    """A line per request to stdout; tracebacks and problems to stderr.

    click leaves colours out where the output is no terminal; NO_COLOR (no-color.org) wins.
    """

    def say(self, text: str) -> None:
        """A line of information."""
        click.echo(text, color=_color())

    def request(
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
        """One request is done. `received` and `sent` are the bodies' bytes."""
        colour = _COLOURS.get(status // 100, "magenta")
        self.say(
            f"{click.style(f'{method:<7}', bold=True)} {clean_raw_path(raw_path)} "
            + click.style(f"{front} {function} ", dim=True)
            + click.style(str(status), fg=colour, bold=True)
            + click.style(f" {seconds * 1000:.1f} ms, {received} B in, {sent} B out", dim=True)
        )

    def problem(self, text: str) -> None:
        """Something that the developer should know and the client is not told."""
        click.echo(click.style(text, fg="red"), err=True, color=_color())

    def failed(self, function: str, what: str, error: BaseException) -> None:
        """A function raised: its traceback, without the frame that called it."""
        trace = error.__traceback__.tb_next if error.__traceback__ else None
        lines = traceback.format_exception(type(error), error, trace)
        click.echo("".join(lines).rstrip(), err=True, color=_color())
        self.problem(f"{function}: {what} raised {type(error).__name__}; see the traceback above.")


def _color() -> bool | None:
    return False if os.environ.get("NO_COLOR") else None
