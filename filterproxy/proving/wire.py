"""
Replies through every dialect: written as an API's server does, filtered as bytes, read as its client does.

A dialect is right when the client reads what the engine makes of the bare text (filterproxy.trial), and the
rules found the same.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from filterproxy.answers import Inline
from filterproxy.core.asking import Needs
from filterproxy.core.bound import Bound
from filterproxy.core.plan import Plan, Plans
from filterproxy.core.request import Request
from filterproxy.core.session import Session, Withheld
from filterproxy.core.verdict import Verdict
from filterproxy.dialects.reply import Options, Refused, WireError
from filterproxy.evaluate import ragged
from filterproxy.proving import api_openai, api_others
from filterproxy.proving.api import Api, Misread, Said, Texts
from filterproxy.trial import Trial, settings

APIS = (
    api_openai.CHAT,
    api_openai.CHAT_LIST,
    api_openai.COMPLETIONS,
    api_openai.RESPONSES,
    api_others.ANTHROPIC,
    api_others.CHAT,
    api_others.GENERATE,
    api_others.GENERIC,
    api_others.TEXT,
)

_OPTIONS = Options()
# Code points of the longest text of which each is sent as an event of its own: of a longer one that shows no
# more, and is most of what it costs to test it.
_LETTERS = 40
# Bytes of what a connection hands over at once: cut inside characters, events and line ends.
_CHUNKS = (1, 2, 3, 5, 7, 11, 17, 40, 90, 300)


@dataclass(frozen=True, slots=True)
class Read:
    """
    What became of a reply on its way through a dialect.

    texts: what the client reads, by kind of channel, without empty ones; None: an error in place of the
    reply. asked: rules that wanted upstream to be asked again. broken: why it could not be read, "" when it
    could.
    """

    texts: Texts | None
    verdict: Verdict
    asked: tuple[str, ...] = ()
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """One way through a dialect: whole (no pieces), or as a stream, in chunks of bytes or event by event."""

    api: Api
    how: str
    pieces: tuple[str, ...] | None
    ragged: bool = False


def ways(kind: str, text: str, *, stream: bool) -> Iterator[Way]:
    """Every way that a reply of one text goes through the dialects that have such a channel."""
    for api in APIS:
        if not api.carries(kind, text):
            continue
        if not stream:
            yield Way(api, f"whole, as {api.name}", None)
        if not stream or not api.streams:
            continue
        yield Way(api, f"streamed in one piece, as {api.name}", (text,))
        if 1 < len(text) <= _LETTERS:
            yield Way(api, f"streamed letter by letter, as {api.name}", tuple(text))
        if len(text) > 1:
            yield Way(api, f"streamed in odd pieces, as {api.name}", tuple(ragged(text)), True)


def chunks(body: bytes) -> Iterator[bytes]:
    """*body* cut at odd places; the same ones each time."""
    sizes, at = random.Random(len(body)), 0
    while at < len(body):
        size = sizes.choice(_CHUNKS)
        yield body[at : at + size]
        at += size


def through(
    way: Way, plans: Plans, request: Callable[[], Request], kind: str, text: str, answers: Inline
) -> Read:
    """A reply through a dialect, asked again as often as its rules want. request: a new one each time."""
    asked: list[str] = []
    attempt = 0
    current = request()
    while True:
        plan = answers.plan(plans.plan(current, attempt))
        try:
            read, ask = _once(way, plan, current, Said(kind, way.pieces or (text,)))
        except Needs as needs:
            answers.fetch(current, needs.questions)
            continue
        if ask is None:
            return Read(read.texts, read.verdict, tuple(asked), read.broken)
        asked.append(ask.rule.id)
        attempt = ask.action.times


def _once(way: Way, plan: Plan, request: Request, said: Said) -> tuple[Read, Bound | None]:
    session = Session(plan, request, settings())
    try:
        if way.pieces is None:
            return _whole(way, session, request, said)
        return _stream(way, session, request, said)
    except Refused:
        return Read(None, session.verdict), None
    except (Withheld, WireError) as error:
        return Read(None, session.verdict, broken=str(error)), None
    except Misread as error:
        return Read(None, session.verdict, broken=f"the client cannot read it: {error}"), None
    except (ValueError, KeyError, TypeError) as error:
        why = f"the client cannot read it ({type(error).__name__})"
        return Read(None, session.verdict, broken=why), None


def _whole(way: Way, session: Session, request: Request, said: Said) -> tuple[Read, Bound | None]:
    whole, ask = way.api.dialect.filter_whole(session, request, way.api.whole(said), _OPTIONS)
    if whole is None or ask is not None:
        return Read(None, session.verdict), ask
    texts = None if whole.status != 200 else way.api.read_whole(whole.body)
    return Read(texts, session.verdict), None


def _stream(way: Way, session: Session, request: Request, said: Said) -> tuple[Read, Bound | None]:
    stream = way.api.dialect.stream(session, request, way.api.type_, _OPTIONS)
    out = []
    events = way.api.events(said)
    for data in chunks(b"".join(events)) if way.ragged else events:
        out.append(stream.receive(data))
    out.append(stream.end())
    if stream.ask is not None:
        return Read(None, stream.verdict), stream.ask
    return Read(way.api.read_events(b"".join(out)), stream.verdict), None


def difference(trial: Trial, read: Read, kind: str) -> tuple[str, str] | None:
    """What was expected and what came, in words; None where the dialect agrees with the bare text."""
    if read.broken:
        return "a reply that a client can read", read.broken
    want = texts_of(trial)
    if not _same(want, read.texts):
        return _said(want), _said(read.texts)
    if trial.asked != read.asked:
        return _asked(trial.asked), _asked(read.asked)
    # As an object, arguments are written anew: spans are of another text.
    exact = kind != "arguments"
    if _found(trial.verdict, exact) != _found(read.verdict, exact):
        return "the same matches as of the bare text", f"{len(read.verdict.hits)} matches, others than that"
    return None


def texts_of(trial: Trial) -> Texts | None:
    """What the client reads, by kind of channel, without empty ones; None: an error in place of the reply."""
    if trial.dropped:
        say = trial.dropped.get(0)
        return None if say is None else {"content": say} if say else {}
    return {channel.kind: text for channel, text in trial.texts.items() if text}


def _same(want: Texts | None, came: Texts | None) -> bool:
    if want is None or came is None:
        return want is came
    came = {kind: text for kind, text in came.items() if text}
    return want.keys() == came.keys() and all(_alike(kind, want[kind], came[kind]) for kind in want)


def _alike(kind: str, one: str, other: str) -> bool:
    if one == other:
        return True
    return kind == "arguments" and (value := _json(one)) is not None and value == _json(other)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _found(verdict: Verdict, exact: bool) -> Sequence[tuple[Any, ...]]:
    if not exact:
        return sorted({(hit.rule, hit.excuse) for hit in verdict.hits})
    return sorted((hit.rule, hit.start, hit.end, hit.action, hit.mode, hit.excuse) for hit in verdict.hits)


def _said(texts: Mapping[str, str] | None) -> str:
    if texts is None:
        return "an error in place of the reply"
    if set(texts) <= {"content"}:
        return quoted(texts.get("content", ""))
    return ", ".join(f"{kind} {quoted(text)}" for kind, text in sorted(texts.items()))


def _asked(rules: Sequence[str]) -> str:
    return f"asked again by {', '.join(rules)}" if rules else "not asked again"


def quoted(text: str) -> str:
    """*text* on one line, in quotes."""
    return '"' + text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"') + '"'
