"""Plain data as YAML that git diffs well: block style, one value a line, in the order given."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import (
    DoubleQuotedScalarString,
    LiteralScalarString,
    SingleQuotedScalarString,
)

# A line is never broken for its length: a break that moves is a change where there was none.
_ENDLESS = 1_000_000
_WORDS = re.compile(r"\w(?:[\w ./+-]*\w)?")


def rendered(value: Mapping[str, Any]) -> str:
    """Plain data as YAML in block style; lists of plain values stand on one line."""
    out = io.StringIO()
    editor().dump(shaped(value), out)
    return out.getvalue()


def on_a_line(value: Any) -> str:
    """Plain data as YAML on one line, as an author would write it there."""
    out = io.StringIO()
    editor().dump([_flowing(value)], out)
    return out.getvalue().strip().removeprefix("- ")


def _flowing(value: Any) -> Any:
    if isinstance(value, Mapping):
        pairs = CommentedMap((_text(str(key)), _flowing(inner)) for key, inner in value.items())
        pairs.fa.set_flow_style()
        return pairs
    if isinstance(value, list | tuple):
        members = CommentedSeq(map(_flowing, value))
        members.fa.set_flow_style()
        return members
    return _in_brackets(value) if isinstance(value, str) else value


def editor() -> YAML:
    """Reads and writes YAML with its comments and layout."""
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = _ENDLESS
    yaml.preserve_quotes = True
    # `~` and an empty place read alike; the word says that nothing was forgotten.
    yaml.representer.add_representer(type(None), _null)
    return yaml


def _null(representer: Any, _: None) -> Any:
    return representer.represent_scalar("tag:yaml.org,2002:null", "null")


def shaped(value: Any) -> Any:
    """*value* as it is written: short lists on a line, texts of several lines as such."""
    if isinstance(value, Mapping):
        return CommentedMap((_text(str(key)), shaped(inner)) for key, inner in value.items())
    if isinstance(value, list | tuple):
        if not fits_a_line(value):
            return CommentedSeq(map(shaped, value))
        members = CommentedSeq(_in_brackets(one) if isinstance(one, str) else one for one in value)
        members.fa.set_flow_style()
        return members
    if isinstance(value, str):
        visible = all(c == "\n" or c.isprintable() for c in value)
        return LiteralScalarString(value) if "\n" in value and visible else _text(value)
    return value


def _text(value: str) -> str:
    # YAML takes more than "\n" for a line break; in double quotes what cannot be seen is escaped.
    return value if value.isprintable() else DoubleQuotedScalarString(value)


def _in_brackets(value: str) -> str:
    # Readers of YAML 1.1 and 1.2 differ about marks between brackets.
    plain = _WORDS.fullmatch(value) is not None or not value.isprintable()
    return _text(value) if plain else SingleQuotedScalarString(value)


def fits_a_line(values: Any) -> bool:
    """Whether a list is of numbers and words, few enough for a line."""
    return all(one is None or isinstance(one, int | float | str) for one in values) and (
        sum(len(str(one)) for one in values) <= 60 and not any("\n" in str(one) for one in values)
    )
