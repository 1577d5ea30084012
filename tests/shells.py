"""What every way in must do alike: one pack, scripted models, and requests to them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filterproxy.core.rule import Rule
from filterproxy.rulebook.compile import compile as compile_rules
from filterproxy.rulebook.load import load
from tests.clients.wire.said import Said
from tests.clients.wire_server import APIS, Script, serving
from tests.proxy.fake_upstream import Message, Proxy, post, proxied

PACK = """
version: 1
pack: shells
rules:
  - {id: flag, match: {regex: noted}, action: flag, examples: {hit: [noted], pass: [ok]}}
  - {id: redact, match: {regex: secret}, action: redact, examples: {hit: [secret], pass: [ok]}}
  - {id: cut, match: {regex: poison}, action: cut, say: "No more.", examples: {hit: [poison], pass: [ok]}}
  - {id: drop, match: {regex: forbidden}, action: drop, say: "No.", when: {model: "*drop*"},
     examples: {hit: [forbidden], pass: [ok]}}
  - {id: refuse, match: {regex: unsayable}, action: drop, when: {model: "*refuse*"},
     examples: {hit: [unsayable], pass: [ok]}}
  - {id: again, match: {regex: wrong}, action: {retry: 1, note: Once more., then: redact},
     when: {model: "*again*"}, examples: {hit: [wrong], pass: [ok]}}
"""

QUIET = ("Good ", "morning. ", "All is well ", "here.")


@dataclass(frozen=True, slots=True)
class Case:
    """
    One request to a scripted model.

    choices: what it says, in pieces. breaks: it closes the connection within the reply. asked: more of the
    request. outcome: what the proxy counts.
    """

    name: str
    choices: tuple[tuple[str, ...], ...]
    outcome: str
    api: str = "chat"
    breaks: bool = False
    asked: Mapping[str, Any] = field(default_factory=dict)

    @property
    def script(self) -> Script:
        return Script(Said(self.choices), breaks=self.breaks)

    @property
    def path(self) -> str:
        return APIS[self.api].path

    def body(self, stream: bool) -> dict[str, Any]:
        """The request as JSON."""
        said: dict[str, Any] = {"messages": [{"role": "user", "content": "Hi?"}]}
        if self.api == "ollama generate":
            said = {"prompt": "Hi?"}
        return {"model": self.name, "max_tokens": 100, "stream": stream, **said, **self.asked}


def _all(name: str, api: str, **more: Any) -> list[Case]:
    """What each action does, in one dialect."""
    return [
        Case(f"quiet {name}", (QUIET,), "pass", api, **more),
        Case(f"flag {name}", (("It is no", "ted. ", "Bye."),), "flag", api, **more),
        Case(f"redact {name}", (("The sec", "ret is out. ", "Bye."),), "edit", api, **more),
        Case(f"cut {name}", (("Fine. ", "Take poi", "son now. ", "Bye."),), "cut", api, **more),
        Case(f"drop {name}", (("Fine. ", "It is forb", "idden. ", "Bye."),), "drop", api, **more),
        Case(f"refuse {name}", (("Fine. ", "It is unsay", "able."),), "drop", api, **more),
    ]


_JSON = {"response_format": {"type": "json_object"}}

CASES = [
    *_all("chat", "chat"),
    *_all("messages", "messages"),
    *_all("lines", "ollama chat"),
    *_all("generate", "ollama generate"),
    Case("two", (QUIET, ("The sec", "ret is out. ", "Bye.")), "edit", asked={"n": 2}),
    Case("two, one drop", (("It is forb", "idden."), QUIET), "drop", asked={"n": 2}),
    Case("json", (('{"a": "the ', 'secret", ', '"b": 1}'),), "edit", asked=_JSON),
    Case("broken off", (("Good ", "morning. ", "The secret ", "is out."),), "upstream_error", breaks=True),
    Case("broken off, drop", (("Good ", "morning. ", "Bye."),), "upstream_error", breaks=True),
]


@asynccontextmanager
async def models() -> AsyncIterator[str]:
    """The scripted models; gives their address."""
    async with serving({case.name: case.script for case in CASES}) as address:
        yield address


def rules_of(pack: Path) -> tuple[Rule, ...]:
    return compile_rules(load([pack])).rules


@asynccontextmanager
async def reference(pack: Path, upstream: str, **settings: Any) -> AsyncIterator[Proxy]:
    """The proxy before the models: what the others are compared with."""
    async with proxied(rules=rules_of(pack), upstream=upstream, **settings) as proxy:
        yield proxy


async def asked(proxy: Proxy, case: Case, stream: bool) -> Message:
    """What the proxy answers."""
    return await proxy.ask(post(case.path, json.dumps(case.body(stream)).encode()))


def write(folder: Path) -> Path:
    """The pack as a file."""
    pack = folder / "shells.yaml"
    pack.write_text(PACK)
    return pack
