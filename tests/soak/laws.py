"""What must hold of every reply, whatever happened meanwhile."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.soak import books, wire
from tests.soak.choices import USAGE
from tests.soak.client import Got
from tests.soak.events import Where
from tests.soak.heard import Heard, hear_stream, hear_whole
from tests.soak.script import Script

_MARK = re.compile(r"q(\d+)x")
_STATUS = {
    502: ("cannot be reached", "broke off its reply"),
    504: ("did not answer in time",),
}
# What the proxy says where a stream cannot go on.
_REFUSED, _BROKEN, _LATE = "withheld by a content rule", "broke off its reply", "did not answer in time"


@dataclass(frozen=True, slots=True)
class Around:
    """What else happened: letters: rulebooks that may have judged the reply. upstream_died, worker_died."""

    letters: Sequence[str] = ("A",)
    upstream_died: bool = False
    worker_died: bool = False


@dataclass(slots=True)
class Ruling:
    """
    What is said of one reply.

    outcome: as the proxy must have counted it; "" where that cannot be known. kind: for the report: what
    became of the reply. broken: the laws that it broke.
    """

    outcome: str = ""
    kind: str = ""
    broken: list[str] = field(default_factory=list)


def rule_on(asked: Script, got: Got, around: Around) -> Ruling:
    """Hold one reply against the laws."""
    ruling = Ruling()
    try:
        _judge(asked, got, around, ruling)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        ruling.broken.append(f"the reply is not of its dialect: {type(error).__name__} {error}")
    raw = got.body.decode("utf-8", "replace")
    if strange := {m for m in _MARK.findall(raw) if int(m) != asked.number}:
        ruling.broken.append(f"it holds text of the replies {sorted(strange)[:3]}")
    if any(secret in raw for secret in asked.secrets):
        ruling.broken.append("it holds a secret")
    return ruling


def _judge(asked: Script, got: Got, around: Around, ruling: Ruling) -> None:
    if got.how == "late":
        ruling.kind = "late"
        ruling.broken.append("it was left open")
    elif got.how == "left":
        ruling.kind = "left"
        _partial(asked, got, around, ruling)
    elif got.how == "broken":
        ruling.kind = "broken"
        if asked.leaves != "half" and not around.worker_died:
            ruling.broken.append("its connection broke")
        _partial(asked, got, around, ruling)
    elif got.status == 200:
        _answered(asked, got, around, ruling)
    else:
        _refused(asked, got, around, ruling)


def _hear(asked: Script, got: Got) -> Heard:
    streamed = got.headers["content-type"].startswith(("text/event-stream", "application/x-ndjson"))
    if streamed != asked.stream:
        raise ValueError(f"its content type is {got.headers['content-type']}")
    return (hear_stream if asked.stream else hear_whole)(asked.dialect, bytes(got.body))


def _partial(asked: Script, got: Got, around: Around, ruling: Ruling) -> None:
    """A reply that the client has not read to its end: what it has is the beginning of the whole text."""
    if got.status != 200 or not asked.stream:
        return
    heard = _hear(asked, got)
    if asked.fault or around.upstream_died:
        texts: list[dict[Where, str]] = [t for letter in around.letters for t in _cut_short(asked, letter)]
    else:
        texts = [_wanted(asked, letter)[0] for letter in around.letters]
    if not any(_begins(text, heard.texts) for text in texts):
        ruling.broken.append(f"what it holds is no beginning of a text under {around.letters}")


def _begins(wanted: dict[Where, str], found: dict[Where, str]) -> bool:
    return all(
        where[1] == "arguments" or wanted.get(where, "").startswith(text) for where, text in found.items()
    )


def _answered(asked: Script, got: Got, around: Around, ruling: Ruling) -> None:
    heard = _hear(asked, got)
    ruling.broken += heard.wrong
    if any(secret in "".join(heard.copies) for secret in asked.secrets):
        ruling.broken.append("it holds a secret in a copy")
    if heard.error is not None:
        _broken_off(asked, heard, around, ruling)
        return
    if _is_dropped_so_far(asked, heard, around):
        ruling.kind = "dropped early"
        return
    if asked.fault in ("status", "mute", "cut", "stall"):
        ruling.broken.append(f"it is complete though upstream's is not ({asked.fault})")
        return
    fits = [letter for letter in around.letters if _wanted(asked, letter)[0] == _read(heard)]
    if not fits:
        ruling.broken.append(
            f"its text is not the one under {'/'.join(around.letters)}: {_differs(asked, heard)}"
        )
        return
    outcome = _wanted(asked, fits[0])[1]
    # Upstream may have ended behind the reply's last event: that is counted as its error.
    ruling.kind, ruling.outcome = outcome, "" if around.upstream_died and asked.stream else outcome
    _endings(asked, heard, fits[0], ruling)


def _is_dropped_so_far(asked: Script, heard: Heard, around: Around) -> bool:
    """Whether upstream broke off a reply whose beginning was enough to replace all of it."""
    broken_off = asked.fault in ("cut", "stall") or around.upstream_died
    if not (broken_off and asked.model == "held" and asked.stream and heard.ended):
        return False
    says = [letter for letter in around.letters if heard.texts == {(0, "content"): books.dropped(letter)}]
    return any(heard.texts in _cut_short(asked, letter) for letter in says)


def _differs(asked: Script, heard: Heard) -> str:
    """Where a text departs, by place and by other rulebooks; no more than is needed to see it."""
    other = [letter for letter in books.LETTERS if _wanted(asked, letter)[0] == _read(heard)]
    if other:
        return f"it is the one under {other[0]}"
    wanted, found = _wanted(asked, "A")[0], _read(heard)
    mixed = {letter for text in found.values() for letter in books.LETTERS if f"[{letter}]" in text}
    places = [where for where in {*wanted, *found} if wanted.get(where) != found.get(where)]
    return f"at {places}, with redactions of {sorted(mixed)}: {found!r:.300}"


def _endings(asked: Script, heard: Heard, letter: str, ruling: Ruling) -> None:
    if not heard.ended:
        ruling.broken.append("it has no terminator")
    if heard.usage != _USAGE[asked.dialect]:
        ruling.broken.append(f"its usage is {heard.usage}")
    wanted = {i: _finish(asked, i, letter) for i in range(len(asked.choices))}
    if heard.finishes != wanted:
        ruling.broken.append(f"it finished {heard.finishes}, not {wanted}")


_OLLAMA = {"prompt_eval_count": 3, "eval_count": 5}
_RESPONSES = {"input_tokens": 3, "output_tokens": 5, "total_tokens": 8}
_USAGE = {
    "chat": USAGE,
    "completions": USAGE,
    "anthropic": {"input_tokens": 3, "output_tokens": 5},
    "ollama_chat": _OLLAMA,
    "ollama_generate": _OLLAMA,
    "responses": _RESPONSES,
}


def _finish(asked: Script, index: int, letter: str) -> str:
    said = asked.choices[index]
    left = books.content(said.content, letter, asked.model)
    is_chat = asked.dialect in ("chat", "completions")
    if asked.dialect == "responses":
        return "completed"
    if asked.dialect == "anthropic":
        return "end_turn" if said.arguments is None or left.outcome == "drop" else "tool_use"
    if left.outcome == "drop":
        return "content_filter" if is_chat and asked.model == "refused" else "stop"
    return "tool_calls" if is_chat and said.arguments is not None else "stop"


def _wanted(asked: Script, letter: str) -> tuple[dict[Where, str], str]:
    """The texts of a reply under a rulebook, and the outcome that is counted."""
    texts: dict[Where, str] = {}
    outcomes = ["pass"]
    for index, said in enumerate(asked.choices):
        left = books.content(said.content, letter, asked.model)
        texts[index, "content"] = left.text
        outcomes.append(left.outcome)
        if left.outcome == "drop":
            continue
        texts[index, "reasoning"] = books.redacted(said.reasoning, letter)
        if said.arguments is not None:
            texts[index, "arguments"] = json.dumps({"a": books.redacted(said.arguments, letter)})
    grave = max(outcomes, key=("pass", "edit", "cut", "drop").index)
    return {where: text for where, text in texts.items() if text}, grave


def _read(heard: Heard) -> dict[Where, str]:
    return {
        where: json.dumps(json.loads(text)) if where[1] == "arguments" else text
        for where, text in heard.texts.items()
    }


def _cut_short(asked: Script, letter: str) -> list[dict[Where, str]]:
    """The texts of a reply that upstream broke off, for each place where it may have done so."""
    raw: dict[Where, str] = {}
    found: list[dict[Where, str]] = [{}]
    for event in wire.events(asked):
        for where, piece in event.said:
            raw[where] = raw.get(where, "") + piece
        if event.said:
            found.append(_short(asked, raw, letter))
    return found


def _short(asked: Script, raw: dict[Where, str], letter: str) -> dict[Where, str]:
    texts: dict[Where, str] = {}
    lefts = {
        i: books.content(text, letter, asked.model) for (i, kind), text in raw.items() if kind == "content"
    }
    for (index, kind), text in raw.items():
        if kind == "content":
            texts[index, kind] = lefts[index].text
        elif index in lefts and lefts[index].outcome == "drop":
            continue
        elif kind == "reasoning":
            texts[index, kind] = books.redacted(text, letter)
    return {where: text for where, text in texts.items() if text}


def _broken_off(asked: Script, heard: Heard, around: Around, ruling: Ruling) -> None:
    """A stream that ended with an error: of upstream's making, in the dialect's shape, after judged text."""
    ruling.outcome, ruling.kind = "upstream_error", "error event"
    said = json.dumps(heard.error)
    if _REFUSED in said and any(_is_refused(asked, letter) for letter in around.letters):
        # A heartbeat had left, and with it the status.
        ruling.outcome, ruling.kind = "drop", "refused event"
    elif _BROKEN not in said and _LATE not in said:
        ruling.broken.append(f"it ended with an error of another kind: {heard.error}")
    elif asked.fault not in ("cut", "stall") and not around.upstream_died:
        ruling.broken.append(f"it ended with an error that nobody made: {heard.error}")
    if heard.ended:
        ruling.broken.append("it has both a terminator and an error")
    if _error_kind(asked.dialect, heard.error) is None:
        ruling.broken.append(f"its error event is of another shape: {heard.error}")
    found = {where: text for where, text in heard.texts.items() if where[1] != "arguments"}
    if not any(found in _cut_short(asked, letter) for letter in around.letters):
        ruling.broken.append(
            f"what it holds was not what upstream had said so far, under {around.letters}: {found!r:.300}"
        )


def _error_kind(dialect: str, value: dict[str, object]) -> str | None:
    """The kind of an error, in a stream or as a body; None where it has another shape than the dialect's."""
    error = value.get("error")
    if dialect.startswith("ollama"):
        return "error" if isinstance(error, str) and set(value) == {"error"} else None
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        return None
    wanted = {"anthropic": "error", "responses": "error"}.get(dialect)
    if value.get("type") not in (wanted, None) or (dialect == "anthropic" and "type" not in value):
        return None
    kind = error.get("type")
    return kind if isinstance(kind, str) else None


def _refused(asked: Script, got: Got, around: Around, ruling: Ruling) -> None:
    """An answer with another status than 200."""
    value = json.loads(bytes(got.body))
    if asked.fault == "status" and (got.status, bytes(got.body)) == wire.failure(asked):
        ruling.outcome, ruling.kind = "upstream_error", "upstream's status"
        return
    if _error_kind(asked.dialect, value) is None and got.status != 400:
        ruling.broken.append(f"the body of its {got.status} is of another shape: {value}")
    if got.status == 400:
        ruling.outcome, ruling.kind = "drop", "refused"
        if asked.fault or not any(_is_refused(asked, letter) for letter in around.letters):
            ruling.broken.append("it was refused, though nothing stands against it")
        return
    ruling.outcome, ruling.kind = "upstream_error", f"error {got.status}"
    said = any(words in json.dumps(value) for words in _STATUS.get(got.status, ()))
    if not said or not (asked.fault or around.upstream_died):
        ruling.broken.append(f"it was answered with {got.status}: {value}")


def _is_refused(asked: Script, letter: str) -> bool:
    """Whether nothing is left of a reply, and no rule says anything instead."""
    return asked.model == "refused" and all(
        books.content(said.content, letter, asked.model).outcome == "drop" for said in asked.choices
    )
