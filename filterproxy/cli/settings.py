"""
What `serve` is told: flags over FILTERPROXY_* variables over the configuration file over defaults.

The file's keys are the fields of config.Config, `rules` and `known`. A mistake in it is a problem with
file, line and column, like one in a pack; one in a flag or a variable is wrong usage.
"""

from __future__ import annotations

import functools
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filterproxy.cli.settings_dialects import DIALECTS, read_dialects
from filterproxy.config import Config
from filterproxy.proxy.upstream import Upstream
from filterproxy.rulebook.files import read_text
from filterproxy.rulebook.load import unreadable
from filterproxy.rulebook.problem import Problem, RulebookError, nearest, one_of
from filterproxy.rulebook.source import Node, parse
from filterproxy.rulebook.wording import empty, wrong_kind

PREFIX = "FILTERPROXY_"
# Keys that name files, with what is at stake when they name none.
_FILES = {
    "rules": ("a pack", "it names the packs, or folders of packs", "every reply would pass unchecked"),
    "known": ("a file", "it names texts that state what the model may say", "nothing more would be known"),
}

# Any upstream: for looking at other settings one by one.
_SOME_UPSTREAM = "http://localhost"

_WANTED = {
    int: "a whole number",
    float: "a number",
    str: "text",
    tuple: "texts, with commas between them",
    dict: "NAME=TEXT, with commas between several",
}


class UsageError(ValueError):
    """A flag or a variable that cannot be used; args[0] says why."""


@dataclass(frozen=True, slots=True)
class Settings:
    """A configuration, and the packs and known files that were named beside it; rules None: none were."""

    config: Config
    rules: tuple[Path, ...] | None = None
    known: tuple[Path, ...] = ()


def gather(
    flags: Mapping[str, Any],
    environment: Mapping[str, str],
    file: Path | None,
    rules: Sequence[Path],
    known: Sequence[Path] = (),
) -> Settings:
    """
    The settings that hold.

    flags: by field, None for those not given. Raises RulebookError for the file, UsageError for the rest.
    """
    given, named = read_file(file) if file is not None else ({}, {})
    given |= read_environment(environment)
    given |= {name: value for name, value in flags.items() if value is not None}
    if "upstream" not in given:
        raise UsageError("where is the model server? Give --upstream URL, as in http://127.0.0.1:8000")
    try:
        config = Config.from_json(given)
        for address in (config.upstream, *config.upstreams.values()):
            Upstream(address)
    except ValueError as error:
        raise UsageError(_sourced(str(error), flags)) from None
    return Settings(config, tuple(rules) or named.get("rules"), tuple(known) or named.get("known", ()))


def read_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Settings from FILTERPROXY_* variables; others of that prefix are not ours. Raises UsageError."""
    found: dict[str, Any] = {}
    for name, kind in _kinds().items():
        variable = PREFIX + name.upper()
        text = environment.get(variable)
        if text is None:
            continue
        try:
            found[name] = _from_text(kind, text)
        except ValueError:
            raise UsageError(f'{variable} wants {_WANTED[kind]}, not "{text}"') from None
    return found


def read_file(file: Path) -> tuple[dict[str, Any], dict[str, tuple[Path, ...]]]:
    """A file's settings, and the files it names, from where it stands, by key. Raises RulebookError."""
    problems: list[Problem] = []
    try:
        text = read_text(file)
    except ValueError as error:
        raise RulebookError([unreadable(file, error, "none of its settings would hold")]) from None
    node = parse(str(file), text, problems)
    found: dict[str, Any] = {}
    named: dict[str, tuple[Path, ...]] = {}
    if node is not None and isinstance(node.value, dict):
        for key, value in node.value.items():
            if key in _FILES:
                named[key] = _paths(key, value, file.parent, problems)
            elif key == DIALECTS:
                found[key] = read_dialects(value, problems)
            elif key not in _kinds():
                problems.append(_unknown(node, key))
            elif (problem := _wrong(key, value)) is not None:
                problems.append(problem)
            else:
                found[key] = _plain(key, value)
    elif node is not None and node.value is not None:
        problems.append(wrong_kind(node, "the file", "a mapping", "a setting is a key and its value"))
    if problems:
        raise RulebookError(problems)
    return found, named


@functools.cache
def _kinds() -> dict[str, type]:
    """What each setting is: int, float, str, tuple (of texts) or dict (of texts by name); not `dialects`."""
    hints = typing.get_type_hints(Config).items()
    return {name: _kind(hint) for name, hint in hints if name != DIALECTS}


def _kind(hint: Any) -> type:
    kinds: dict[Any, type] = {tuple: tuple, Mapping: dict}
    of_several = kinds.get(typing.get_origin(hint))
    return of_several or next(t for t in (*typing.get_args(hint), hint) if t is not type(None))


def _from_text(kind: type, text: str) -> Any:
    """A variable's value. Raises ValueError."""
    if kind not in (tuple, dict):
        return kind(text)
    members = [member.strip() for member in text.split(",") if member.strip()]
    # A member without "=" makes `dict` raise.
    return tuple(members) if kind is tuple else dict(member.split("=", 1) for member in members)


def _plain(key: str, node: Node) -> Any:
    """A setting's value in a file; one text stands for a list of one."""
    if _kinds()[key] is tuple:
        return tuple(str(member.value) for member in node.items() or (node,) if member.value != ())
    return node.plain()


def _paths(key: str, node: Node, folder: Path, problems: list[Problem]) -> tuple[Path, ...]:
    member_is, names, at_stake = _FILES[key]
    members = (node,) if isinstance(node.value, str) else node.items()
    if node.value == ():
        problems.append(empty(node, f'"{key}"', at_stake))
    elif not members:
        problems.append(wrong_kind(node, f'"{key}"', "a list", names))
    for member in members:
        if not isinstance(member.value, str):
            problems.append(wrong_kind(member, member_is, "text", "it is the name of a file or folder"))
    return tuple(folder / str(member.value) for member in members)


def _unknown(node: Node, key: str) -> Problem:
    known = (*_kinds(), *_FILES, DIALECTS)
    near = nearest(key, known)
    return Problem(
        node.keys[key],
        "FP010",
        f'unknown setting "{key}"',
        "nobody would read it, and the proxy would do something else than the file says",
        f'did you mean "{near}"?' if near else "take it out",
        label="" if near else one_of(known),
    )


def _wrong(key: str, node: Node) -> Problem | None:
    kind = _kinds()[key]
    if kind in (tuple, dict):
        return _wrong_member(key, kind, node)
    fits = isinstance(node.value, (int, float) if kind is float else kind) and not isinstance(
        node.value, bool
    )
    optional = getattr(Config, "__dataclass_fields__")[key].default is None  # noqa: B009
    if not fits and not (optional and node.value is None):
        return wrong_kind(node, f'"{key}"', _WANTED[kind], f'"{key}" is a setting of the proxy')
    try:
        Upstream(Config.from_json({"upstream": _SOME_UPSTREAM, key: node.value}).upstream)
    except ValueError as error:
        return _unfit(node, error)
    return None


def _unfit(node: Node, error: ValueError) -> Problem:
    why = "the proxy cannot run with it"
    return Problem(node.place, "FP015", str(error), why, "write another value, or take the line out")


def _wrong_member(key: str, kind: type, node: Node) -> Problem | None:
    """What is wrong with a setting of several values: of the first member that is wrong."""
    described = f'"{key}" is a setting of the proxy'
    if kind is dict and not isinstance(node.value, dict):
        return wrong_kind(node, f'"{key}"', "a mapping", described)
    members = tuple(node.value.values()) if isinstance(node.value, dict) else node.items()
    if kind is tuple and isinstance(node.value, str):
        members = (node,)
    elif kind is tuple and not isinstance(node.value, tuple):
        return wrong_kind(node, f'"{key}"', "a list", described)
    for member in members:
        if not isinstance(member.value, str):
            return wrong_kind(member, f'a member of "{key}"', "text", described)
        try:
            _look_at_member(key, member.value)
        except ValueError as error:
            return _unfit(member, error)
    return None


def _look_at_member(key: str, value: str) -> None:
    """Raises ValueError, with a sentence for the operator, for a value that cannot be used."""
    if key == "upstreams":
        Upstream(value)
    else:
        Config.from_json({"upstream": _SOME_UPSTREAM, key: [value]})


def _sourced(message: str, flags: Mapping[str, Any]) -> str:
    """A message about a field, with its name as the flag or the variable has it: a file's are told before."""
    name, _, rest = message.partition(" ")
    if name not in _kinds():
        return message
    flag = flags.get(name) is not None
    return f"--{name.replace('_', '-')} {rest}" if flag else f"{PREFIX}{name.upper()} {rest}"
