"""
Settings from outside the file: FILTERPROXY_* variables, --set and the flags, as the nodes that a file would
have.

A list is written with commas between its members, a mapping as NAME=VALUE with commas, and either as YAML in
brackets. Text is taken as it stands.
"""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Union, get_args, get_origin

from filterproxy.rulebook.lines import Source
from filterproxy.rulebook.problem import Problem
from filterproxy.rulebook.source import Node, parse
from filterproxy.settings.schema import File

PREFIX = "FILTERPROXY_"
# What Kubernetes puts into FILTERPROXY_PORT in every pod beside a Service that is called filterproxy.
_OF_A_SERVICE = ("tcp://", "udp://")


def from_environment(environment: Mapping[str, str], problems: list[Problem]) -> dict[str, Node]:
    """What FILTERPROXY_* variables say; others of that prefix are not ours."""
    found: dict[str, Node] = {}
    for key in File.model_fields:
        name = PREFIX + key.upper()
        text = environment.get(name)
        if text is not None and not (key == "port" and text.startswith(_OF_A_SERVICE)):
            _put(found, key, read(name, key, text, problems))
    return found


def from_flags(flags: Mapping[str, Any], problems: list[Problem]) -> dict[str, Node]:
    """What flags say that have a name of their own; None: not given."""
    found: dict[str, Node] = {}
    for key, value in flags.items():
        if value is None or value == []:
            continue
        name = "--" + key.replace("_", "-")
        if isinstance(value, Sequence) and not isinstance(value, str):
            members = tuple(_text(name, str(member)) for member in value)
            found[key] = _holding(_text(name, ", ".join(map(str, value))), members)
        else:
            _put(found, key, read(name, key, str(value), problems))
    return found


def from_assignments(assignments: Sequence[str], problems: list[Problem]) -> dict[str, Node]:
    """What --set KEY=VALUE says. Raises ValueError for one without a sign of equality, or without a key."""
    found: dict[str, Node] = {}
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        if not equals or not key.strip():
            raise ValueError(f'--set wants KEY=VALUE, not "{assignment}"')
        _put(found, key.strip(), read(f"--set {key.strip()}", key.strip(), text, problems))
    return found


def read(name: str, key: str, text: str, problems: list[Problem]) -> Node | None:
    """One value; None where it cannot be read. name: where it stands, as a person is told."""
    kind = _kind(key)
    if kind is str:
        return _text(name, text)
    if kind not in (list, dict) or text.lstrip()[:1] in ("[", "{"):
        return parse(name, text, problems)
    members = [member.strip() for member in text.split(",") if member.strip()]
    whole = _text(name, text)
    if kind is list:
        return _holding(whole, tuple(_text(name, member) for member in members))
    pairs = dict(member.partition("=")[::2] for member in members)
    if not all("=" in member for member in members):
        return whole  # what is wrong with it is said where it is found not to be a mapping
    named = {key.strip(): _text(name, value.strip()) for key, value in pairs.items()}
    return Node(named, whole.place, whole.source, keys=dict.fromkeys(named, whole.place), size=len(named))


def _kind(key: str) -> type:
    """What a setting is: str, list, dict, or another of which YAML says what it is."""
    if key == "upstreams":
        return dict
    field = File.model_fields.get(key)
    return object if field is None else _first(field.annotation)


def _first(annotation: Any) -> type:
    origin = get_origin(annotation)
    if origin in (list, dict):
        return list if origin is list else dict
    if origin is Literal:
        return str
    inner = get_args(annotation) if origin in (Union, types.UnionType) else ()
    for one in inner:
        if one is not type(None):
            return _first(one)
    if hasattr(annotation, "__metadata__"):
        return _first(get_args(annotation)[0])
    return annotation if annotation in (str, int, float, bool) else object


def _text(name: str, text: str) -> Node:
    source = Source.of(name, text)
    return Node(text, source.place(0, 0, max(1, len(text))), source, style='"')


def _holding(whole: Node, members: tuple[Node, ...]) -> Node:
    return Node(members, whole.place, whole.source, size=1 + len(members))


def _put(found: dict[str, Node], key: str, node: Node | None) -> None:
    if node is not None:
        found[key] = node
