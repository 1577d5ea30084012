"""A rule at the end of a pack's rules, with everything else in the file as it was."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from filterproxy.authoring.yaml_text import pack_text, rule_lines
from filterproxy.rulebook.problem import Problem, RulebookError
from filterproxy.rulebook.source import Node, parse


def with_rule(file: str, text: str, rule: Mapping[str, Any]) -> str:
    """
    The text of a pack, with one more rule behind the others; of an empty file a new pack.

    Raises RulebookError for a file that cannot be read as YAML, and ValueError, with a sentence, for one that
    this cannot be added to.
    """
    if not text.strip():
        return pack_text(Path(file).stem, [rule])
    problems: list[Problem] = []
    node = parse(file, text, problems)
    if node is None or problems:
        raise RulebookError(problems)
    rules = node.get("rules")
    if rules is None or not rules.items():
        raise ValueError(f"{file} has no list of `rules` to add to")
    lines = text.splitlines(keepends=True)
    first = rules.place
    dash = lines[first.line - 1][: first.column]
    if dash.strip() != "-":
        raise ValueError(f"the rules of {file} stand in brackets: print the rule with --print, and paste it")
    end = "\r\n" if lines[0].endswith("\r\n") else "\n"
    new = [line + end for line in rule_lines(rule, first.column - 1)]
    at = _behind(node, rules, lines)
    if lines[at - 1 : at] and not lines[at - 1].endswith(("\n", "\r")):
        lines[at - 1] += end
    blank = [end] if _spaced(rules, lines) else []
    after = [end] if blank and lines[at : at + 1] and lines[at].strip() else []
    made = "".join(lines[:at] + blank + new + after + lines[at:])
    if not _holds(made, node, rule):
        raise ValueError(f"{file} is laid out so that nothing can be added: paste what --print prints")
    return made


def _holds(made: str, before: Node, rule: Mapping[str, Any]) -> bool:
    """Whether a text says what the pack said before, and one rule more."""
    after = parse("", made, [])
    if after is None or not isinstance(after.value, dict):
        return False
    said, was = after.plain(), before.plain()
    *others, added = said["rules"]
    return bool(added["id"] == rule["id"] and said | {"rules": others} == was)


def _behind(pack: Node, rules: Node, lines: list[str]) -> int:
    """The number of lines up to the end of the last rule."""
    next_key = min((p.line for p in pack.keys.values() if p.line > rules.place.line), default=len(lines) + 1)
    at = next_key - 1
    # Comments and blank lines before a key belong to it; at the end of the file comments are the rule's.
    while at > 0 and (not lines[at - 1].strip() or (next_key <= len(lines) and _is_comment(lines[at - 1]))):
        at -= 1
    return at


def _is_comment(line: str) -> bool:
    return line.startswith("#")


def _spaced(rules: Node, lines: list[str]) -> bool:
    """Whether a blank line stands between rules; where there is only one, yes."""
    members = rules.items()
    if len(members) < 2:
        return True
    last = min(place.line for place in members[-1].keys.values())
    return not lines[last - 2].strip() if last > 1 else True
