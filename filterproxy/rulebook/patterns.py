"""What is wrong with a regular expression, at its place and in an author's words."""

from __future__ import annotations

import re

import regex

from filterproxy.rulebook.problem import Problem
from filterproxy.rulebook.source import Node

_POSITION = re.compile(r"(?P<what>.*) at position (?P<position>\d+)", re.DOTALL)

# Seconds. A search of the empty text takes microseconds, unless the pattern calls itself without end.
_TIMEOUT_SECONDS = 0.1

_NOTHING = "the rule would have nothing to look for"
_OTHERWISE = "correct the pattern; a backslash makes ( [ { . * + ? | ordinary characters"

# By what the engine says: what an author reads ("" for the same), and the repair.
_SAID = {
    "missing )": ("", r"close the group with ), or write \( for the character itself"),
    "unbalanced parenthesis": ("", r"take the ) out, or write \) for the character itself"),
    "unterminated character set": ("", r"close the set with ], or write \[ for the character itself"),
    "nothing to repeat": (
        "",
        r"put something before the * + or ?, or write \* for the character itself; .* is any text",
    ),
    "multiple repeat": ("", "one of the repeats is too many; put what it repeats into (?:...)"),
    "min repeat greater than max repeat": (
        "the least number of repeats is greater than the most",
        "write the smaller number first, as in {1,3}",
    ),
    "bad character range": (
        "a range that runs backwards",
        "write the first character first, as in a-z, or put a backslash before the hyphen",
    ),
    "bad escape (end of pattern)": (
        "a lone backslash at its end",
        r"write \\ for a backslash, or take it out",
    ),
    "unknown property": (
        "there is no such property",
        r"\p{L} is any letter, \p{Greek} any Greek one, \d a digit",
    ),
    "invalid group reference": (
        "there is no group of that number",
        "count the groups from 1, by their opening brackets; (?:...) is none",
    ),
    "unknown group": ("there is no group of that name", "name it where it stands: (?P<name>...)"),
    "bad character in group name": (
        "a group's name is made of letters, digits and _, a letter first",
        "give the group another name, as in (?P<year>...)",
    ),
    "unknown extension": (
        "nothing has this letter behind (?",
        "(?:...) is a group, (?i) at the beginning ignores case, (?P<name>...) names a group",
    ),
    "undefined named list": (
        r"\L<...> names a list, and a pack can give none",
        "write the words: (?:one|two)",
    ),
    "undefined character name": (
        "no character has this name",
        r"write the character itself, or as in \u00e9",
    ),
}

# The engine stands behind these when it complains: what is meant began here, at the latest.
_BEHIND = {
    "unknown property": ("\\", "[:"),
    "invalid group reference": ("\\", "("),
    "bad character in group name": ("<",),
    "undefined named list": ("\\",),
    "undefined character name": ("\\",),
    "bad escape": ("\\",),
    "incomplete escape": ("\\",),
}


def unreadable_pattern(node: Node, message: str) -> Problem:
    """A pattern (the text of *node*) that its detector refused with *message*."""
    if "look-behind" in message:
        return Problem(
            node.place,
            "FP021",
            message,
            "in a stream, what has left long ago can no longer be looked at",
            "put a bound to it: {0,40} for * and {1,40} for +",
        )
    at = _POSITION.fullmatch(message)
    if at is None:
        return _unreadable(node, message, "write the pattern without it")
    said, fix = _words(at["what"])
    start, length = _span(str(node.value), at["what"], int(at["position"]))
    return _unreadable(node, said, fix, start, length)


def pattern_problem(node: Node) -> Problem | None:
    """What is wrong with a pattern that can be read, and yet cannot be meant; None for nothing."""
    pattern = str(node.value)
    if node.style == '"' and "\b" in pattern:
        return _backspace(node, pattern.index("\b"))
    if node.style in ("|", ">") and pattern.endswith("\n"):
        return _line_break(node)
    try:
        found = regex.search(pattern, "", regex.V1, timeout=_TIMEOUT_SECONDS)
    except (MemoryError, RecursionError, TimeoutError):
        return _without_end(node)
    return None if found is None else _matches_nothing(node)


def _words(what: str) -> tuple[str, str]:
    said, fix = _SAID.get(what, ("", _OTHERWISE))
    if what.startswith("bad escape \\"):
        return (
            f"{what.split()[-1]} means nothing in a pattern",
            r"take the backslash out, or write \\ for one",
        )
    if what.startswith("incomplete escape"):
        return (
            f"{what.split()[-1]} wants digits behind it",
            r"write as in \xe9 or \u00e9, or \\ for a backslash",
        )
    return said or what, fix


def _span(pattern: str, what: str, position: int) -> tuple[int, int]:
    """Where the mistake begins, and how long it is."""
    if what == "bad character range":
        return max(0, position - 3), min(3, position)
    signs = next((signs for said, signs in _BEHIND.items() if what.startswith(said)), ())
    begins = max((pattern.rfind(sign, 0, position) for sign in signs), default=-1)
    return (begins, position - begins) if begins >= 0 else (position, 1)


def _unreadable(node: Node, said: str, fix: str, start: int | None = None, length: int = 1) -> Problem:
    place = node.place if start is None else node.inside(start, length)
    return Problem(place, "FP019", f"this pattern cannot be read: {said}", _NOTHING, fix)


def _backspace(node: Node, offset: int) -> Problem:
    return Problem(
        node.inside(offset, 2),
        "FP019",
        r"\b in double quotes is a backspace, not the edge of a word",
        "YAML reads the backslash itself there, so the pattern never gets it",
        r"put the pattern into single quotes: '\bword\b'",
    )


def _line_break(node: Node) -> Problem:
    return Problem(
        node.place,
        "FP019",
        "this pattern ends with a line break",
        f"after {node.style} the last line break belongs to the text, and must be found, too",
        f"write {node.style}- instead, or put the pattern into single quotes",
    )


def _without_end(node: Node) -> Problem:
    return Problem(
        node.place,
        "FP019",
        "this pattern calls itself without end",
        "no search for it would ever be over",
        "let it need a character before it calls itself, or write it without (?R) and (?1)",
    )


def _matches_nothing(node: Node) -> Problem:
    return Problem(
        node.place,
        "FP020",
        "this pattern matches the empty text",
        "an empty match is none, so the rule would find less, or other things, than the pattern says",
        "let it need at least one character: + for *, or take a ? out",
    )
