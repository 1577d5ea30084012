"""What is tried with each client: a script of the model's, a rule, and what the client must read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from filterproxy.core.rule import Action, Rule, Verb
from tests import oracle
from tests.clients.wire.said import Said
from tests.clients.wire_server import NOTE, Script
from tests.core.rules import Spec, rule_of

_PIECES = ("Good ", "morning. ", "The sec", "ret is out. ", "Bye.")
_CALM = ("Good ", "morning. ", "Bye.")


@dataclass(slots=True)
class Reading:
    """
    What a client read, as its script says it.

    texts, finishes: by choice, or by where the client found them. usage: tokens asked and said. tools: names
    and arguments. error: the exception's package and name, or "". dump: all of the object that was read.
    """

    texts: dict[str, str] = field(default_factory=dict)
    finishes: dict[str, str] = field(default_factory=dict)
    usage: list[int] | None = None
    tools: list[list[str]] = field(default_factory=list)
    reasoning: str = ""
    error: str = ""
    status: int | None = None
    message: str = ""
    dump: Any = None


# What is wrong with what was read through the proxy, beside what was read without it; "" where nothing is.
Judge = Callable[[Reading, Reading], str]


@dataclass(frozen=True, slots=True)
class Case:
    """
    One column of the table.

    script: what the proxy's model says. plain: what is said to a client without the proxy, where that is
    something else. n: choices that are asked for. apis: those that have what is tried; () for all.
    """

    name: str
    script: Script
    rule: Rule
    judge: Judge
    plain: Script | None = None
    n: int = 1
    apis: tuple[str, ...] = ()

    def fits(self, api: str) -> bool:
        return not self.apis or api in self.apis


def alike(expected: Reading, found: Reading, *, dump: bool = False) -> str:
    """The first thing that differs. The message of an error is for people."""
    names = ["error", "texts", "finishes", "usage", "tools", "reasoning", *(["dump"] if dump else [])]
    for name in names:
        one, other = getattr(expected, name), getattr(found, name)
        if one != other:
            return f"{name}: expected {one!r}, read {other!r} {found.message}".strip()
    return ""


def _fails(direct: Reading) -> str:
    """Why there is nothing to compare with."""
    if direct.error or not any(direct.texts.values()):
        return f"nothing read without the proxy: {direct.error} {direct.message}".strip()
    return ""


def _same(direct: Reading, found: Reading) -> str:
    return _fails(direct) or alike(direct, found, dump=True)


def _edited(spec: Spec, said: Said) -> Judge:
    """The texts are what the oracle leaves; all else is as the model sent it."""
    left = [_left(spec, text) for text in said.texts]

    def judge(direct: Reading, found: Reading) -> str:
        texts = {at: left[int(at) if at.isdigit() else 0] for at in direct.texts}
        return _fails(direct) or alike(replace(direct, texts=texts), found)

    return judge


def _left(spec: Spec, text: str) -> str:
    result = oracle.apply([spec], text)
    return str(spec["say"]) if result.dropped else result.text


def _in_every_channel(spec: Spec) -> Judge:
    def judge(direct: Reading, found: Reading) -> str:
        texts = {at: _left(spec, text) for at, text in direct.texts.items()}
        tools = [[name, _left(spec, arguments)] for name, arguments in direct.tools]
        reasoning = _left(spec, direct.reasoning)
        return _fails(direct) or alike(replace(direct, texts=texts, tools=tools, reasoning=reasoning), found)

    return judge


def _as_left(spec: Spec) -> Judge:
    """Of a model that says what it likes: the texts are what the oracle leaves of what it says directly."""

    def judge(direct: Reading, found: Reading) -> str:
        if direct.error and found.error in ("", direct.error):
            return ""  # it speaks some APIs only in part
        return alike(replace(direct, texts={at: _left(spec, t) for at, t in direct.texts.items()}), found)

    return judge


def _refused(direct: Reading, found: Reading) -> str:
    """An error that says why, and nothing read before it."""
    if any(found.texts.values()):
        return f"read {found.texts!r}"
    if "withheld" not in found.message:
        return f"no error that says why: {found.error or 'none'} {found.message}".strip()
    return "" if found.status == 400 else f"status {found.status}: {found.error} {found.message}"


def _broken(direct: Reading, found: Reading) -> str:
    """An error that says why, after what came before it."""
    if not direct.error:
        return "no error without the proxy"
    if "broke off" not in found.message:
        return f"no error that says why: {found.error or 'none'} {found.message}".strip()
    if direct.texts != found.texts:
        return f"texts: expected {direct.texts!r}, read {found.texts!r}"
    return ""


def _spec(verb: str, **more: str) -> Spec:
    return {"id": "r1", "regex": "secret", "scope": "reply", "verb": verb, "unit": "match", **more}


def _case(name: str, spec: Spec, said: Said, judge: Judge | None = None, **more: Any) -> Case:
    return Case(name, Script(said), rule_of(spec), judge or _edited(spec, said), **more)


_REDACT = _spec("redact", **{"with": "[x]"})
_CUT = _spec("cut", unit="sentence", say="No.")
_DROP = _spec("drop", say="No.")
_SAID = Said((_PIECES,))
_QUIET = Said((_CALM,))
_THOUGHT = Said((_CALM,), reasoning=("Let me ", "think."))
_CALLED = Said((_CALM,), arguments=('{"wh', 'at": "lam', 'ps"}'))
_EVERYWHERE = Said((_PIECES,), reasoning=("A sec", "ret thought."), arguments=('{"wh', 'at": "sec', 'ret"}'))
_THREE = Said((_CALM, _PIECES, _CALM))
_RICH = ("chat", "responses", "messages", "ollama chat")
_ALL = frozenset({"content", "refusal", "reasoning", "arguments"})
_AGAIN = Action(Verb.RETRY, times=1, note=NOTE, then=rule_of(_DROP).action)

CASES = (
    _case("quiet", _DROP, _QUIET, _same),
    _case("reasoning", _DROP, _THOUGHT, _same, apis=(*_RICH, "ollama generate")),
    _case("tool call", _DROP, _CALLED, _same, apis=_RICH),
    _case("redact", _REDACT, _SAID),
    Case(
        "redact all",
        Script(_EVERYWHERE),
        replace(rule_of(_REDACT), channels=_ALL),
        _in_every_channel(_REDACT),
        apis=_RICH,
    ),
    _case("cut", _CUT, _SAID),
    _case("drop", _DROP, _SAID),
    _case("refuse", _spec("drop"), _SAID, _refused),
    _case("drop 1 of 3", _DROP, _THREE, n=3, apis=("chat", "completions")),
    Case("retry", Script(_SAID, again=_QUIET), replace(rule_of(_DROP), action=_AGAIN), _same, Script(_QUIET)),
    Case("broken off", Script(_QUIET, breaks=True), rule_of(_REDACT), _broken),
)

# Of a real model server, which says what it likes; letters that any English reply has.
_NEVER = _spec("drop", say="No.") | {"regex": "qqq"}
_LETTER = _spec("redact", **{"with": "[x]"}) | {"regex": "e"}
_BLANK = _spec("cut", unit="match", say=" No.") | {"regex": " "}
_ANY = _spec("drop", say="No.") | {"regex": r"\w"}
_SPOKEN = ("chat", "completions", "responses", "messages")

REAL_CASES = tuple(
    Case(name, Script(_QUIET), rule_of(spec), _as_left(spec), apis=_SPOKEN)
    for name, spec in {"quiet": _NEVER, "redact": _LETTER, "cut": _BLANK, "drop": _ANY}.items()
)
