"""
A rule as YAML, in the layout of the packs that ship: short values in braces, one example a line.

Everything that is not a plain word is quoted, so that what was pasted is read as the text that it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from filterproxy.rulebook.source import read_plain

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# What other readers of YAML take for truth values.
_TRUTH = frozenset("y n yes no on off true false null".split())


def scalar(value: object) -> str:
    """A plain value. Lone surrogates, which YAML has no way to write, become the replacement character."""
    if not isinstance(value, str):
        return json.dumps(value)
    is_word = _PLAIN.fullmatch(value) and value.lower() not in _TRUTH and isinstance(read_plain(value), str)
    if is_word or _DATE.fullmatch(value):
        return value
    if "\\" in value and value.isprintable():
        # A pattern reads better without its backslashes doubled.
        return "'" + value.replace("'", "''") + "'"
    return '"' + "".join(map(_escaped, value)) + '"'


_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _escaped(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    if char.isprintable():
        return char
    code = ord(char)
    if 0xD800 <= code <= 0xDFFF:
        return "\N{REPLACEMENT CHARACTER}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def flow(value: Any) -> str:
    """Any value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def rule_lines(rule: Mapping[str, Any], indent: int = 2) -> list[str]:
    """The lines of a member of `rules`, each behind *indent* blanks."""
    lines = list(_lines(rule))
    return [" " * indent + ("- " if at == 0 else "  ") + line for at, line in enumerate(lines)]


def _lines(rule: Mapping[str, Any]) -> Iterator[str]:
    for key, value in rule.items():
        if key != "examples":
            yield f"{key}: {flow(value)}"
            continue
        yield "examples:"
        for name, members in value.items():
            yield f"  {name}:"
            yield from (f"    - {flow(member)}" for member in members)


def pack_text(name: str, rules: Sequence[Mapping[str, Any]]) -> str:
    """A whole pack."""
    lines = ["version: 1", f"pack: {scalar(name)}", "rules:"]
    for at, rule in enumerate(rules):
        lines += [""] * (at > 0) + rule_lines(rule)
    return "\n".join(lines) + "\n"
