"""A reply as one rule saw it: what a person is asked about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from filterproxy.core.request import Turn
from filterproxy.core.rule import Scope
from filterproxy.core.sentence import units
from filterproxy.core.verdict import Channel, Hit
from filterproxy.corpus.exchange import Exchange
from filterproxy.labels.label import FIRED
from filterproxy.rulebook.book import Example, message, result

# Passages of what was known that are shown beside a match; more would be the whole prompt again.
_PASSAGES = 4
# Code points. A system prompt up to this is shown whole: shorter than the screen, and nobody wonders what is
# missing.
_SHORT = 400


@dataclass(frozen=True, slots=True)
class Case:
    """
    stratum: fired, near or excused (see labels.sample). hits: the rule's own matches; of a near miss those
    that it would have had, if any. why: of a near miss, why it is none, in words. picked: asked for, and not
    drawn by lot.
    """

    exchange: Exchange
    rule: str
    stratum: str
    hits: tuple[Hit, ...] = ()
    mode: str = ""
    why: str = ""
    picked: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """As of labels.label.Label."""
        return self.exchange.hash, self.rule

    @property
    def channel(self) -> Channel:
        """The text that it is about: the one of the first match, else the first."""
        there = [channel for channel, _ in self.exchange.texts]
        return self.hits[0].channel if self.hits else there[0]

    def excuses(self) -> tuple[str, ...]:
        """Why matches were let through, each once."""
        return tuple(dict.fromkeys(hit.excuse for hit in self.hits if hit.excuse))

    def known(self) -> tuple[tuple[str, str], ...]:
        """
        What the request states that speaks of the same as the matches: role and passage, in order.

        That is what shares a word or a digit with a match or its sentence; of short system prompts, all.
        """
        words = _words(self._around())
        found = [
            (len(words & _words([passage])), role, passage)
            for role, passage in _passages(self.exchange.turns)
        ]
        best = sorted((shared for shared, *_ in found if shared), reverse=True)[:_PASSAGES]
        least = min(best, default=1)
        near = [(role, passage) for shared, role, passage in found if shared >= least]
        return tuple(dict.fromkeys([*_prompts(self.exchange.turns), *near[:_PASSAGES]]))

    def _around(self) -> Iterable[str]:
        """The sentences in which matches stand; one walk through each text, however many there are."""
        texts = dict(self.exchange.texts)
        for channel in dict.fromkeys(hit.channel for hit in self.hits):
            spans = sorted((hit.start, hit.end) for hit in self.hits if hit.channel == channel)
            text = texts.get(channel, "")
            at = 0
            for start, end in units(text, Scope.SENTENCE):
                while at < len(spans) and spans[at][1] <= start:
                    at += 1
                if at == len(spans):
                    break
                if spans[at][0] < end:
                    yield text[start:end]


def _prompts(turns: Sequence[Turn]) -> Iterable[tuple[str, str]]:
    """System prompts that are short."""
    return [(turn.role, turn.text.strip()) for turn in turns if turn.role == "system" and _is_short(turn)]


def _is_short(turn: Turn) -> bool:
    return bool(turn.text.strip()) and len(turn.text) <= _SHORT


def _passages(turns: Sequence[Turn]) -> Iterable[tuple[str, str]]:
    """
    What may be known, line by line; not the question, what the model said itself, and short prompts.
    """
    question = max((at for at, turn in enumerate(turns) if turn.role == "user"), default=-1)
    for at, turn in enumerate(turns):
        if turn.role == "assistant" or at == question or (turn.role == "system" and _is_short(turn)):
            continue
        for passage in turn.text.splitlines():
            if passage.strip():
                yield turn.role, passage.strip()


def _words(texts: Iterable[str]) -> set[str]:
    """Words that say something: numbers, and what has four letters or more."""
    found: set[str] = set()
    for text in texts:
        for word in "".join(c if c.isalnum() else " " for c in text.casefold()).split():
            if len(word) >= 4 or any(map(str.isdigit, word)):
                found.add(word)
    return found


def example_of(case: Case) -> tuple[str | dict[str, object], bool]:
    """
    The case as an example of its rule has it, and whether that says all that was asked.

    What an example cannot have is left out of it: other choices, and turns in an order that it does not know.
    """
    channel = case.channel
    form: dict[str, object] = _asked(case.exchange.turns)
    form["reply"] = dict(case.exchange.texts).get(channel, "")
    if channel.kind != "content":
        form["in"] = channel.kind
    whole = _read_back(form) == case.exchange.turns
    if whole and set(form) == {"reply"}:
        return str(form["reply"]), True
    return form, whole


def is_hit(case: Case, right: bool) -> bool:
    """Whether the rule should fire for the case, by what a person said about what it did."""
    return (case.stratum == FIRED) == right


def _asked(turns: Sequence[Turn]) -> dict[str, object]:
    """
    The turns under an example's keys: system, messages, ask, tools; the first and the last where they fit.
    """
    form: dict[str, object] = {}
    rest = list(turns)
    if rest and rest[0].role == "system" and rest[0].text:
        form["system"] = rest.pop(0).text
    results: list[Turn] = []
    while rest and rest[-1].role == "tool" and any(turn.role == "user" for turn in rest):
        results.insert(0, rest.pop())
    ask = rest.pop() if rest and rest[-1].role == "user" and rest[-1].text else None
    if ask is None or (results and rest and rest[-1].role == "assistant"):
        rest += [ask] if ask is not None else []
        rest, results, ask = [*rest, *results], [], None
    if rest:
        form["messages"] = _messages(rest)
    if ask is not None:
        form["ask"] = ask.text
    if results:
        form["tools"] = [
            {"name": turn.tool, "result": turn.text} if turn.tool else turn.text for turn in results
        ]
    return form


def _messages(turns: Sequence[Turn]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for turn in turns:
        if turn.role == "tool" and not turn.text and turn.tool and found:
            # A call without a result: it is the message before it that calls.
            calls = found[-1].setdefault("tool_calls", [])
            assert isinstance(calls, list)
            calls.append({"function": {"name": turn.tool}})
        elif turn.role == "tool" and turn.tool:
            found.append({"role": "tool", "content": turn.text, "name": turn.tool})
        else:
            found.append({"role": turn.role, "content": turn.text})
    return found


def _read_back(form: dict[str, object]) -> tuple[Turn, ...]:
    """The turns that an example with these keys has."""
    listed = form.get("messages", [])
    tools = form.get("tools", [])
    assert isinstance(listed, list) and isinstance(tools, list)
    example = Example(
        hit=True,
        reply="",
        ask=str(form.get("ask", "")),
        system=str(form.get("system", "")),
        tools=tuple(result(one if isinstance(one, dict) else {"result": one}) for one in tools),
        messages=tuple(message(one) for one in listed),
    )
    return example.request().turns
