"""
Replies that must be JSON of a certain shape: https://json-schema.org

jsonschema-rs rather than jsonschema: a schema is compiled once, at load, checking is native code, and
patterns run on an engine that bounds backtracking, so that no reply can hold up the others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs
import orjson

from filterproxy.core.request import Request
from filterproxy.core.rule import Span
from filterproxy.core.shape import Shape

_ONLY_WITHIN = "a `$ref` reaches within the schema only"
# One fence around all of the text, as models write it.
_FENCED = re.compile(r"\s*```[ \t]*(?:[jJ][sS][oO][nN]5?)?[ \t]*\n(?P<inside>.*?)\n?[ \t]*```\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class JsonSchema:
    """
    Find a text that is not JSON, or not JSON as a schema wants it. The match is the whole text.

    Options:
        violated: the JSON Schema, or the name of a file with it, from the pack's folder: JSON or YAML.
            A `$ref` reaches within the schema only; nothing is fetched.
        fenced: whether JSON in one Markdown fence (three backticks) is judged by what is inside (default
            false). A program that parses the reply trips over the fence: alone, it is a violation.

    Reads all of the text, so that a stream waits for its end; of tool calls (`in: arguments`), the arguments
    of each. An empty text is not JSON. Drafts 4 to 2020-12, told by `$schema` (2020-12 without it); `format`
    is not checked.

    Hit:   `json_schema: {violated: {required: [city]}}`  on  "{}"
    Hit:   `json_schema: {violated: {type: object}}`  on  "Here you are: {}"
    Pass:  `json_schema: {violated: {type: object}, fenced: true}`  on  "{}"
    """

    schema: Mapping[str, Any] | bool = field(hash=False)
    fenced: bool = False
    shape: Shape | None = field(default=None, init=False, repr=False, compare=False)
    gate: tuple[str, ...] | None = field(default=None, init=False, repr=False, compare=False)
    reads_json: bool = field(default=True, init=False, repr=False, compare=False)
    _is_valid: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_is_valid", _compiled(self.schema).is_valid)

    def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
        start, end = unit
        if pos > start:
            return None
        return unit if self._is_violated(text[start:end]) else None

    def _is_violated(self, text: str) -> bool:
        inside = _FENCED.fullmatch(text) if self.fenced else None
        try:
            value = orjson.loads(text if inside is None else inside["inside"])
        except orjson.JSONDecodeError:
            return True
        return not self._is_valid(value)


def _compiled(schema: Any) -> Any:
    # The library's stand-ins for a schema's own words are for people who write programs.
    try:
        return jsonschema_rs.validator_for(schema, retriever=_nothing)
    except jsonschema_rs.ValidationError as error:
        if _ONLY_WITHIN in error.message:
            raise ValueError(_ONLY_WITHIN) from None
        place = "/".join(map(str, error.instance_path))
        at = f' at "{place}"' if place else ""
        raise ValueError(f"this is no JSON Schema{at}: {_one_line(error.message)}") from None
    except (jsonschema_rs.ReferencingError, ValueError) as error:
        raise ValueError(f"this schema cannot be used: {_one_line(str(error))}") from None


def _nothing(uri: str) -> Any:
    raise ValueError(_ONLY_WITHIN)


def _one_line(text: str) -> str:
    return text.strip().split("\n")[0]
