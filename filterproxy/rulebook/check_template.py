"""What the template of a `replace` names, and what its match has."""

from __future__ import annotations

import re

from filterproxy.actions.template import WHOLE, Copy, TemplateError, parse
from filterproxy.rulebook.detect import detector_of, grouped
from filterproxy.rulebook.document import Form
from filterproxy.rulebook.problem import Problem, nearest, one_of
from filterproxy.rulebook.source import Node


def check_template(node: Node, form: Form, match: Form, problems: list[Problem]) -> None:
    """Problems of a `replace` whose template names what the *match* does not have."""
    inner = node.get("replace")
    if inner is None:
        return
    try:
        parts = parse(form["template"])
    except TemplateError as error:
        problems.append(_bad_template(inner, str(error), error.offset, error.length))
        return
    source = grouped(match)
    known = {WHOLE} | (set(_groups(source)) if source is not None else set())
    if (copied := _OTHER_TEMPLATES.search(form["template"])) is not None:
        problems.append(_other_template(inner, copied))
    for part in parts:
        if isinstance(part, Copy) and part.name not in known:
            problems.append(_unknown_group(inner, part, known, source is not None))


# How Python, sed and others name a group. "$1" is left alone: it is a price, too.
_OTHER_TEMPLATES = re.compile(r"\\(?P<number>[1-9])|\\g<(?P<name>\w+)>|\$\{(?P<braced>\w+)\}")


def _other_template(node: Node, copied: re.Match[str]) -> Problem:
    name = next(filter(None, copied.groups()))
    return Problem(
        node.inside(copied.start(), len(copied[0])),
        "FP028",
        f"{copied[0]} names no group here",
        "the client would read it as it stands",
        f"write {{{name}}}",
    )


def _groups(form: Form) -> frozenset[str]:
    names: frozenset[str] = getattr(detector_of(form), "group_names", frozenset())
    return names


def _bad_template(node: Node, what: str, offset: int, length: int) -> Problem:
    return Problem(
        node.inside(offset, length),
        "FP028",
        f"this template cannot be read: {what}",
        "braces name a part of the match: {match}, or a group of the regex",
        "write {{ and }} for the braces themselves",
    )


def _unknown_group(node: Node, part: Copy, known: set[str], is_regex: bool) -> Problem:
    near = nearest(part.name, known)
    fix = "write one of them, or {{ and }} for the braces themselves"
    if near:
        fix = f"did you mean {{{near}}}?"
    elif not is_regex:
        fix = "write {match} for the whole match; groups are those of a rule whose match is one regex"
    return Problem(
        node.inside(part.offset, part.length),
        "FP028",
        f"the match has no part {{{part.name}}}",
        "nothing would stand in its place",
        fix,
        label=one_of(f"{{{name}}}" for name in known),
    )
