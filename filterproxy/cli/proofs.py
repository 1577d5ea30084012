"""
Every example of a rulebook, in every cut: what `filterproxy test` runs. Nothing here prints.

An example runs its own rule alone and enforced, whatever its mode. Models, routes and headers of its `when`
are taken as given, since an example cannot say them; languages and questions count where it asks one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from filterproxy.answers import Inline
from filterproxy.cli.conversations import Conversation
from filterproxy.core.plan import Plans
from filterproxy.core.rule import Condition, Mode, Rule, Span
from filterproxy.core.verdict import Channel
from filterproxy.rulebook.book import Example, Rulebook, RuleInfo
from filterproxy.rulebook.conditions import When
from filterproxy.trial import Trial, cuts, deltas_of, run

# A rule's time may run out because the machine was busy; only one that does so each time is too slow.
_TRIES = 3
_NONE_ALLOWED = Inline()

# What was expected and what came, in words; None: as expected.
Judged = tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Failure:
    """
    An example that came out otherwise than it says.

    name: the rule or the conversation. how: in which way the reply was read. expected, came: in words.
    text, spans: the reply, and what was found in it.
    """

    name: str
    file: str
    line: int
    how: str
    expected: str
    came: str
    text: str
    spans: tuple[Span, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Plain data for scripts."""
        return {
            "name": self.name,
            "file": self.file,
            "line": self.line,
            "how": self.how,
            "expected": self.expected,
            "came": self.came,
            "reply": self.text,
            "spans": [list(span) for span in self.spans],
        }


@dataclass(slots=True)
class Report:
    """
    What was run. readings: replies read, each cut counted. without: ids of rules that have no example.
    not_run: how many examples and conversations could not be run, by the rule that asks somebody who cannot
    be asked here.
    """

    rules: int = 0
    examples: int = 0
    conversations: int = 0
    readings: int = 0
    failures: list[Failure] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    not_run: dict[str, int] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        """Whether something ran, and all of it came out as it says."""
        return not self.failures and self.examples + self.conversations > 0

    def as_json(self) -> dict[str, object]:
        """Plain data for scripts."""
        return {
            "ok": self.clean,
            "rules": self.rules,
            "examples": self.examples,
            "conversations": self.conversations,
            "readings": self.readings,
            "without_examples": self.without,
            "not_run": self.not_run,
            "failures": [failure.as_json() for failure in self.failures],
        }


def prove(
    rulebook: Rulebook, conversations: Iterable[Conversation] = (), answers: Inline = _NONE_ALLOWED
) -> Report:
    """
    Run the examples of every rule, and *conversations* through the whole chain.

    answers: to what rules ask. Examples of rules that it cannot answer are not run; conversations run without
    such rules, except those that say that one of them fires.
    """
    report = Report(rules=len(rulebook.rules))
    for rule, info in zip(rulebook.rules, rulebook.infos, strict=True):
        if not info.examples:
            report.without.append(rule.id)
        if not answers.can(rule):
            report.not_run |= {rule.id: len(info.examples)} if info.examples else {}
            continue
        for proof in _of_rule(rule, info, answers):
            report.examples += 1
            proof.run(report)
    chain = Plans(rulebook.rules)
    alike = all(rule.streamed is None for rule in rulebook.rules)
    silent = {rule.id for rule in rulebook.rules if not answers.can(rule)}
    for conversation in conversations:
        if missing := silent.intersection(conversation.fired or ()):
            report.not_run[min(missing)] = report.not_run.get(min(missing), 0) + 1
            continue
        report.conversations += 1
        _of_chain(chain, conversation, alike, answers).run(report)
    return report


@dataclass(frozen=True, slots=True)
class _Proof:
    """
    One example, ready to run.

    streams: whether the client asks for a stream, one after the other. alike: whether both must come out the
    same. judge: what a trial should have been.
    """

    name: str
    file: str
    plans: Plans
    example: Example
    streams: tuple[bool, ...]
    alike: bool
    judge: Callable[[Trial, bool], Judged]
    answers: Inline

    def run(self, report: Report) -> None:
        """Every reading, up to the first failure: what is wrong in one cut is mostly wrong in all."""
        for failed in self._readings(report):
            if failed is not None:
                report.failures.append(failed)
                return

    def _readings(self, report: Report) -> Iterator[Failure | None]:
        reference: Trial | None = None
        for stream in self.streams:
            if not self.alike:
                reference = None
            for pieces in cuts(self.example.reply) if stream else [[self.example.reply]]:
                report.readings += 1
                trial = self._steady(stream, pieces)
                judged = self.judge(trial, stream) or _difference(reference, trial)
                yield None if judged is None else self._failure(_how(stream, pieces), judged, trial)
                reference = reference or trial

    def _steady(self, stream: bool, pieces: list[str]) -> Trial:
        channel = Channel(0, self.example.channel)
        for _ in range(_TRIES):
            request = self.example.request(stream=stream)
            trial = run(self.plans, request, deltas_of(pieces, channel), answers=self.answers)
            if not trial.verdict.faults:
                break
        return trial

    def _failure(self, how: str, judged: tuple[str, str], trial: Trial) -> Failure:
        spans = tuple((hit.start, hit.end) for hit in trial.verdict.hits)
        return Failure(self.name, self.file, self.example.line, how, *judged, self.example.reply, spans)


def _of_rule(rule: Rule, info: RuleInfo, answers: Inline) -> Iterator[_Proof]:
    alike = rule.streamed is None
    asked, bare = _alone(rule, _sayable(rule.when)), _alone(rule, None)
    for example in info.examples:
        plans = asked if example.ask or example.messages else bare

        def judge(trial: Trial, stream: bool, example: Example = example) -> Judged:
            fired = rule.id in trial.fired()
            if fault := _fault(trial):
                return ("hit" if example.hit else "pass"), fault
            if fired is not example.hit:
                return ("hit", _missed(trial)) if example.hit else ("pass", "hit")
            return _unwanted(example, trial) if alike or not stream else None

        yield _Proof(rule.id, info.file, plans, example, (False, True), alike, judge, answers)


def _of_chain(plans: Plans, conversation: Conversation, alike: bool, answers: Inline) -> _Proof:
    example, wanted = conversation.example, conversation.fired

    def judge(trial: Trial, stream: bool) -> Judged:
        if fault := _fault(trial):
            return "a verdict", fault
        fired = trial.fired()
        if wanted is not None and set(fired) != set(wanted):
            return f"fired: {_listed(wanted)}", f"fired: {_listed(fired)}"
        return _unwanted(example, trial)

    streams = (False, True) if conversation.stream is None else (conversation.stream,)
    return _Proof(conversation.name, conversation.file, plans, example, streams, alike, judge, answers)


def _alone(rule: Rule, when: Condition | None) -> Plans:
    return Plans([replace(rule, mode=Mode.ENFORCE, rollout=1.0, when=when)])


def _sayable(when: Condition | None) -> Condition | None:
    """The part of a `when` that an example can speak for."""
    return replace(when, model=None, route=None, headers=()) if isinstance(when, When) else when


def _fault(trial: Trial) -> str:
    faults = trial.verdict.faults
    return f"not judged: {faults[0].cause} in {faults[0].rule}" if faults else trial.withheld


def _missed(trial: Trial) -> str:
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


def _listed(ids: Iterable[str]) -> str:
    return ", ".join(sorted(ids)) or "none"


def quoted(text: str) -> str:
    """*text* on one line, in quotes."""
    return '"' + text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"') + '"'
