"""`python -m lambda_adapters.local`: the same as `lambda-adapters`."""

from lambda_adapters.local.cli import main

main(prog_name="lambda-adapters")
