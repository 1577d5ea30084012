"""Problems that many places of a pack can have, in the words that authors read."""

from __future__ import annotations

from filterproxy.rulebook.problem import Place, Problem, nearest, one_of
from filterproxy.rulebook.schema import LATER_KEYS
from filterproxy.rulebook.source import Node


def unknown_key(holder: Node, key: str, thing: str, known: tuple[str, ...]) -> Problem:
    """A key that nobody reads."""
    place = holder.keys.get(key, holder.place)
    if key in LATER_KEYS:
        return later(place, f'"{key}"')
    near = nearest(key, known)
    return Problem(
        place,
        "FP010",
        f'unknown key "{key}" in {thing}',
        "nobody would read it, and the rule would do less than it says",
        f'did you mean "{near}"?' if near else "take it out, or look up its name in rules/WRITING.md",
        label=one_of(known),
    )


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


def missing(place: Place, thing: str, name: str, described: str) -> Problem:
    """A key that must be there."""
    return Problem(place, "FP009", f'{thing} without "{name}"', described, f"add `{name}:`")


def wrong_kind(node: Node, name: str, wanted: str, why: str) -> Problem:
    """Text for a number, a list for a mapping, and the like."""
    return Problem(
        node.place,
        "FP014",
        f"{name} wants {wanted}",
        why,
        _fix_of_kind(node, wanted),
        f"this is {said(node)}",
    )


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
        return f"take the quotes out: {value.strip()}"
    if wanted == "a whole number":
        return "write it in digits, as in 3"
    if wanted == "a list" and value is not None:
        return "write one a line, each after a dash, or all of them in brackets: [one, two]"
    if wanted == "a mapping" and value is not None:
        return "write key: value, one a line, indented below"
    return f"write {wanted} after the colon" if value is None else f"write {wanted}"
