"""
Mistakes in settings without the secrets beside them: what is told of a mistake stands in logs.

A secret is known by where it stands. Where that cannot be told, since a key is misspelt or the text is no
YAML, all that may be one is covered.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from filterproxy.rulebook.problem import Place, Problem
from filterproxy.rulebook.source import Node

# Of `upstreams`, `decisions` and `recording`; at the top: admin_token, rules_token.
_SECRET = frozenset({"admin_token", "rules_token", "headers", "key"})
# Problems of what nobody could read: unknown keys, no YAML, tags, keys that are there twice.
_UNKNOWN, _UNREAD = "FP010", ("FP006", "FP007", "FP008")
# Names whose values are secrets, wherever they stand in a line that is no YAML.
_NAMED = re.compile(r"(?i)(?<![\w-])([\w-]*token|[\w-]*authorization|(?:\w+-)*key)([\"']?\s*[:=]\s*)(.+)")
# A name with a password, and keys of APIs.
_IN_URL = re.compile(r"(?<=://)[^/\s@,\"']+(?=@)|(?<=\?)[^\s,\"'\]}]+")
_COVER = "*"
_FAR = 1 << 30


def veiled(problems: Sequence[Problem], secrets: Collection[str]) -> list[Problem]:
    """The problems without any of *secrets*, and without what may be one."""
    unknown: dict[tuple[str, int], int] = {}
    for problem in problems:
        if problem.code == _UNKNOWN:
            line = (problem.place.file, problem.place.line)
            unknown[line] = min(_end_of_key(problem.place), unknown.get(line, _FAR))
    return [_veiled(one, secrets, unknown.get((one.place.file, one.place.line), _FAR)) for one in problems]


def _end_of_key(place: Place) -> int:
    """Where the value of an unknown key may begin: of what is given apart, it is what is marked."""
    apart = place.file.startswith(("--", "FILTERPROXY_")) and place.column == 1
    return 0 if apart else place.column - 1 + place.length


def _veiled(problem: Problem, secrets: Collection[str], known_to: int) -> Problem:
    """known_to: the offset in the line from which nobody knows what stands there."""
    place = problem.place
    text = _from(place.text, known_to)
    if problem.code in _UNREAD:
        text = _NAMED.sub(lambda found: found[1] + found[2] + _COVER * len(found[3]), text)
    text = _IN_URL.sub(lambda found: _COVER * len(found[0]), text)
    label = problem.label
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, _COVER * len(secret))
        label = label.replace(secret, _COVER * len(secret))
    return replace(problem, place=replace(place, text=text), label=label)


def _from(text: str, start: int) -> str:
    return text[:start] + re.sub(r"\S", _COVER, text[start:])


def secrets_in(node: Node, key: str) -> Iterator[str]:
    """Values of *node* that are secrets, as they are written. key: what it is the value of."""
    if isinstance(node.value, dict):
        for name, inner in node.value.items():
            yield from secrets_in(inner, key if key in _SECRET else str(name))
    elif isinstance(node.value, tuple):
        for member in node.value:
            yield from secrets_in(member, key)
    elif key in _SECRET and node.value is not None:
        # What refers to a secret is none.
        text = str(node.value)
        if text and "${" not in text:
            yield text
