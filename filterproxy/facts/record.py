"""Records (JSON of tools and databases) as lines that read like text, so that one reader serves for both."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from filterproxy.facts.place import words_of_names

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|_")
_TIME = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:\s?[APap]\.?[Mm]\.?)?")
_SPOKEN = {
    **dict.fromkeys(("day of week", "weekday", "day"), ""),
    **dict.fromkeys(("start", "from"), "opens"),
    **dict.fromkeys(("end", "to"), "closes"),
}
# The first of them that a record has names it.
_NAME_KEYS = (
    *("name", "title", "place", "venue", "shop", "store", "branch"),
    *("label", "location", "department", "town", "city", "district"),
)


def as_json(text: str) -> Any:
    """*text* as a JSON object or list; None when it is neither."""
    stripped = text.strip()
    if not (stripped.startswith("{") and stripped.endswith("}")) and not (
        stripped.startswith("[") and stripped.endswith("]")
    ):
        return None
    try:
        return json.loads(stripped)
    except (ValueError, RecursionError):
        return None


def flat(
    value: Any, path: str, place: frozenset[str], ordinary: frozenset[str]
) -> Iterator[tuple[frozenset[str], str]]:
    """A record as lines that read like text: `opening hours monday opens 09:00 , closes 17:00`."""
    if isinstance(value, dict):
        named = {k.lower(): v for k, v in value.items() if isinstance(v, str)}
        name = next((named[key] for key in _NAME_KEYS if key in named), "")
        # "x": a name at the start of a line is one as well.
        place = (words_of_names("x " + name, ordinary) if name else frozenset()) or place
        plain = {k: v for k, v in value.items() if not _is_nested(v) and not _is_open_flag(k, v)}
        if len(plain) > 1 and _is_slot(plain):
            yield place, f"{path} " + " , ".join(f"{_spoken(k)} {_cell(v)}" for k, v in _days_first(plain))
        else:
            for k, v in plain.items():
                yield place, f"{path} {_spoken(k)} : {_cell(v)}"
        for k, v in value.items():
            if _is_nested(v):
                yield from flat(v, f"{path} {_spoken(k)}", place, ordinary)
    elif isinstance(value, list):
        if _is_stretch(value):
            yield place, f"{path} : {value[0]} - {value[1]}"
            return
        for item in value:
            yield from flat(item, path, place, ordinary)
    else:
        yield place, f"{path} : {_cell(value)}"


def _is_nested(value: Any) -> bool:
    return (
        isinstance(value, dict)
        or (isinstance(value, list) and any(isinstance(v, (dict, list)) for v in value))
        or (isinstance(value, list) and any(":" in str(v) or "-" in str(v) for v in value))
    )


def _is_open_flag(key: str, value: Any) -> bool:
    """ "closed": false says nothing beside the hours."""
    return value is False and "clos" in key.lower()


def _is_stretch(value: list[Any]) -> bool:
    """["11:00", "23:00"]"""
    return len(value) == 2 and all(isinstance(v, str) and _TIME.fullmatch(v) for v in value)


def _is_slot(plain: dict[str, Any]) -> bool:
    """Whether its members are one statement ({"day": ..., "opens": ..., "closes": ...})."""
    keys = " ".join(plain).lower()
    return (
        ("clos" in keys and ("open" in keys or "day" in keys))
        or ("from" in plain and "to" in plain)
        or ("start" in keys and "end" in keys)
    )


def _days_first(plain: dict[str, Any]) -> list[tuple[str, Any]]:
    return sorted(plain.items(), key=lambda kv: 0 if "day" in kv[0].lower() else 1)


def _spoken(key: str) -> str:
    key = _CAMEL.sub(" ", key)
    return _SPOKEN.get(key.lower(), key)


def _cell(value: Any) -> str:
    if value is None or value is False:
        return "closed"
    if value is True:
        return ""
    if isinstance(value, list):
        return ", ".join(str(v) for v in value)
    return (
        str(value).rsplit("/", 1)[-1] if isinstance(value, str) and value.startswith("http") else str(value)
    )
