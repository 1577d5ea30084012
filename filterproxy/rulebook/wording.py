"""Problems that many places of a pack can have, in the words that authors read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from filterproxy.rulebook.problem import Place, Problem, nearest, one_of
from filterproxy.rulebook.schema import VERBS, When
from filterproxy.rulebook.source import Node


def unknown_key(holder: Node, key: str, thing: str, known: tuple[str, ...]) -> Problem:
    """A key that nobody reads."""
    place = holder.keys.get(key, holder.place)
    near = nearest(key, known)
    fix = f'did you mean "{near}"?' if near else "take it out, or look up its name in rules/WRITING.md"
    return Problem(
        place,
        "FP010",
        f'unknown key "{key}" in {thing}',
        "nobody would read it, and the rule would do less than it says",
        _elsewhere(key, thing) or fix,
        label=one_of(known),
    )


# Keys that authors write one level too high, by where they belong.
_BELONGS = {
    "when": (*When.model_fields, "asked"),
    "unless": ("grounded", "allow"),
    "examples": ("hit", "pass", "todo_hit", "todo_pass"),
    "match": tuple(VERBS),
}


def _elsewhere(key: str, thing: str) -> str:
    """Where a key would be read; "" for a key that none is."""
    if key == "<<":
        return "write the keys out: one mapping cannot take over those of another here"
    if thing == '"unless"' and key in VERBS:
        return f"write `match: {{{key}: ...}}` under `unless`"
    if thing != "a rule":
        return ""
    return next((f"write it below `{holder}`" for holder, keys in _BELONGS.items() if key in keys), "")


# What a value is called where the key does not say it.
_CALLED = {
    "in": "channel",
    "of": "unit",
    "cut": "unit",
    "remove": "unit",
    "fact": "kind of fact",
    "about": "kind of fact",
}


def unknown_word(node: Node, name: str, choices: tuple[str, ...], described: str) -> Problem:
    """A value that is none of the few that can stand there."""
    if not isinstance(node.value, str):
        return wrong_kind(node, f'"{name}"', "one of " + ", ".join(sorted(choices)), described)
    near = nearest(node.value, choices)
    hint = f'did you mean "{near}"?' if near else "write one of: " + ", ".join(sorted(choices))
    if (name, node.value) == ("mode", "canary"):
        hint = "a canary is `mode: enforce` with a `rollout`, as in `rollout: 10%`"
    return Problem(
        node.place,
        "FP013",
        f'unknown {_CALLED.get(name, name)} "{node.value}"',
        described,
        hint,
        one_of(choices),
    )


# As authors write them out who do not know the code.
LANGUAGE_NAMES: Final = {
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "de": "german",
    "it": "italian",
    "pt": "portuguese",
    "nl": "dutch",
    "zh": "chinese",
    "ja": "japanese",
}


def unknown_language(
    place: Place, language: str, why: str, names: Mapping[str, str] = LANGUAGE_NAMES
) -> Problem:
    """A language that no text is ever told to be in. names: of those that are, by code."""
    by_name = {name: code for code, name in names.items()} | {code: code for code in names}
    near = nearest(language.lower(), by_name)
    return Problem(
        place,
        "FP013",
        f'unknown language "{language}"',
        why,
        f'did you mean "{by_name[near]}"?' if near else "write one of: " + ", ".join(sorted(names)),
        label=one_of(tuple(names)),
    )


def missing(place: Place, thing: str, name: str, described: str) -> Problem:
    """A key that must be there."""
    return Problem(place, "FP009", f'{thing} without "{name}"', described, f"add `{name}:`")


def wrong_kind(node: Node, name: str, wanted: str, why: str) -> Problem:
    """Text for a number, a list for a mapping, and the like."""
    fix = _instead(node, name) or _fix_of_kind(node, wanted)
    return Problem(
        node.place,
        "FP014",
        f"{name} wants {wanted}",
        why,
        fix,
        f"this is {said(node)}",
    )


# What an author is likely to have meant by a plain value where more is wanted.
_INSTEAD = {
    "a match": "phrases: [{}]",
    '"phrases"': "[{}]",
    '"asked"': "{{phrases: [{}]}}",
    '"length"': "{{over: {}}}",
    '"repetition"': "{{of: {}}}",
    '"repeats"': "{{of: {}}}",
    '"language"': "{{is: {}}}",
    '"unless"': "{{{}: true}}",
    '"when"': "{{model: {}}}",
    'a member of "messages"': "{{role: user, content: {}}}",
    "a token": "{{LOWER: {}}}",
}
_FILE_NAME = re.compile(r"[\w./-]+\.(?:txt|csv|lst|list)")


def _instead(node: Node, name: str) -> str:
    value = node.value
    if name not in _INSTEAD or not isinstance(value, str | int) or isinstance(value, bool):
        return ""
    if isinstance(value, int) != (name == '"length"'):
        return ""
    if isinstance(value, str) and (not value.strip() or not _PLAIN.fullmatch(value)):
        return ""
    if name == '"phrases"' and _FILE_NAME.fullmatch(str(value)):
        return f"write {{file: {value}}}"
    return f"write {_INSTEAD[name].format(value)}"


# Needs no quotes in any place.
_PLAIN = re.compile(r"[\w][\w ./-]{0,38}")


def empty(node: Node, name: str, why: str) -> Problem:
    """Nothing, where something must stand."""
    return Problem(node.place, "FP016", f"{name} is empty", why, "write it, or take the key out")


def out_of_range(node: Node, name: str, bounds: str, described: str) -> Problem:
    """A value of the right kind that is too small or too large."""
    return Problem(
        node.place,
        "FP015",
        f'"{name}" wants {bounds}',
        described,
        f"write {bounds}",
        f"this is {said(node)}",
    )


def later(place: Place, name: str) -> Problem:
    """Part of the language, but not of this version."""
    return Problem(
        place,
        "FP017",
        f"this version does not have {name} yet",
        "the rule would run without it and do something else than it says",
        "take it out until a version has it",
    )


def said(node: Node) -> str:
    """The value in words: the number 3, the text "three", a list."""
    value = node.value
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and not node.style and value.isdigit() and value[0] != "0":
        return f"a number of {len(value)} digits"
    if isinstance(value, str):
        return f'the text "{value}"' if len(value) <= 40 and "\n" not in value else "text"
    if isinstance(value, int | float):
        return f"the number {value}"
    return "a mapping" if isinstance(value, dict) else "a list"


def _fix_of_kind(node: Node, wanted: str) -> str:
    value = node.value
    if wanted == "text" and isinstance(value, bool | int | float):
        return "put it into quotes"
    if wanted == "true or false" and isinstance(value, str):
        return (
            f'write true or false; "{value}" is an ordinary word here'
            if len(value) <= 20
            else "write true or false"
        )
    if wanted == "a whole number" and isinstance(value, str) and value.strip().isdigit():
        return f"take the quotes out: {value.strip()}" if node.style else "write a smaller number"
    if wanted == "a whole number" and isinstance(value, float) and value.is_integer():
        return f"write {int(value)}"
    if wanted == "a whole number":
        return "write it in digits, as in 3"
    if wanted == "a list" and value is not None:
        return "write one a line, each after a dash, or all of them in brackets: [one, two]"
    if wanted == "a mapping" and value is not None:
        return "write key: value, one a line, indented below"
    return f"write {wanted} after the colon" if value is None else f"write {wanted}"
