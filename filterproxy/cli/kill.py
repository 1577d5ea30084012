"""`filterproxy kill`: takes a rule out of a running proxy for a while."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from typing import Annotated, Any

import typer

from filterproxy.cli.rules import JsonOption, fail

# The proxy waits for its workers at most half as long.
_TIMEOUT_SECONDS = 30.0


def kill(
    rule: Annotated[str, typer.Argument(help="The rule's id.")],
    for_: Annotated[
        str, typer.Option("--for", metavar="TIME", help="For how long, as in 30m; at most 24h.")
    ] = "1h",
    reason: Annotated[str, typer.Option(help="A line for the log, and for colleagues.")] = "",
    end: Annotated[bool, typer.Option("--end", help="Let the rule run again now.")] = False,
    admin: Annotated[
        str, typer.Option(metavar="URL", help="The proxy's admin side.")
    ] = "http://127.0.0.1:9464",
    token_env: Annotated[
        str, typer.Option(metavar="NAME", help="The variable that holds the admin side's token.")
    ] = "FILTERPROXY_ADMIN_TOKEN",
    as_json: JsonOption = False,
) -> None:
    """
    Have one running proxy leave a rule out, as if it were off, until a time.

    It reaches this instance only, and is over when the instance ends. The fleet's way, and the lasting
    one, is an edit of the rule.
    """
    body = None if end else json.dumps({"for": for_, "reason": reason}).encode()
    url = f"{admin.rstrip('/')}/rules/{urllib.parse.quote(rule, safe='/')}/kill"
    answer = _asked(url, "DELETE" if end else "POST", body, os.environ.get(token_env, ""))
    if as_json:
        from filterproxy.cli.show import print_json

        print_json(answer)
        return
    typer.echo(f"{rule} runs again" if end else f"{rule} is not run until {answer['until']}")
    typer.echo(f"({answer['note']})")
    for sentence in answer["late"]:
        typer.echo(f"filterproxy: {sentence}", err=True)


def _asked(url: str, method: str, body: bytes | None, token: str) -> dict[str, Any]:
    """What the admin side says; ends with its own sentence where it refuses."""
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    try:
        request = urllib.request.Request(url, body, headers, method=method)
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
    except urllib.error.HTTPError as error:
        fail(_refusal(error))
    except OSError as error:
        fail(f"{url} cannot be asked: {getattr(error, 'reason', error)}")
    except ValueError as error:
        fail(f"{url} is no admin side of filterproxy: {error}")


def _refusal(error: urllib.error.HTTPError) -> str:
    with error:
        try:
            said = json.load(error)["error"]["message"]
        except (ValueError, KeyError, TypeError):
            said = f"status {error.code}, which is not filterproxy's"
    hint = "; name the variable that holds it with --token-env" if error.code == 401 else ""
    return f"the admin side refuses: {said}{hint}"


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("kill", short_help="Leave a rule out of one running proxy for a while.")(kill)
