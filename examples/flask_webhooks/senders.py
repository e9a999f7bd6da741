"""Play Stripe, GitHub and Slack against the app: `python senders.py http://localhost:8000`.

Exit codes: 0 all as it must be, 1 something differs, 2 there is nothing to play against.
"""

import os

import click
import httpx
from plays.play import Auth, play
from plays.signing import PLAYERS
from plays.stage import Secrets


class Unfit(click.ClickException):
    """There is nothing to play against."""

    exit_code = 2


@click.command()
@click.argument("base_url", metavar="URL")
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=10.0,
    show_default=True,
    help="Seconds that a queue may take until a delivery is stored.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=10.0,
    show_default=True,
    help="Seconds that a sender waits for an answer.",
)
def main(base_url: str, wait: float, timeout: float) -> None:
    """Send what Stripe, GitHub and Slack send, right and wrong, to the app at URL.

    They sign with STRIPE_SECRET, GITHUB_SECRET and SLACK_SECRET, which the app must have as well,
    and while a secret is replaced with STRIPE_SECRET_OLD and so on. PAGE_PASSWORD opens the lists.
    """
    secrets = {player.name: _secrets(player.variable) for player in PLAYERS}
    password = os.environ.get("PAGE_PASSWORD")
    auth = ("", password) if password else None
    with _client(base_url, timeout) as client:
        _look(client, base_url, auth)
        wrong = 0
        for line in play(client, secrets, auth=auth, wait=wait):
            mark = "ok   " if line.right else "WRONG"
            told = line.seen if line.right else f"expected {line.expected}, got {line.seen}"
            click.echo(f"{mark}  {line.sender:7}  {line.case:27}  {told}")
            wrong += not line.right
    if wrong:
        click.echo(f"{wrong} {'differs' if wrong == 1 else 'differ'}.")
        raise SystemExit(1)
    click.echo("All as it must be.")


def _secrets(variable: str) -> Secrets:
    new = os.environ.get(variable)
    if not new:
        raise click.UsageError(
            f"Expected {variable} in the environment, got none. Next: give this script the "
            "secrets that the app has; for this machine: . ./laptop.env"
        )
    return Secrets(new, os.environ.get(f"{variable}_OLD") or None)


def _client(base_url: str, timeout: float) -> httpx.Client:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host:
        raise click.UsageError(f"Expected a URL such as http://localhost:8000, got {base_url!r}.")
    return httpx.Client(base_url=url, timeout=timeout)


def _look(client: httpx.Client, base_url: str, auth: Auth) -> None:
    """Is it there, and is it this app?"""
    try:
        reply = client.get("/deliveries", auth=auth)
    except httpx.TransportError as error:
        raise Unfit(
            f"Expected the app at {base_url}, which cannot be reached ({type(error).__name__}). "
            "Next: start it, or check the address and the port."
        ) from None
    if reply.status_code == 401:
        raise Unfit("The lists want PAGE_PASSWORD. Next: set it to what the app has.")
    if reply.status_code != 200:
        raise Unfit(
            f"Expected the app's list at {reply.url}, got {reply.status_code}. Next: name the "
            "URL that the page has, its stage included; behind a 5xx look at the app's log."
        )


if __name__ == "__main__":
    main()
