"""
One example or conversation, read in every way; all must agree.

An example runs its own rule alone and enforced, whatever its mode. Models, routes and headers of its `when`
are taken as given, since an example cannot say them; languages and questions count where it asks one.
A conversation runs the whole chain, as it serves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from filterproxy.answers import Inline
from filterproxy.core.plan import Plans
from filterproxy.core.request import Request
from filterproxy.core.rule import Condition, Mode, Rule
from filterproxy.core.verdict import Channel, Verdict
from filterproxy.proving.conversations import Conversation
from filterproxy.proving.report import Failure, Outcome, Result
from filterproxy.proving.wire import Read, Way, difference, quoted, through, ways
from filterproxy.rulebook.book import Example, Rulebook, RuleInfo
from filterproxy.rulebook.conditions import When
from filterproxy.trial import Trial, cuts, deltas_of, run

# A rule's time may run out because the machine was busy; only one that does so each time is too slow.
_TRIES = 3

# What was expected and what came, in words; None: as expected.
Judged = tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Proof:
    """
    One example, ready to run.

    streams: whether the client asks for a stream, one after the other. alike: whether both must come out the
    same. request: a new one each time, for a stream or not. judge: what a trial should have been. missing:
    the rule whose question nobody answers here; "" for none.
    """

    name: str
    pack: str
    file: str
    kind: str
    example: Example
    plans: Plans
    streams: tuple[bool, ...]
    alike: bool
    request: Callable[[bool], Request]
    judge: Callable[[Trial, bool], Judged]
    answers: Inline
    todo: bool = False
    missing: str = ""

    @property
    def group(self) -> str:
        """What it runs through: its rule, or "" for the whole chain."""
        return "" if self.kind == "conversation" else self.name

    def run(self, clock: Callable[[], float], *, dialects: bool) -> Outcome:
        """
        Every reading, up to the first failure: what is wrong in one cut is mostly wrong in all.

        clock: seconds, from any origin. dialects: whether each dialect is gone through, too.
        """
        if self.missing:
            return self._outcome(Result.NOT_RUN)
        began = clock()
        counts, failure = [0, 0], None
        for is_wire, failed in self._readings(dialects):
            counts[is_wire] += 1
            if failed is not None:
                failure = failed
                break
        if self.todo:
            result = Result.NOW_RIGHT if failure is None else Result.TODO
        else:
            result = Result.PASSED if failure is None else Result.FAILED
        done = self._outcome(result)
        return replace(done, readings=counts[0], wire=counts[1], seconds=clock() - began, failure=failure)

    def _outcome(self, result: Result) -> Outcome:
        line = self.example.line
        return Outcome(self.name, self.pack, self.file, line, self.kind, result, missing=self.missing)

    def _readings(self, dialects: bool) -> Iterator[tuple[bool, Failure | None]]:
        """Whether each was through a dialect, and what was wrong with it."""
        reference: Trial | None = None
        for stream in self.streams:
            if not self.alike:
                reference = None
            bare: Trial | None = None
            for pieces in cuts(self.example.reply) if stream else [[self.example.reply]]:
                trial = self._steady(stream, pieces)
                judged = self.judge(trial, stream) or _difference(reference, trial)
                yield (
                    False,
                    None if judged is None else self._failure(_how(stream, pieces), judged, trial.verdict),
                )
                reference, bare = reference or trial, bare or trial
            if dialects and bare is not None:
                for way in ways(self.example.channel, self.example.reply, stream=stream):
                    read = self._steadily_through(way, stream)
                    judged = difference(bare, read, self.example.channel)
                    yield True, None if judged is None else self._failure(way.how, judged, read.verdict)

    def _steady(self, stream: bool, pieces: list[str]) -> Trial:
        channel = Channel(0, self.example.channel)
        for _ in range(_TRIES):
            request = self.request(stream)
            trial = run(self.plans, request, deltas_of(pieces, channel), answers=self.answers)
            if not trial.verdict.faults:
                break
        return trial

    def _steadily_through(self, way: Way, stream: bool) -> Read:
        kind, text = self.example.channel, self.example.reply
        for _ in range(_TRIES):
            read = through(way, self.plans, lambda: self.request(stream), kind, text, self.answers)
            if not read.verdict.faults:
                break
        return read

    def _failure(self, how: str, judged: tuple[str, str], verdict: Verdict) -> Failure:
        spans = tuple((hit.start, hit.end) for hit in verdict.hits)
        return Failure(self.name, self.file, self.example.line, how, *judged, self.example.reply, spans)


def of_rule(rule: Rule, info: RuleInfo, answers: Inline) -> Iterator[Proof]:
    """The proofs of a rule's examples, in order; those that are known to come out wrong last."""
    missing = "" if answers.can(rule) else rule.id
    alike = rule.streamed is None
    asked, bare = alone(rule, asks=True), alone(rule, asks=False)
    listed = [(example, False) for example in info.examples] + [(example, True) for example in info.todo]
    for example, todo in listed:
        yield Proof(
            rule.id,
            info.pack,
            info.file,
            ("todo_" if todo else "") + ("hit" if example.hit else "pass"),
            example,
            asked if example.ask or example.messages else bare,
            (False, True),
            alike,
            lambda stream, example=example: example.request(stream=stream),  # type: ignore[misc]
            _of_example(rule, example, alike),
            answers,
            todo,
            missing,
        )


def alone(rule: Rule, *, asks: bool) -> Plans:
    """The rule by itself, enforced. asks: whether the request has a question that its `when` may look at."""
    when = _sayable(rule.when) if asks else None
    return Plans([replace(rule, mode=Mode.ENFORCE, rollout=1.0, when=when)])


def _of_example(rule: Rule, example: Example, alike: bool) -> Callable[[Trial, bool], Judged]:
    def judge(trial: Trial, stream: bool) -> Judged:
        fired = rule.id in trial.fired()
        if fault := _fault(trial):
            return ("hit" if example.hit else "pass"), fault
        if fired is not example.hit:
            return ("hit", _missed(rule, example, trial)) if example.hit else ("pass", "hit")
        return _unwanted(example, trial) if alike or not stream else None

    return judge


def of_conversation(rulebook: Rulebook, plans: Plans, conversation: Conversation, answers: Inline) -> Proof:
    """The proof of a conversation. plans: of all rules of the book."""
    silent = {rule.id for rule in rulebook.rules if not answers.can(rule)}
    missing = sorted(silent.intersection(conversation.fired or ()))
    streams = (False, True) if conversation.stream is None else (conversation.stream,)

    def request(stream: bool) -> Request:
        return replace(conversation.request(stream=stream), background=rulebook.background)

    return Proof(
        conversation.name,
        "",
        conversation.file,
        "conversation",
        conversation.example,
        plans,
        streams,
        all(rule.streamed is None for rule in rulebook.rules),
        request,
        _of_chain(conversation),
        answers,
        conversation.todo,
        missing[0] if missing else "",
    )


def _of_chain(conversation: Conversation) -> Callable[[Trial, bool], Judged]:
    wanted, outcome = conversation.fired, conversation.outcome

    def judge(trial: Trial, stream: bool) -> Judged:
        if fault := _fault(trial):
            return "a verdict", fault
        fired = trial.fired()
        if wanted is not None and set(fired) != set(wanted):
            return f"fired: {_ids(wanted)}", f"fired: {_ids(fired)}"
        if outcome is not None and trial.verdict.outcome != outcome:
            return f"outcome: {outcome}", f"outcome: {trial.verdict.outcome.value}"
        return _unwanted(conversation.example, trial)

    return judge


def _sayable(when: Condition | None) -> Condition | None:
    """The part of a `when` that an example can speak for."""
    return replace(when, model=None, route=None, headers=()) if isinstance(when, When) else when


def _fault(trial: Trial) -> str:
    faults = trial.verdict.faults
    return f"not judged: {faults[0].cause} in {faults[0].rule}" if faults else trial.withheld


def _missed(rule: Rule, example: Example, trial: Trial) -> str:
    if example.channel not in rule.channels:
        read = ", ".join(sorted(rule.channels))
        return f"pass: the reply is {example.channel}, and the rule reads {read} (`in`)"
    excuses = sorted({hit.excuse for hit in trial.verdict.hits})
    return f"pass, excused by {', '.join(excuses)}" if excuses else "pass"


def _unwanted(example: Example, trial: Trial) -> Judged:
    text = trial.text(Channel(0, example.channel))
    return None if example.want is None or text == example.want else (quoted(example.want), quoted(text))


def _difference(reference: Trial | None, trial: Trial) -> Judged:
    if reference is None or reference.essence() == trial.essence():
        return None
    texts = [quoted("".join(t.texts.values())) for t in (reference, trial)]
    if texts[0] != texts[1]:
        return f"{texts[0]}, as in one piece", texts[1]
    return "the same matches as in one piece", f"{len(trial.verdict.hits)} matches, others than before"


def _how(stream: bool, pieces: list[str]) -> str:
    if not stream:
        return "whole"
    if len(pieces) == 1:
        return "streamed in one piece"
    return f"streamed, cut at {len(pieces[0])}" if len(pieces) == 2 else "streamed letter by letter"


def _ids(ids: Iterable[str]) -> str:
    return ", ".join(sorted(ids)) or "none"
