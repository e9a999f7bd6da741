"""`python -m lambda_tools`: the same as `lambda-adapters`."""

from lambda_tools.cli import main

main(prog_name="lambda-adapters")
