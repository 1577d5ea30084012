"""What holds of each setting, and where it was said; secrets stay covered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

from filterproxy.rulebook.load import known_names
from filterproxy.settings.gather import Rules, Settings
from filterproxy.settings.schema import File

DEFAULT = "default"
COVERED = "***"
_SECRET = frozenset({"admin_token", "rules_token", "key"})


class Shown(NamedTuple):
    """One setting. value: as JSON has it. origin: where it was said, or DEFAULT. about: what it is for."""

    key: str
    value: Any
    origin: str
    about: str


def shown(settings: Settings) -> Iterator[Shown]:
    """Every setting, in the order of the schema."""
    values = asdict(settings.config) | {
        "rules": _named(settings.rules),
        "known": _known_everywhere(settings),
    }
    for key, field in File.model_fields.items():
        value = covered(key, values.get(key))
        yield Shown(key, value, settings.origins.get(key, DEFAULT), field.description or "")


def _named(rules: Rules | None) -> str | list[str]:
    if rules is None:
        return "the rules that ship"
    if isinstance(rules, str):
        return re.sub(r"\?[^#]*", f"?{COVERED}", rules)  # a query may hold a secret
    return list(map(str, rules))


def _known_everywhere(settings: Settings) -> list[str]:
    owned = {name for route in settings.config.routes for name in route.known}
    named = zip(settings.known, known_names(settings.known), strict=True)
    return [str(path) for path, name in named if name not in owned]


def covered(key: str, value: Any) -> Any:
    """A value in which no secret can be read; what says nothing is left out."""
    if key in _SECRET:
        return COVERED if value else value
    if isinstance(value, Mapping):
        if key == "headers":
            return dict.fromkeys(value, COVERED)
        return {
            name: covered(str(name), inner)
            for name, inner in value.items()
            if inner not in (None, (), {}, "")
        }
    if isinstance(value, (list, tuple)):
        return [covered(key, inner) for inner in value]
    return value
