"""Warnings about patterns: slow ones, those that never match, or match nothing, or match inside words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import regex

from filterproxy.rulebook.lint.automaton import Automaton
from filterproxy.rulebook.lint.finding import Finding, Unanalysed
from filterproxy.rulebook.lint.inside import Inside, inside_words
from filterproxy.rulebook.lint.slow import LIMIT_SECONDS, Slow, slow
from filterproxy.rulebook.lint.texts import empty_between, shortest
from filterproxy.rulebook.lint.tree import Read, Undecided, choices_of, read
from filterproxy.rulebook.lint.written import Verb, Written, verbs_of
from filterproxy.rulebook.problem import Problem
from filterproxy.rulebook.source import Node

_TIMEOUT_SECONDS = 0.1
_SHOWN = 40
# Alternatives that are looked at one by one; more are a list of words, where none contradicts itself.
_LIMIT_CHOICES = 300


def of_patterns(rule: Written, words: Sequence[str]) -> Iterator[Finding | Unanalysed]:
    """Of every pattern of a rule. words: that are known, to show which of them are hit by mistake."""
    for verb in verbs_of(rule.node):
        if verb.name == "regex" and isinstance(verb.value.value, str):
            yield from _of_pattern(rule, verb, words)


def _of_pattern(rule: Written, verb: Verb, words: Sequence[str]) -> Iterator[Finding | Unanalysed]:
    pattern, node = str(verb.value.value), verb.value
    ignore_case = _ignores_case(verb)
    try:
        tree = read(pattern, ignore_case)
        automaton = Automaton.of(tree, tree.tree)
        never = _never(rule, verb, tree, automaton)
    except (Undecided, RecursionError) as reason:
        deep = isinstance(reason, RecursionError)
        yield Unanalysed(node.place, rule.id, "it is nested too deeply" if deep else str(reason))
        return
    try:
        found = slow(pattern, ignore_case, tree)
    except Undecided as reason:
        yield Unanalysed(node.place, rule.id, f"whether it backtracks: {reason}")
        found = None
    if found is not None:
        yield Finding(_backtracks(node, found), rule.id)
    if never is not None:
        yield never
        return
    empty = empty_between(automaton)
    if empty is not None and _matches_nothing(pattern, ignore_case, empty):
        yield Finding(_empty(node, empty), rule.id)
    inside = None if verb.beside else inside_words(pattern, ignore_case, tree, automaton, words)
    if inside is not None:
        yield Finding(_inside(node, inside), rule.id)


def _ignores_case(verb: Verb) -> bool:
    return verb.node.at(("ignore_case",)).value is True


def _flags(ignore_case: bool) -> int:
    return int(regex.V1 | (regex.IGNORECASE if ignore_case else 0))


def _never(rule: Written, verb: Verb, tree: Read, automaton: Automaton) -> Finding | Unanalysed | None:
    node = verb.value
    if shortest(automaton) is not None:
        dead = _dead_alternative(tree)
        return None if dead is None or not tree.certain else Finding(_dead(node, *dead), rule.id)
    if not tree.certain or _hits_an_example(rule, verb):
        return Unanalysed(node.place, rule.id, "whether it can match at all depends on all of Unicode")
    return Finding(
        Problem(
            node.place,
            "FW002",
            "this pattern can never match",
            "the rule does nothing, and nobody is told",
            "look at what stands side by side: an edge, a look-around or a set asks for what cannot be there",
        ),
        rule.id,
    )


def _hits_an_example(rule: Written, verb: Verb) -> bool:
    """Whether the engine knows better: no warning says the contrary of what it finds."""
    compiled = regex.compile(str(verb.value.value), _flags(_ignores_case(verb)))
    try:
        replies = [example["reply"] for example in rule.form["examples"]["hit"]]
        found = (compiled.finditer(reply, timeout=_TIMEOUT_SECONDS) for reply in replies)
        return any(match.end() > match.start() for matches in found for match in matches)
    except TimeoutError:
        return True


def _dead_alternative(tree: Read) -> tuple[int, int] | None:
    choices = choices_of(tree.tree)
    for number, choice in enumerate(choices if 1 < len(choices) <= _LIMIT_CHOICES else (), 1):
        part = Automaton.of(tree, choice)
        if not part.empty and shortest(part) is None:
            return number, len(choices)
    return None


def _dead(node: Node, number: int, of: int) -> Problem:
    return Problem(
        node.place,
        "FW002",
        f"alternative {number} of {of} of this pattern can never match",
        "the rule finds less than it says",
        "look at what stands side by side in it, or take the alternative out",
    )


def _matches_nothing(pattern: str, ignore_case: bool, text: str) -> bool:
    try:
        found = regex.finditer(pattern, text, _flags(ignore_case), timeout=_TIMEOUT_SECONDS)
        return any(match.end() == match.start() for match in found)
    except TimeoutError:
        return False


def _empty(node: Node, text: str) -> Problem:
    return Problem(
        node.place,
        "FW003",
        "this pattern can match nothing at all",
        "an empty match is none, so that the rule finds less, or other things, than the pattern says",
        "let it need at least one character: + for *, or take a ? out",
        label=f"as in {quoted(text)}",
    )


def _backtracks(node: Node, found: Slow) -> Problem:
    return Problem(
        node.place,
        "FW001",
        f"this pattern backtracks: there are texts on which it takes more than {LIMIT_SECONDS * 1000:.0f} ms",
        "a rule that runs out of time is a fault, not a verdict, and one that keeps doing so is suspended",
        "let repeats that stand side by side, or inside each other, share no character; "
        "or let them give nothing back: ++ for +, *+ for *, or (?>...)",
        label=_said(found),
    )


def _said(found: Slow) -> str:
    parts = [quoted(found.before)] if found.before else []
    parts.append(f"{quoted(found.pump)} {found.times} times")
    parts += [quoted(found.after)] if found.after else []
    return "as on " + ", then ".join(parts)


def quoted(text: str) -> str:
    """A short text for a label: odd characters as escapes, a long one cut."""
    shown = text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
    return '"' + re.sub(r"[^ -~]", lambda c: c[0] if c[0].isprintable() else ascii(c[0])[1:-1], shown) + '"'


_NO_EDGE = (
    r"write \b at both ends, or `phrases`; where parts of words are meant: `words: false` with `phrases`"
)
_LOPSIDED = r"put the alternatives into a group, so that the edges are those of each: \b(?:...|...)\b"


def _inside(node: Node, inside: Inside) -> Problem:
    side = " on one side" if inside.lopsided else ""
    return Problem(
        node.place,
        "FW004",
        f'this pattern matches inside words: "{inside.literal}" in "{inside.word}"',
        "replies that have nothing to do with it would be hit",
        _LOPSIDED if inside.lopsided else _NO_EDGE,
        label=f'"{inside.literal}" has no \\b{side}' if inside.alternatives > 1 else "",
    )
