"""Which verb a match has, and what to tell an author when that is not to be told."""

from __future__ import annotations

from filterproxy.rulebook import schema
from filterproxy.rulebook.problem import Place, Problem, nearest, one_of
from filterproxy.rulebook.source import Node

EXAMPLE = "a match is a verb and what it looks for, as in `phrases: [refund]`"
# Keys beside the verb that go into the form as they are.
BESIDE = {
    "regex": ("ignore_case",),
    "phrases": ("words",),
    "tokens": ("language",),
    "python": ("timeout",),
    "entity": ("model",),
}


def verb_of(node: Node, problems: list[Problem]) -> str | None:
    """The verb of a match; None, and a problem, where there is none or more than one."""
    found = [key for key in node.keys if key in schema.VERBS]
    found = [key for key in found if not any(key in BESIDE.get(other, ()) for other in found)]
    if len(found) == 1:
        return found[0]
    if found:
        problems.append(_several(node.keys[found[1]], found))
    elif not node.keys:
        problems.append(_nothing(node))
    else:
        problems.append(_no_verb(node))
    return None


def _nothing(node: Node) -> Problem:
    return Problem(
        node.place,
        "FP009",
        "a match without a verb",
        "the rule would have nothing to look for",
        "write a verb and what it looks for, as in `phrases: [refund]`",
        label=one_of(schema.VERBS),
    )


# What authors of other programs call the verbs.
_OTHER_NAMES = {
    **dict.fromkeys(
        ("contains", "word", "words", "keyword", "keywords", "text", "string", "terms"), "phrases"
    ),
    **dict.fromkeys(("pattern", "patterns", "re", "regexp", "matches"), "regex"),
    "and": "all",
    "or": "any",
}


def _no_verb(node: Node) -> Problem:
    near = {key: _OTHER_NAMES.get(key.lower()) or nearest(key, schema.VERBS) for key in node.keys}
    key = next((key for key, verb in near.items() if verb), next(iter(node.keys)))
    return Problem(
        node.keys[key],
        "FP011",
        f'unknown verb "{key}"',
        "the rule would have nothing to look for",
        f'did you mean "{near[key]}"?' if near[key] else EXAMPLE,
        label=one_of(schema.VERBS),
    )


def _several(place: Place, found: list[str]) -> Problem:
    return Problem(
        place,
        "FP025",
        "one match with several verbs: " + ", ".join(found),
        "it would be anybody's guess whether one or all of them must be found",
        f"write `any: [{{{found[0]}: ...}}, {{{found[1]}: ...}}]`, or `all`",
    )
