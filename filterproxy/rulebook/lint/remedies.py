"""
Which mistakes and warnings have one plain remedy, and what that is.

What could change a rule that is right is left to people: rules are not reordered, an expired one is not
turned off, and a word is corrected only where no other is nearly as near. The one remedy that does change
what a rule finds, edges around words, is taken only where each example that must hit still does, and its
note says what is found no longer.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import regex

from filterproxy.rulebook.lint.automaton import Automaton
from filterproxy.rulebook.lint.inside import Inside, inside_words
from filterproxy.rulebook.lint.lists import repeated_members
from filterproxy.rulebook.lint.remedy import Edit, removing, replacing
from filterproxy.rulebook.lint.tree import Alt, Undecided, read
from filterproxy.rulebook.lint.tree import walk as walk_tree
from filterproxy.rulebook.lint.written import Verb, allows, verbs_of
from filterproxy.rulebook.problem import Place, Problem
from filterproxy.rulebook.source import Node

_MEANT = re.compile(r'did you mean "(?P<near>[^"]+)"\?')
_UNKNOWN = re.compile(r'unknown [a-z ]+ "(?P<word>[^"]+)"')
_UNQUOTE = "take the quotes out: "
_QUOTE = "put it into quotes"
_NEAR = 0.75
_FLAGS = re.compile(r"\(\?[a-zA-Z0-9]+\)")


def of_problems(text: str, problems: Iterable[Problem]) -> Iterator[Edit]:
    """Remedies of mistakes: a word or key that is nearly another, a number in quotes, a text without them."""
    for problem in problems:
        edit = _of_word(text, problem) if problem.code in _WORDS else None
        edit = edit or (_of_kind(text, problem) if problem.code == "FP014" else None)
        if edit is not None:
            yield edit


_WORDS = ("FP010", "FP011", "FP012", "FP013")


def _of_word(text: str, problem: Problem) -> Edit | None:
    word, near = _UNKNOWN.match(problem.what), _MEANT.search(problem.fix)
    if word is None or near is None or not _is_nearest(word["word"], near["near"], problem.label):
        return None
    raw = _raw(problem.place)
    if raw.strip("'\"") != word["word"]:
        return None
    new = raw.replace(word["word"], near["near"])
    note = f'{_at(problem.place)}: "{word["word"]}" is now "{near["near"]}"'
    is_key = problem.code in ("FP010", "FP011") or _is_key(problem.place)
    return replacing(text, problem.place, new, note, near["near"], is_key=is_key)


def _is_nearest(word: str, near: str, label: str) -> bool:
    """Whether no other of the words that could stand there is nearly as near."""
    known = label.removeprefix("not one of: ").split(", ")
    return difflib.get_close_matches(word, known, n=2, cutoff=_NEAR) == [near]


def _is_key(place: Place) -> bool:
    return re.match(r"\s*:(?:\s|$)", place.text[place.column - 1 + place.length :]) is not None


def _of_kind(text: str, problem: Problem) -> Edit | None:
    raw, at = _raw(problem.place), _at(problem.place)
    if problem.fix.startswith(_UNQUOTE):
        digits = problem.fix.removeprefix(_UNQUOTE)
        if raw not in (f"'{digits}'", f'"{digits}"') or not re.fullmatch("0|[1-9][0-9]{0,17}", digits):
            return None
        note = f"{at}: {raw} is now the number {digits}"
        return replacing(text, problem.place, digits, note, int(digits))
    if problem.fix == _QUOTE and re.fullmatch(r"[\w.+-]+", raw):
        return replacing(text, problem.place, f'"{raw}"', f'{at}: {raw} is now the text "{raw}"', raw)
    return None


def of_rule(text: str, rule: Node, file: Path) -> Iterator[Edit]:
    """Remedies of warnings: entries that stand in a list twice, words that are found inside others."""
    for verb in verbs_of(rule):
        if verb.name == "phrases":
            for place, first in repeated_members(verb):
                note = f"{_at(place)}: {_raw(place)} stands in line {first.line} already"
                edit = None if allows("FW012", place, rule) else removing(text, place, note)
                if edit is not None:
                    yield edit
        elif verb.name == "regex" and not verb.beside:
            edge = None if allows("FW004", verb.value.place, rule) else _of_pattern(text, verb, rule)
            if edge is not None:
                yield edge


def _of_pattern(text: str, verb: Verb, rule: Node) -> Edit | None:
    node = verb.value
    ignore_case = verb.node.at(("ignore_case",)).value is True
    old = node.value
    if not isinstance(old, str) or (inside := _inside(old, ignore_case)) is None:
        return None
    new = with_edges(old)
    if _inside(new, ignore_case) is not None or not _keeps(old, new, ignore_case, rule):
        return None
    written = _written(node, new)
    note = f'{_at(node.place)}: whole words only: "{inside.literal}" is no longer found in "{inside.word}"'
    return None if written is None else replacing(text, node.place, written, note, new)


def _inside(pattern: str, ignore_case: bool) -> Inside | None:
    try:
        tree = read(pattern, ignore_case)
        return inside_words(pattern, ignore_case, tree, Automaton.of(tree, tree.tree), ())
    except (Undecided, regex.error):
        return None


def with_edges(pattern: str) -> str:
    r"""A pattern of words with `\b` at both ends of each."""
    flags = found[0] if (found := _FLAGS.match(pattern)) else ""
    rest = pattern.removeprefix(flags)
    if rest.startswith(r"\b") and rest.endswith(r"\b"):
        return rf"{flags}\b(?:{rest[2:-2]})\b"
    has_choices = any(isinstance(node, Alt) for node in walk_tree(read(pattern, False).tree))
    return rf"{flags}\b(?:{rest})\b" if has_choices else rf"{flags}\b{rest}\b"


def _keeps(old: str, new: str, ignore_case: bool, rule: Node) -> bool:
    """Whether every example that must hit is hit as before."""
    flags = regex.V1 | (regex.IGNORECASE if ignore_case else 0)
    was, now = regex.compile(old, flags), regex.compile(new, flags)
    hits = rule.at(("examples", "hit")).items()
    replies = [hit.at(("reply",)).value for hit in hits]
    return all(was.findall(reply) == now.findall(reply) for reply in replies if isinstance(reply, str))


def _written(node: Node, value: str) -> str | None:
    """A pattern as it would stand in the place of *node*; None where that is more than one line."""
    raw = _raw(node.place)
    if (node.style == "" and raw == node.value) or node.style == "'":
        return "'" + value.replace("'", "''") + "'"
    if node.style == '"' and raw == f'"{node.value}"':
        return '"' + value.replace("\\", "\\\\") + '"'
    return None


def _raw(place: Place) -> str:
    return place.text[place.column - 1 : place.column - 1 + place.length]


def _at(place: Place) -> str:
    return f"{place.file}:{place.line}"
