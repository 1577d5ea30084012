"""`filterproxy kill`: takes a rule out of a running proxy for a while."""

from __future__ import annotations

import datetime
import http.client
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Annotated, Any

import typer

from filterproxy.cli.rules import JsonOption, fail

# The proxy waits for its workers at most half as long.
_TIMEOUT_SECONDS = 30.0
_HERE = "This proxy only, and not after its restart."


def kill(
    rule: Annotated[
        str | None,
        typer.Argument(metavar="[RULE]", help="The rule's id; without it, what is killed is listed."),
    ] = None,
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

    It reaches this instance of `filterproxy serve` only (the middleware and ext-proc have no such switch),
    and is over when the instance ends. The fleet's way, and the lasting one, is an edit of the rule.
    """
    if rule is None and (end or reason):
        raise typer.BadParameter("which rule? --end and --reason are about one", param_hint="RULE")
    token = os.environ.get(token_env, "")
    if rule is None:
        _show(_asked(admin, "/rules/kills", "GET", None, token), _listed, as_json=as_json)
        return
    body = None if end else json.dumps({"for": for_, "reason": reason}).encode()
    path = f"/rules/{urllib.parse.quote(rule, safe='/')}/kill"
    answer = _asked(admin, path, "DELETE" if end else "POST", body, token)
    _show(answer, lambda said: [f"{rule} runs again here."] if end else _killed(said), as_json=as_json)


def _show(answer: dict[str, Any], lines: Callable[[dict[str, Any]], list[str]], *, as_json: bool) -> None:
    if as_json:
        from filterproxy.cli.show import print_json

        print_json(answer)
        return
    try:
        said = lines(answer)
    except (KeyError, TypeError, ValueError):
        fail("what answers there is no admin side of filterproxy, or one of another version")
    for line in said:
        typer.echo(line)
    for sentence in answer.get("late", ()):
        typer.echo(f"filterproxy: {sentence}", err=True)


def _killed(killed: dict[str, Any]) -> list[str]:
    return [
        f"{_one(killed)}.",
        _HERE,
        f"Everywhere and for good: filterproxy demote {killed['rule']}",
    ]


def _one(killed: dict[str, Any]) -> str:
    until = datetime.datetime.fromisoformat(killed["until"])
    return f"{killed['rule']} is not run until {until:%Y-%m-%d %H:%M:%S} UTC"


def _listed(answer: dict[str, Any]) -> list[str]:
    lines = [
        f"{_one(killed)}, asked by {killed['by']}" + (f": {killed['reason']}" if killed["reason"] else "")
        for killed in answer["kills"]
    ]
    return [*lines, _HERE] if lines else ["No rule is killed here."]


def _asked(admin: str, path: str, method: str, body: bytes | None, token: str) -> dict[str, Any]:
    """What the admin side says; ends with its own sentence where it refuses."""
    from filterproxy.rollout.fetch import opened, parts_of

    try:
        url = parts_of(admin).geturl().rstrip("/") + path
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--admin") from None
    request = urllib.request.Request(url, body, {"content-type": "application/json"}, method=method)
    try:
        with opened(request, token, _TIMEOUT_SECONDS) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
    except urllib.error.HTTPError as error:
        fail(_refusal(error))
    except (OSError, http.client.HTTPException) as error:
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
