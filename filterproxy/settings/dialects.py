"""`dialects:` of the configuration file: what is wrong with it, at its place (see dialects.configured)."""

from __future__ import annotations

from typing import Any

from filterproxy.dialects.configured import Mistake, mistakes
from filterproxy.rulebook.problem import Place, Problem, nearest, one_of
from filterproxy.rulebook.source import Node
from filterproxy.rulebook.wording import wrong_kind

DIALECTS = "dialects"
_WHY = "it says what is spoken at which paths"


def read_dialects(node: Node, problems: list[Problem]) -> tuple[dict[str, Any], ...]:
    """The entries as plain values; what is wrong with them goes to *problems*."""
    if not isinstance(node.value, tuple):
        problems.append(wrong_kind(node, f'"{DIALECTS}"', "a list", _WHY))
    for entry in node.items():
        if isinstance(entry.value, dict):
            problems += [_problem(entry, mistake) for mistake in mistakes(entry.plain())]
        else:
            problems.append(wrong_kind(entry, f'a member of "{DIALECTS}"', "a mapping", _WHY))
    return tuple(entry.plain() for entry in node.items())


def _problem(entry: Node, mistake: Mistake) -> Problem:
    written = mistake.at[-1] if mistake.key else entry.at(mistake.at).value
    near = nearest(written, mistake.choices) if isinstance(written, str) else None
    fix = f'did you mean "{near}"?' if near else mistake.fix or "write one of: " + ", ".join(mistake.choices)
    label = one_of(mistake.choices) if mistake.choices else ""
    return Problem(_place(entry, mistake), mistake.code, mistake.what, mistake.why, fix, label)


def _place(entry: Node, mistake: Mistake) -> Place:
    if mistake.key:
        holder = entry.at(mistake.at[:-1])
        return holder.keys.get(str(mistake.at[-1]), holder.place)
    node = entry.at(mistake.at)
    return node.place if mistake.offset < 0 else node.inside(mistake.offset)
