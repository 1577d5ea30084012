"""One reply: its channels, the chain of each, and what is decided about its choices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from filterproxy.core.asking import Needs, Question
from filterproxy.core.bound import Bound
from filterproxy.core.chain import Chain
from filterproxy.core.judge import Failed, Judge
from filterproxy.core.plan import Plan
from filterproxy.core.request import Request
from filterproxy.core.rule import Say, Span, Verb
from filterproxy.core.stage import Dropped
from filterproxy.core.tape import Piece, text_of
from filterproxy.core.verdict import GRAVITY, Channel, Hit, Outcome, Verdict

# Code points of one choice that may wait or be kept. A reply of 128 000 tokens is half of it.
HELD_LIMIT = 1 << 20


class Strings(Protocol):
    """How a channel whose text is JSON comes apart into texts of its own, and together again."""

    def split(self, text: str) -> list[str] | None:
        """The string values, in order; None when *text* is not JSON."""

    def join(self, text: str, values: Sequence[str]) -> str:
        """*text* with other string values."""


@dataclass(frozen=True, slots=True)
class Settings:
    """
    What a session takes as given.

    clock: seconds from any origin. language_of: for texts that a rule says in several languages.
    strings: for channels whose text is JSON. limit: see HELD_LIMIT. unscanned_passes: what happens to
    text that could not be judged. suspended: ids of rules that are not run.
    """

    clock: Callable[[], float]
    language_of: Callable[[Request], str]
    strings: Strings
    limit: int = HELD_LIMIT
    unscanned_passes: bool = True
    suspended: frozenset[str] = frozenset()


@dataclass(slots=True)
class Ending:
    """
    What a session decided when its reply was complete.

    pieces: the last of each channel that was not withheld or not dropped. dropped: for each dropped
    choice what it reads instead; None: nothing, the caller gets an error. ask: the rule that wants
    upstream to be asked again; then nothing else counts. failed: a rule failed and its policy is
    `drop`, or a limit was passed and the policy is `drop`: the reply must not be delivered.
    """

    pieces: dict[Channel, list[Piece]] = field(default_factory=dict)
    dropped: dict[int, str | None] = field(default_factory=dict)
    ask: Bound | None = None


class Withheld(Exception):
    """The reply must not be delivered: a rule failed, or a limit was passed, and the policy is `drop`."""


class Session:
    """
    A reply being read. `feed` gives what may leave now; `end` settles the rest.

    Both raise Withheld, and `end` raises Needs when rules ask: the shell gets the answers, and has the reply
    read by another session. After that, or after `end`, a session is not used again. `whole`, set before the
    first `feed`, says that nothing need leave before the end, which spares work; then `own` may say where the
    operator's words stand in a channel's text already, as where a recording was redacted (not in JSON).

    keeps: whether `sent` is kept; to be set before the first text where somebody wants it though no rule is
    judged later. sent: what upstream sent of each channel; None: it was too much to be kept.
    """

    def __init__(self, plan: Plan, request: Request, settings: Settings) -> None:
        self.verdict = Verdict()
        self.plan = plan
        self.whole = False
        self.own: Mapping[Channel, Sequence[Span]] = {}
        self.keeps = bool(plan.late)
        self._request = request
        self._settings = settings
        self._chains: dict[Channel, Chain] = {}
        self._texts: dict[Channel, list[str]] = {}  # withheld, or JSON
        self._sizes: dict[Channel, int] = {}
        self._unjudged: set[int] = set()  # choices too large to judge
        self._closed: set[Channel] = set()
        self._questions: list[Question] = []
        self.sent: dict[Channel, list[str]] | None = {}
        self._sent_size = 0

    def feed(self, channel: Channel, text: str) -> list[Piece]:
        """Take in more text of a channel."""
        kind = channel.kind
        if self.keeps:
            self._remember(channel, text)
        if kind not in self.plan.kinds and not self.plan.withholds:
            return _as_sent(text)
        if channel.choice in self._unjudged:
            return _as_sent(text)
        if self.plan.withholds:
            return self._keep(channel, text)
        if self._is_json(kind):
            kept = self._keep(channel, text)
            return kept if self._withheld(kind) else _as_sent(text)
        chain = self._chains.get(channel)
        if chain is None:
            chain = self._chains[channel] = self._chain(channel)
        if self.whole:
            chain.keep(text)
            return [] if chain.waiting <= self._settings.limit else self._too_large(channel)
        try:
            pieces = chain.feed(text)
        except Failed as failed:
            raise Withheld(f"rule {failed} could not be judged") from None
        waiting = chain.waiting
        if waiting > self.verdict.held_peak:
            self.verdict.held_peak = waiting
        return pieces if waiting <= self._settings.limit else pieces + self._too_large(channel)

    def close(self, channel: Channel) -> list[Piece] | None:
        """
        A channel is complete, others may go on: the last of it, which `end` does not give again.

        None where that can be said at the reply's end only. The channel must not be fed again.
        """
        chain = None if self.whole else self._chains.pop(channel, None)
        if chain is None:
            kept = channel in self._texts and self._withheld(channel.kind)
            return None if kept or self.whole else []
        self._closed.add(channel)
        try:
            return chain.end()
        except Failed as failed:
            raise Withheld(f"rule {failed} could not be judged") from None

    def end(self) -> Ending:
        """The reply is complete. Raises Needs."""
        ending = Ending()
        failed = self._end(ending)
        if self._questions:
            raise Needs(self._questions)
        if failed is not None:
            raise Withheld(f"rule {failed} could not be judged")
        self._outcomes()
        return ending

    def _end(self, ending: Ending) -> Failed | None:
        try:
            for channel, chain in self._chains.items():
                ending.pieces[channel] = chain.end()
            for choice in {channel.choice: None for channel in self._texts}:
                self._end_choice(choice, ending)
        except Failed as failed:
            return failed
        return None

    def expect_content(self, choice: int) -> None:
        """Say that a choice has content, be it empty: rules on short texts must see it."""
        channel = Channel(choice, "content")
        if self.keeps:
            self._remember(channel, "")
        if self.plan.withholds:
            self._texts.setdefault(channel, [])
            return
        judged = "content" in self.plan.kinds and not self._request.json and choice not in self._unjudged
        if judged and channel not in self._chains and channel not in self._closed:
            self._chains[channel] = self._chain(channel)

    @property
    def unscanned_passes(self) -> bool:
        """What the operator wants to happen to what could not be judged."""
        return self._settings.unscanned_passes

    def was_cut(self, choice: int) -> bool:
        """Whether a rule has cut a text of this choice; known after `end`."""
        return self.verdict.outcomes.get(choice) is Outcome.CUT

    def _chain(self, channel: Channel) -> Chain:
        return Chain(self.plan.for_kind(channel.kind), self._judge(channel), self.own.get(channel, ()))

    def _judge(self, channel: Channel) -> Judge:
        settings = self._settings
        return Judge(
            self._request,
            self.verdict,
            channel,
            settings.clock,
            settings.language_of,
            settings.suspended,
            settings.unscanned_passes,
            settings.limit,
            questions=self._questions,
        )

    def _remember(self, channel: Channel, text: str) -> None:
        """Keep what came for the rules that are judged later."""
        if self.sent is None:
            return
        self.sent.setdefault(channel, []).append(text)
        self._sent_size += len(text)
        if self._sent_size > self._settings.limit:
            if self.plan.late:
                self.verdict.not_scanned("too_large")
            self.sent = None

    def _is_json(self, kind: str) -> bool:
        return kind == "arguments" or (kind == "content" and self._request.json)

    def _withheld(self, kind: str) -> bool:
        """Whether a channel that is kept here has not left as it came."""
        return self.plan.withholds or self.plan.for_kind(kind).changes

    def _keep(self, channel: Channel, text: str) -> list[Piece]:
        self._texts.setdefault(channel, []).append(text)
        size = self._sizes[channel] = self._sizes.get(channel, 0) + len(text)
        self._note_held(size)
        return self._too_large(channel) if size > self._settings.limit else []

    def _note_held(self, size: int) -> None:
        self.verdict.held_peak = max(self.verdict.held_peak, size)

    def _too_large(self, channel: Channel) -> list[Piece]:
        """What was not judged leaves as it is, or the reply is withheld, as the operator chose."""
        self.verdict.not_scanned("too_large")
        if not self._settings.unscanned_passes:
            raise Withheld(f"more than {self._settings.limit} characters would have to wait")
        self._unjudged.add(channel.choice)
        chain = self._chains.pop(channel, None)
        if chain is not None:
            return chain.give_up()
        return _as_sent("".join(self._texts.pop(channel)))

    def _end_choice(self, choice: int, ending: Ending) -> None:
        channels = [c for c in self._texts if c.choice == choice]
        if choice in self._unjudged:
            for channel in channels:
                if self._withheld(channel.kind):
                    ending.pieces[channel] = _as_sent("".join(self._texts[channel]))
            return
        dropped = self._run(channels, self.plan, ending)
        for channel in channels:
            if not self._withheld(channel.kind):
                ending.pieces.pop(channel, None)  # it has left already; the rules only looked
        if dropped is None:
            return
        # The rule that drops first, in order, ends the chain on every channel: judged again up to it.
        self._run(channels, self.plan.until(dropped.index), ending, dropped)
        if dropped.action.verb is Verb.RETRY:
            ending.ask = dropped
            return
        say = dropped.action.say
        for channel in channels:
            ending.pieces.pop(channel, None)
        ending.dropped[choice] = None if say is None else self._said(say)

    def _said(self, say: Say) -> str:
        return say.for_language(self._settings.language_of(self._request))

    def _run(
        self, channels: list[Channel], plan: Plan, ending: Ending, dropping: Bound | None = None
    ) -> Bound | None:
        """Judge whole channels; the first rule in order that drops the choice, if any does."""
        verdict = self.verdict
        before = (list(verdict.hits), list(verdict.faults), dict(verdict.unscanned))
        drops: list[Bound] = []
        for channel in channels:
            text = "".join(self._texts[channel])
            if channel.kind not in plan.kinds:
                ending.pieces[channel] = _as_sent(text)
                continue
            try:
                ending.pieces[channel] = self._whole(channel, text, plan, dropping)
            except Dropped as drop:
                drops.append(drop.args[0])
        first = min(drops, key=lambda bound: bound.index, default=None)
        if first is not None:
            verdict.hits, verdict.faults, verdict.unscanned = before
        return first

    def _whole(self, channel: Channel, text: str, plan: Plan, dropping: Bound | None) -> list[Piece]:
        judge = self._judge(channel)
        judge.dropping = dropping
        part = plan.for_kind(channel.kind)
        if not self._is_json(channel.kind) or self._settings.strings.split(text) is None:
            return self._through(Chain(part, judge, self.own.get(channel, ())), text)
        read = text
        for whole, rules in part.by_reading:
            values = None if whole else self._settings.strings.split(read)
            if values is None:
                read = text_of(self._through(Chain(rules, judge), read))
                continue
            left = [text_of(self._through(Chain(rules, judge), value)) for value in values]
            if left != values:
                read = self._settings.strings.join(read, left)
        if read == text:
            return _as_sent(text)
        return [Piece(read, 0, 0, own=True), Piece("", len(text), 0)]

    def _through(self, chain: Chain, text: str) -> list[Piece]:
        chain.keep(text)
        return chain.end()

    def _outcomes(self) -> None:
        for hit in self.verdict.hits:
            if not hit.excuse and hit.mode != "shadow":
                self._note_outcome(hit)

    def _note_outcome(self, hit: Hit) -> None:
        outcome = _OUTCOME[hit.action]
        known = self.verdict.outcomes.get(hit.channel.choice, Outcome.PASS)
        self.verdict.outcomes[hit.channel.choice] = max(known, outcome, key=GRAVITY.__getitem__)


_OUTCOME = {
    "flag": Outcome.FLAG,
    "redact": Outcome.EDIT,
    "replace": Outcome.EDIT,
    "remove": Outcome.EDIT,
    "append": Outcome.EDIT,
    "cut": Outcome.CUT,
    "drop": Outcome.DROP,
    "retry": Outcome.RETRY,
}


def _as_sent(text: str) -> list[Piece]:
    return [Piece(text, len(text), 0)] if text else []
