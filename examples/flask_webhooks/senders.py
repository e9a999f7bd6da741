"""Simulate Stripe, GitHub and Slack for the app: `python senders.py http://localhost:8000`.

Exit code 0: all cases passed. 1: a case failed. 2: the app cannot be tested.
"""

import os

import click
import httpx
from simulation.run import Auth, run_simulation
from simulation.session import Secrets
from simulation.signing import SENDERS


class CannotTest(click.ClickException):
    """The app cannot be reached, or the URL is not the app's."""

    exit_code = 2


@click.command()
@click.argument("base_url", metavar="URL")
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=10.0,
    show_default=True,
    help="Seconds that a queue may need until a delivery is stored.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=10.0,
    show_default=True,
    help="Seconds that a sender waits for an answer.",
)
def main(base_url: str, wait: float, timeout: float) -> None:
    """Send valid and bad deliveries of Stripe, GitHub and Slack to the app at URL.

    They are signed with STRIPE_SECRET, GITHUB_SECRET and SLACK_SECRET, which the app must have too,
    and with STRIPE_SECRET_OLD and so on, if they are set. PAGE_PASSWORD is for the lists.
    """
    secrets = {sender.name: _read_secrets(sender.variable) for sender in SENDERS}
    password = os.environ.get("PAGE_PASSWORD")
    auth = ("", password) if password else None
    with _create_client(base_url, timeout) as client:
        _check_app(client, base_url, auth)
        failed = 0
        for result in run_simulation(client, secrets, auth=auth, wait=wait):
            mark = "ok    " if result.passed else "FAILED"
            text = result.actual
            if not result.passed:
                text = f"expected {result.expected}, got {result.actual}"
            click.echo(f"{mark}  {result.sender:7}  {result.case:27}  {text}")
            failed += not result.passed
    if failed:
        click.echo(f"{failed} failed.")
        raise SystemExit(1)
    click.echo("All passed.")


def _read_secrets(variable: str) -> Secrets:
    new = os.environ.get(variable)
    if not new:
        raise click.UsageError(
            f"Expected {variable} in the environment, got none. Next: set the secrets of the app "
            "for this script too; on your machine: . ./laptop.env"
        )
    return Secrets(new, os.environ.get(f"{variable}_OLD") or None)


def _create_client(base_url: str, timeout: float) -> httpx.Client:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host:
        raise click.UsageError(f"Expected a URL such as http://localhost:8000, got {base_url!r}.")
    return httpx.Client(base_url=url, timeout=timeout)


def _check_app(client: httpx.Client, base_url: str, auth: Auth) -> None:
    """Check that the URL is the app's. Raises CannotTest."""
    try:
        reply = client.get("/deliveries", auth=auth)
    except httpx.TransportError as error:
        raise CannotTest(
            f"Expected the app at {base_url}, which cannot be reached ({type(error).__name__}). "
            "Next: start it, or check the address and the port."
        ) from None
    if reply.status_code == 401:
        raise CannotTest("The lists need PAGE_PASSWORD. Next: set it to the password of the app.")
    if reply.status_code != 200:
        raise CannotTest(
            f"Expected the app's list at {reply.url}, got {reply.status_code}. Next: use the URL "
            "of the page, with the stage; for a 5xx read the app's log."
        )


if __name__ == "__main__":
    main()
