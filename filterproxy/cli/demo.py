"""`filterproxy demo`: a model that invents things, the proxy in front of it, and what each reply becomes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from filterproxy.cli.rules import count, paths_or_shipped, port_number
from filterproxy.cli.serve import exiting

if TYPE_CHECKING:
    from rich.console import Console

    from filterproxy.demo.questions import Question
    from filterproxy.proxy.workers.parent import Running

# What is shown of /metrics: who fired, what became of replies, what was held.
_SHOWN_METRICS = (
    "filterproxy_replies_total",
    "filterproxy_rule_matches_total",
    "filterproxy_rule_excused_total",
    "filterproxy_held_characters_count",
    "filterproxy_held_characters_sum",
)

# A loop-back exchange takes two seconds at most, with a real model on a busy machine ten times that.
_TIMEOUT_SECONDS = 60

_ANYTHING = "A real model, and a very small one: it may answer anything. Where it breaks no rule, none fires."


@dataclass(frozen=True, slots=True)
class _Model:
    """What answers. asked_with: more of each request's body. real: so that nobody can know what it says."""

    url: str
    title: str
    asked_with: Mapping[str, Any] = field(default_factory=dict)
    real: bool = False


def demo(
    once: Annotated[bool, typer.Option("--once", help="End after the questions.")] = False,
    real: Annotated[
        bool, typer.Option("--real", help="Ask a small real model, which needs the extra `demo`.")
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(
            parser=port_number,
            metavar="<int>",
            help="Where the proxy listens. [default: 8080, or a free one]",
        ),
    ] = None,
    admin_port: Annotated[
        int | None,
        typer.Option(
            parser=port_number, metavar="<int>", help="Metrics and health. [default: 9464, or a free one]"
        ),
    ] = None,
) -> None:
    """
    See the proxy at work: a model that makes things up, and what clients read instead.
    """
    with exiting():
        usual = [_usual_or_free(*pair) for pair in ((port, 8080), (admin_port, 9464))]
        asyncio.run(_demo(once, real, *usual))


def _usual_or_free(given: int | None, usual: int) -> int:
    """The port to ask for: a demo must not fail because something else is running."""
    from filterproxy.proxy.address import StartError, bind

    if given is not None:
        return given
    try:
        bind("127.0.0.1", usual).close()
    except StartError:
        return 0
    return usual


@asynccontextmanager
async def _serving(real: bool) -> AsyncIterator[_Model]:
    if real:
        from filterproxy.demo.real import NAME, SAMPLING
        from filterproxy.demo.real import serving as serving_real

        async with serving_real() as url:
            yield _Model(url, NAME, SAMPLING, real=True)
    else:
        from filterproxy.demo.model import serving

        async with serving() as port:
            yield _Model(f"http://127.0.0.1:{port}", "model that makes things up")


async def _demo(once: bool, real: bool, port: int, admin_port: int) -> None:
    from filterproxy.cli.show import console
    from filterproxy.config import Config
    from filterproxy.demo.questions import QUESTIONS
    from filterproxy.proxy.workers.parent import running

    out = console()
    async with _serving(real) as model:
        # What still streams when the demo ends is only the demo's.
        config = Config(model.url, port=port, admin_port=admin_port, drain_seconds=2.0)
        async with running(config, paths_or_shipped(None)) as proxy:
            _print_opening(out, proxy, model)
            for number, question in enumerate(QUESTIONS, 1):
                if proxy.stopped.is_set():
                    return
                await _show(out, proxy, model, question, f"{number}/{len(QUESTIONS)}")
            _print_metrics(out, (await asyncio.to_thread(_get, f"{proxy.admin_url}/metrics")).decode())
            if not once:
                _print_invitation(out, proxy)
                await proxy.stopped.wait()


async def _show(out: Console, proxy: Running, model: _Model, question: Question, number: str) -> None:
    """Ask once past the proxy and once through it, and say what the rules did."""
    asked = {**_body(question), **model.asked_with}
    asks = [asyncio.to_thread(_reply, base, asked) for base in (model.url, proxy.client_url)]
    # A real model that does two things at once need not say the same twice.
    said, read = [await ask for ask in asks] if model.real else await asyncio.gather(*asks)
    why = await asyncio.to_thread(_explained, proxy.admin_url, asked, said)
    shown = replace(question, shows="") if model.real else question
    _print_exchange(out, shown, number, said, read, why["rules"])


def _body(question: Question) -> dict[str, Any]:
    system = [{"role": "system", "content": question.system}] if question.system else []
    messages = [*system, {"role": "user", "content": question.text}]
    return {"model": "demo", "stream": question.stream, "messages": messages}


def _reply(base: str, asked: Mapping[str, Any]) -> str:
    """The text that a client of *base* reads."""
    body = _post(f"{base}/v1/chat/completions", asked)
    if not asked["stream"]:
        return str(json.loads(body)["choices"][0]["message"]["content"])
    events = [line.removeprefix("data: ") for line in body.decode().split("\n") if line.startswith("data: {")]
    choices = [choice for event in events for choice in json.loads(event)["choices"]]
    return "".join(choice["delta"].get("content") or "" for choice in choices)


def _explained(admin: str, asked: Mapping[str, Any], said: str) -> Any:
    return json.loads(_post(f"{admin}/explain", {"request": asked, "reply": said}))


def _post(url: str, value: object) -> bytes:
    from urllib.request import Request

    return _get(Request(url, json.dumps(value).encode(), {"content-type": "application/json"}))


def _get(request: Any) -> bytes:
    from urllib.request import ProxyHandler, build_opener

    # Straight to loopback, whatever proxies the environment names.
    with build_opener(ProxyHandler({})).open(request, timeout=_TIMEOUT_SECONDS) as answer:
        body: bytes = answer.read()
        return body


def _print_opening(out: Console, proxy: Running, model: _Model) -> None:
    from rich.text import Text

    rules = count(len(proxy.document["rules"]), "rule")
    out.print(Text("filterproxy demo", style="bold"))
    out.print(Text(f"  {model.title:<28} {model.url}"))
    out.print(Text(f"  proxy with {rules:<17} {proxy.client_url}"))
    out.print(Text(f"  metrics                      {proxy.admin_url}/metrics"))
    out.print()
    if model.real:
        out.print(Text(f"{_ANYTHING}\n", style="yellow"))


def _print_exchange(
    out: Console, question: Question, number: str, said: str, read: str, rules: list[Any]
) -> None:
    from rich.text import Text

    from filterproxy.cli.show import EXCUSED, HIT

    way = "streamed" if question.stream else "whole"
    out.print(Text.assemble((f"{number}  {question.text}", "bold"), (f"  ({way})", "dim")))
    if question.shows:
        out.print(Text(f"     {question.shows}", style="dim italic"))
    if question.system:
        _print_labelled(out, "system", question.system, [], "dim")
    spans = [((m["start"], m["end"]), EXCUSED if m["excuse"] else HIT) for r in rules for m in r["matches"]]
    _print_labelled(out, "model", said, spans)
    if read != said:
        _print_labelled(out, "client", read, [], "green")
    out.print(_decision(rules))
    out.print()


def _print_labelled(out: Console, label: str, text: str, spans: list[Any], style: str = "") -> None:
    from filterproxy.cli.show import marked

    indent = " " * 13
    for at, line in enumerate(marked(text, spans, indent, out.is_terminal, columns=66)):
        if style:
            line.stylize(style)
        shown = line.plain
        if at == 0:
            head = type(line)(f"     {label:<8}", style="dim")
            out.print(head.append_text(line[len(indent) :]))
        elif shown.strip():
            out.print(line)


def _decision(rules: list[Any]) -> Any:
    from rich.text import Text

    from filterproxy.cli.show import EXCUSED

    said = Text("     rule    ", style="dim")
    parts: list[tuple[str, str]] = []
    for rule in rules:
        excuse = next((match["excuse"] for match in rule["matches"] if match["excuse"]), "")
        if rule["fired"]:
            shadow = " (in shadow)" if rule["mode"] == "shadow" else ""
            parts.append((f"{rule['rule']}: {rule['action']}{shadow}", "yellow"))
        elif excuse:
            parts.append((f"{rule['rule']}: passes ({excuse})", EXCUSED))
    if not parts:
        return said.append("none fired: the client gets upstream's own bytes", EXCUSED)
    for at, (text, style) in enumerate(parts):
        said.append(", " if at else "").append(text, style)
    return said


def _print_metrics(out: Console, text: str) -> None:
    from rich.text import Text

    out.print(Text("Metrics", style="bold"))
    for line in text.splitlines():
        if line.startswith(_SHOWN_METRICS):
            out.print(Text(f"  {line}"))
    out.print()


def _print_invitation(out: Console, proxy: Running) -> None:
    from rich.text import Text

    body = '{"model": "demo", "messages": [{"role": "user", "content": "When do you open?"}]}'
    out.print(Text("Your turn (Ctrl-C ends the demo):", style="bold"))
    out.print(Text(f"  curl {proxy.client_url}/v1/chat/completions -d '{body}'"))
    out.print(Text(f"  curl {proxy.admin_url}/rulebook"))


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("demo", short_help="See the proxy at work, with a model that makes things up.")(demo)
