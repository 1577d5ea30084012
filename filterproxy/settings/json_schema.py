"""JSON Schema of the settings file, for editors: made from the models that it is checked against."""

from __future__ import annotations

from filterproxy.dialects.configured import KNOWN
from filterproxy.rulebook.json_schema import DRAFT
from filterproxy.rulebook.json_schema_of import Maker, Schema
from filterproxy.settings.schema import File, LogEntry, RouteEntry, UpstreamEntry

_TEXT: Schema = {"type": "string", "minLength": 1}
_SHARE: Schema = {"type": "string", "pattern": r"^(?:100|[0-9]{1,2})(?:\.[0-9]+)? ?%$", "examples": ["1%"]}
_AGE: Schema = {
    "anyOf": [
        {"type": "string", "pattern": r"^0*[1-9][0-9]* ?[smhd]$", "examples": ["7d", "12h"]},
        {"type": "integer", "minimum": 1},
    ]
}
_LOG: Schema = {"anyOf": [_TEXT, {"$ref": "#/$defs/LogEntry"}, {"type": "null"}]}
_ADDRESSES: Schema = {"anyOf": [_TEXT, {"type": "array", "minItems": 1, "items": _TEXT}]}

_PARTS: dict[tuple[str, str], Schema] = {
    ("File", "upstreams"): {
        "type": "object",
        "additionalProperties": {"anyOf": [*_ADDRESSES["anyOf"], {"$ref": "#/$defs/UpstreamEntry"}]},
    },
    ("File", "routes"): {"type": "array", "items": {"$ref": "#/$defs/RouteEntry"}},
    ("File", "decisions"): _LOG,
    ("File", "recording"): _LOG,
    ("RouteEntry", "dialect"): {"enum": [*KNOWN, None]},
    ("LogEntry", "sample"): _SHARE,
    ("LogEntry", "max_age"): _AGE,
}


def settings_schema() -> Schema:
    """What the file of `serve --config` may say. The values of `dialects` are checked by `config` only."""
    maker = Maker(_PARTS)
    root = maker.mapping(File)
    for model in (UpstreamEntry, RouteEntry, LogEntry):
        maker.ref(model)
    title = {"$schema": DRAFT, "title": "Settings of filterproxy"}
    return {**title, **root, "$defs": dict(sorted(maker.definitions.items()))}
