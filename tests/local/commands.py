"""Runs the command line in the process of the test."""

from collections.abc import Callable

from click.testing import CliRunner, Result

from lambda_adapters.local.cli import main

MakeModule = Callable[[str], str]


def run(*arguments: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)
