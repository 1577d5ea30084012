"""
Candidates on the case, and on what a rule should leave alone: by the engine that serves, all of them at once.

As shadows none of them changes what another reads, so that one session says what each of them finds.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from filterproxy.authoring.candidates import FACT, Candidate
from filterproxy.authoring.case import Case, line_around, sentence_around
from filterproxy.authoring.yaml_text import pack_text
from filterproxy.core.plan import Plans
from filterproxy.core.request import Request
from filterproxy.core.rule import Span
from filterproxy.core.verdict import Channel
from filterproxy.corpus.exchange import Exchange
from filterproxy.rulebook.book import Example, Rulebook
from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.load import load
from filterproxy.trial import Trial, run

# Replies of a pack are few: with so many more that nothing was found in, three examples say little.
_SMOOTHING = 10
# Shares of other replies that a rule may find something in before it is taken for too wide.
_WIDE, _VERY_WIDE = 0.1, 0.5
_WORTH_SAYING = {
    "number": "a number that is checked",
    "secret": "a secret of a known form",
    "regex": "texts of the same form",
    "regex:gap": "gaps that were not filled in",
    "regex:tag": "this tag",
    "regex:digits": "these words, with other numbers",
    "regex:id": "ids of the same form",
    "regex:name": "these words, with other names",
    "regex:capitals": "what is written in capitals",
    "phrases": "these words",
    "length": "replies as long, or as short",
    "repetition": "what is said again and again",
    "repeats": "words of the system prompt",
    "language": "another language than the question's",
    "json_schema": "what is not JSON",
}
# Code points of a part of the request that is pasted without a question.
_LONG_PART = 2000
# The same of the reply, of which the line or the sentence may do.
_LONG_REPLY = 600


# Told how many exchanges are done.
Watch = Callable[[int], None]


def _nobody(done: int) -> None:
    """Nobody looks."""


@dataclass(frozen=True, slots=True)
class Others:
    """
    Replies that are not the case.

    examples: of the pack's rules, whatever they are examples of. exchanges: recorded ones.
    """

    examples: Sequence[Example] = ()
    exchanges: Sequence[Exchange] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """
    What a candidate finds.

    spans: in the case. cover: the share that the best of them has in common with the part that is meant, 0 to
    1. beside: matches in the case that do not touch that part. in_examples, in_exchanges: of the others, how
    many it finds something in.
    """

    candidate: Candidate
    spans: tuple[Span, ...]
    cover: float = 1.0
    beside: int = 0
    in_examples: int = 0
    in_exchanges: int = 0

    @property
    def why(self) -> str:
        """What speaks for it, or against it, in the case itself."""
        says = _WORTH_SAYING.get(self.candidate.name) or _WORTH_SAYING.get(self.candidate.verb, "")
        said = [says]
        if self.candidate.verb == "fact":
            asked = self.candidate.worth > 10 * FACT
            said = ["the question asks for it" if asked else "a fact, however it is written"]
            said += [] if self.candidate.grounded else ["but the request states it"]
        if self.beside:
            said.append(f"also finds {self.beside} beside it")
        return ", ".join(said)

    def score(self, others: Others) -> float:
        """The more the better; of no unit."""
        n = len(others.examples) + len(others.exchanges)
        share = (self.in_examples + self.in_exchanges) / (n + _SMOOTHING)
        wide = 600 if share > _VERY_WIDE else 300 if share > _WIDE else 0
        if self.candidate.grounded or self.candidate.verb in ("number", "secret") or self.candidate.is_gap:
            # Facts that the request does not state, and gaps, are the same mistake again: no reason to look
            # elsewhere.
            wide //= 10
        return self.candidate.worth - wide - 100 * min(self.beside, 3) - 100 * (self.cover < 0.5) - 10 * share


@dataclass(slots=True)
class Tried:
    """
    found: the best first. excused: candidates of which the request states what they find, and the source.
    """

    found: list[Found] = field(default_factory=list)
    excused: dict[str, str] = field(default_factory=dict)


def compiled(rules: Sequence[Mapping[str, Any]]) -> Rulebook:
    """Rules as data, through the same door as every pack. Raises RulebookError."""
    with tempfile.TemporaryDirectory(prefix="filterproxy-") as folder:
        file = Path(folder) / "new.yaml"
        file.write_text(pack_text("new", rules), "utf-8")
        return compile(load([file]))


def try_all(case: Case, span: Span | None, chosen: Sequence[Candidate], others: Others) -> Tried:
    """What each candidate finds in the case, and those that do in the others: see the two below."""
    return try_others(case, try_case(case, span, chosen), others)


def try_case(case: Case, span: Span | None, chosen: Sequence[Candidate]) -> Tried:
    """
    What each candidate finds in the case; those that find nothing are left out.

    span: the part that is meant; None: any will do.
    """
    trial = _run(_shadows(chosen, case.channel), case.request(), case.reply, Channel(0, case.channel))
    tried = Tried()
    for at, candidate in enumerate(chosen):
        hits = [hit for hit in trial.verdict.hits if hit.rule == _id(at)]
        spans = tuple((hit.start, hit.end) for hit in hits if not hit.excuse)
        if spans and case.channel == "arguments":
            # They are offsets in the one string of the JSON that was read, and not in all of it.
            spans = (span or (0, len(case.reply)),)
        excuse = next((hit.excuse for hit in hits if hit.excuse), "")
        if excuse and not spans:
            tried.excused[candidate.name] = excuse
        if found := _fitting(candidate, case.reply, spans, span):
            tried.found.append(found)
    tried.found = _ranked(tried.found, Others())
    return tried


def try_others(case: Case, tried: Tried, others: Others, watch: Watch = _nobody) -> Tried:
    """
    The same with what they find in other replies, which may change their order.

    watch: told how many of the recorded exchanges are done.
    """
    if not tried.found or not (others.examples or others.exchanges):
        return tried
    plans = _shadows([one.candidate for one in tried.found], case.channel)
    examples = ((e.request(), e.reply, Channel(0, e.channel)) for e in others.examples)
    alike = Counter(_fired(plans, examples))
    recorded = Counter(_recorded(plans, others.exchanges, case.channel, watch))
    found = [
        replace(one, in_examples=alike[_id(at)], in_exchanges=recorded[_id(at)])
        for at, one in enumerate(tried.found)
    ]
    return Tried(_ranked(found, others), tried.excused)


def _ranked(kept: Sequence[Found], others: Others) -> list[Found]:
    found = sorted(kept, key=lambda one: -one.score(others))
    # Of a fact the way that excuses what is known, and the one that does not: the better is enough.
    names: dict[str, Found] = {}
    for one in found:
        names.setdefault(one.candidate.name, one)
    return list(names.values())


def shortened(case: Case, found: Found) -> Case:
    """
    The case without long parts that change nothing: a pack is no place for documents, and each example is
    read cut at many places.
    """
    plans = alone(found.candidate, case.channel)

    def is_hit(one: Case) -> bool:
        return bool(_run(plans, one.request(), one.reply, Channel(0, one.channel)).fired())

    tries = []
    if len(case.reply) > _LONG_REPLY:
        around = (line_around(case.reply, found.spans[0]), sentence_around(case.reply, found.spans[0]))
        tries += [replace(case, reply=text) for text in around if len(text) <= _LONG_REPLY]
    case = next(filter(is_hit, tries), case)
    tries = [replace(case, system="")] if len(case.system) > _LONG_PART else []
    if sum(len(str(one.get("content", ""))) for one in case.messages) > _LONG_PART:
        tries += [replace(case, messages=()), replace(case, messages=(), system="")]
    return next(filter(is_hit, tries), case)


def alone(candidate: Candidate, channel: str) -> Plans:
    """A plan of nothing but a rule that looks for it in a kind of text."""
    return _shadows([candidate], channel)


def _shadows(chosen: Sequence[Candidate], channel: str) -> Plans:
    return Plans(compiled([_shadow(at, one, channel) for at, one in enumerate(chosen)]).rules)


def _id(at: int) -> str:
    return f"c{at}"


def _shadow(at: int, candidate: Candidate, channel: str) -> dict[str, Any]:
    unless = {"unless": {"grounded": True}} if candidate.grounded else {}
    looks = {"match": candidate.match, "in": channel, **unless}
    return {"id": _id(at), **looks, "action": "flag", "mode": "shadow"}


def _fitting(candidate: Candidate, reply: str, spans: tuple[Span, ...], wanted: Span | None) -> Found | None:
    if wanted is None:
        return Found(candidate, spans) if spans else None
    touching = [span for span in spans if span[0] < wanted[1] and wanted[0] < span[1]]
    if not touching:
        return None
    cover = max(_cover(span, wanted) for span in touching)
    # The same words in another place are meant as well.
    again = {reply[a:b].casefold() for a, b in (wanted, *touching)}
    beside = [span for span in spans if span not in touching and reply[slice(*span)].casefold() not in again]
    return Found(candidate, spans, cover, len(beside))


def _cover(a: Span, b: Span) -> float:
    common = min(a[1], b[1]) - max(a[0], b[0])
    return common / (max(a[1], b[1]) - min(a[0], b[0]))


def _fired(plans: Plans, replies: Iterable[tuple[Request, str, Channel]]) -> Iterable[str]:
    for request, reply, channel in replies:
        yield from _run(plans, request, reply, channel).fired()


def _recorded(plans: Plans, exchanges: Iterable[Exchange], kind: str, watch: Watch) -> Iterable[str]:
    """
    Of each exchange the candidates that find something in any of its texts of a kind; as `replay` counts,
    not in what the operator put there.
    """
    for done, exchange in enumerate(exchanges, 1):
        texts = [one for one in exchange.texts if one[0].kind == kind]
        asked = exchange.request()
        trials = [run(plans, asked, [one], whole=True, own=exchange.own) for one in texts]
        yield from {id for trial in trials for id in trial.fired()}
        watch(done)


def _run(plans: Plans, request: Request, reply: str, channel: Channel) -> Trial:
    return run(plans, request, [(channel, reply)], whole=True)
