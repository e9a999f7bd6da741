"""The command line inside the tests' own process."""

from collections.abc import Callable

from click.testing import CliRunner, Result

from lambda_adapters.local.cli import main

MakeModule = Callable[[str], str]


def run(*arguments: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)
