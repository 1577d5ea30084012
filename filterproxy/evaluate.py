"""
Rules judged on labelled cases. Nothing here prints.

A case is one line of JSON: a request's `messages`, the `reply` to it, and what should become of that:
`expect` is "block" or "pass". Models, routes and headers of a rule's `when` are taken as given, since a case
cannot say them. The engine is the one that serves (see filterproxy.trial). filterproxy.scores counts.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from filterproxy.answers import Inline
from filterproxy.core.plan import Plans
from filterproxy.core.request import Background, Request
from filterproxy.core.rule import Mode, Rule, Verb
from filterproxy.core.verdict import Hit
from filterproxy.dialects.openai_chat.request import read_request
from filterproxy.rulebook.conditions import When
from filterproxy.trial import CONTENT, Trial, deltas_of, run

# Bytes of one line. The longest requests that serve takes by default have twice as many; a file that is no
# text at all must not fill the memory.
LINE_LIMIT_BYTES = 16 * 1024 * 1024

# A rule's time may run out because the machine was busy; only one that does so each time is too slow.
_TRIES = 3
_NONE_ALLOWED = Inline()

# Code points of a piece of a stream: mostly a token's, now and then a burst.
_PIECE_LENGTHS = (1, 1, 2, 3, 4, 4, 5, 6, 8, 12, 40)

# Keys whose values are the case itself; what others say can be grouped by.
_TEXTS = frozenset({"id", "messages", "reply", "drop", "keep"})


@dataclass(frozen=True, slots=True)
class Case:
    """
    A labelled reply.

    line: counts from 1. body: the line as it stands, which is a request of its own. block: whether the reply
    should be blocked. drop, keep: texts that must be gone from what the client reads, and sentences that
    must not. labels: everything else that the line says in one word (kind, lang, file, ...).
    """

    file: str
    line: int
    body: bytes
    reply: str
    block: bool
    drop: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    def request(self, *, stream: bool) -> Request:
        """What was asked; new each time, since a request remembers what was worked out about it."""
        return replace(read_request(self.body, {}), stream=stream)


@dataclass(frozen=True, slots=True)
class Unusable:
    """A line that is no case, and why."""

    file: str
    line: int
    reason: str

    def as_json(self) -> dict[str, Any]:
        """Plain data for scripts."""
        return {"file": self.file, "line": self.line, "reason": self.reason}


def read(paths: Iterable[Path]) -> Iterator[Case | Unusable]:
    """Every line that is not blank, in order. Never raises: what cannot be read is unusable."""
    for path in paths:
        try:
            with path.open("rb") as file:
                yield from _lines(str(path), file)
        except OSError as error:
            yield Unusable(str(path), 0, f"cannot be read: {error.strerror}")


def _lines(name: str, file: BinaryIO) -> Iterator[Case | Unusable]:
    number = 0
    while content := file.readline(LINE_LIMIT_BYTES):
        number += 1
        if number == 1:
            if content.startswith((b"\xff\xfe", b"\xfe\xff")):
                yield Unusable(name, 1, "the file begins as UTF-16, not UTF-8: nothing of it was read")
                return
            content = content.removeprefix(b"\xef\xbb\xbf")
        if len(content) == LINE_LIMIT_BYTES and not content.endswith(b"\n"):
            yield Unusable(name, number, f"is longer than {LINE_LIMIT_BYTES // 1024 // 1024} MiB")
            _skip_line(file)
        elif not content.isspace() and content:
            yield _case(name, number, content)


def _skip_line(file: BinaryIO) -> None:
    while (content := file.readline(LINE_LIMIT_BYTES)) and not content.endswith(b"\n"):
        pass


def _case(file: str, line: int, content: bytes) -> Case | Unusable:
    try:
        return _read_case(file, line, content)
    except ValueError as error:
        return Unusable(file, line, str(error))


def _read_case(file: str, line: int, content: bytes) -> Case:
    value = _object(content)
    if missing := [key for key in ("messages", "reply", "expect") if key not in value]:
        raise ValueError(f"has no {' and no '.join(f'`{key}`' for key in missing)}")
    _check_messages(value["messages"])
    if not isinstance(value["reply"], str):
        raise ValueError("`reply` is not a text")
    if value["expect"] not in ("block", "pass"):
        raise ValueError('`expect` is neither "block" nor "pass"')
    labels = {key: _word(said) for key, said in value.items() if key not in _TEXTS}
    labels["file"] = Path(file).name
    return Case(
        file,
        line,
        content,
        value["reply"],
        value["expect"] == "block",
        _texts(value, "drop"),
        _texts(value, "keep"),
        {key: word for key, word in labels.items() if word is not None},
    )


def _object(content: bytes) -> dict[str, Any]:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8 (byte 0x{content[error.start]:02X})") from None
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"is not JSON: {error.msg} (column {error.colno})") from None
    if not isinstance(value, dict):
        raise ValueError("is not a JSON object")
    return value


def _check_messages(messages: object) -> None:
    if not isinstance(messages, list):
        raise ValueError("`messages` is not a list")
    for number, message in enumerate(messages, 1):
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise ValueError(f"message {number} has no `role`")
        if not isinstance(message.get("content"), str | list | None):
            raise ValueError(f"the `content` of message {number} is neither a text nor a list of parts")


def _texts(value: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """The texts under *key*, one or a list; each must be in the reply, or nothing could be told by it."""
    said = value.get(key) or []
    texts = [said] if isinstance(said, str) else said
    if not isinstance(texts, list) or not all(isinstance(text, str) and text.strip() for text in texts):
        raise ValueError(f"`{key}` is not a list of texts")
    for number, text in enumerate(texts, 1):
        if not _stands(text, value["reply"]):
            raise ValueError(f"text {number} of `{key}` is not in the reply")
    return tuple(texts)


def _word(said: object) -> str | None:
    if isinstance(said, bool):
        return str(said).lower()
    return str(said) if isinstance(said, str | int | float) else None


def _stands(text: str, within: str) -> bool:
    """Whether *text* is part of the other, white space aside."""
    return "".join(text.split()) in "".join(within.split())


def ragged(text: str) -> list[str]:
    """*text* in pieces such as a stream brings; the same ones each time."""
    cuts, at, pieces = random.Random(text), 0, []
    while at < len(text):
        length = cuts.choice(_PIECE_LENGTHS)
        pieces.append(text[at : at + length])
        at += length
    return pieces or [""]


@dataclass(frozen=True, slots=True)
class Judged:
    """
    What became of a case.

    read: what the client reads. acted: ids of the rules that blocked the reply. hits: what was found, excused
    or not. left: texts of `drop` that the client still reads. lost: sentences of `keep` that it does not.
    fault: why a rule could not be judged, "" when all were.
    """

    case: Case
    read: str
    blocked: bool
    acted: tuple[str, ...]
    hits: tuple[Hit, ...]
    left: tuple[str, ...]
    lost: tuple[str, ...]
    fault: str

    @property
    def misses(self) -> tuple[str, ...]:
        """In which ways it came out otherwise than the case says."""
        wrong = {True: "false negative", False: "false positive"}
        named = [wrong[self.case.block]] if self.blocked is not self.case.block else []
        named += ["left in"] if self.left else []
        named += ["lost"] if self.lost else []
        return (*named, "not judged") if self.fault else tuple(named)

    def as_json(self) -> dict[str, Any]:
        """The case as it stands in its file, so that misses can be run again, and what became of it."""
        found = [self._hit_json(hit) for hit in self.hits]
        miss = {
            "file": self.case.file,
            "line": self.case.line,
            "ways": list(self.misses),
            "acted": list(self.acted),
            "matches": found,
            "read": self.read,
            "left": list(self.left),
            "lost": list(self.lost),
            "fault": self.fault,
        }
        return {**_object(self.case.body), "miss": miss}

    def _hit_json(self, hit: Hit) -> dict[str, Any]:
        return {
            "rule": hit.rule,
            "start": hit.start,
            "end": hit.end,
            "text": self.case.reply[hit.start : hit.end],
            "action": hit.action,
            "mode": hit.mode,
            "excuse": hit.excuse,
        }


class Bench:
    """
    Rules, ready to judge cases.

    only: ids of the rules that are judged, alone and enforced whatever their mode; none: the whole rulebook
    as it serves, where neither a `flag` nor a rule in shadow blocks anything. stream: replies come as a
    stream in ragged pieces. background: what is known beside each case. answers: to what rules ask; those
    that it cannot answer are not run.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        only: Collection[str] = (),
        *,
        stream: bool = False,
        background: Background | None = None,
        answers: Inline = _NONE_ALLOWED,
    ) -> None:
        self._answers = answers
        self.only = frozenset(only)
        self.stream = stream
        self.rules = tuple(self._judged(rule) for rule in rules if rule.id in self.only or not self.only)
        self.not_run = tuple(rule.id for rule in self.rules if not answers.can(rule))
        self._plans = Plans(self.rules)
        self._background = background or Background()

    def judge(self, case: Case) -> Judged:
        """What becomes of *case*."""
        trial = self._steady(case)
        acted = dict.fromkeys(trial.asked) | dict.fromkeys(
            h.rule for h in trial.verdict.hits if self._acts(h)
        )
        text = trial.text()
        return Judged(
            case,
            text,
            bool(acted) or bool(trial.withheld),
            tuple(acted),
            tuple(trial.verdict.hits),
            tuple(said for said in case.drop if _stands(said, text)),
            tuple(said for said in case.keep if not _stands(said, text)),
            _fault(trial),
        )

    def _judged(self, rule: Rule) -> Rule:
        when = rule.when
        if isinstance(when, When):
            when = replace(when, model=None, route=None, headers=())
        if self.only:
            return replace(rule, mode=Mode.ENFORCE, rollout=1.0, when=when)
        return replace(rule, when=when)

    def _steady(self, case: Case) -> Trial:
        pieces = ragged(case.reply) if self.stream else [case.reply]
        for _ in range(_TRIES):
            request = replace(case.request(stream=self.stream), background=self._background)
            trial = run(self._plans, request, deltas_of(pieces, CONTENT), answers=self._answers)
            if not _fault(trial):
                break
        return trial

    def _acts(self, hit: Hit) -> bool:
        counts = hit.action != Verb.FLAG or bool(self.only)
        return counts and not hit.excuse and hit.mode != Mode.SHADOW


def _fault(trial: Trial) -> str:
    faults = trial.verdict.faults
    return f"{faults[0].cause} in {faults[0].rule}" if faults else trial.withheld
