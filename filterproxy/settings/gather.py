"""
What the proxy is told: flags over --set over FILTERPROXY_* variables over the configuration file over
defaults.

All of them say the same things (settings.schema). A mistake is a problem with the place where it was said: a
file's line and column, a variable, a flag.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from filterproxy.config import Config
from filterproxy.rulebook.files import read_text
from filterproxy.rulebook.fit import fit
from filterproxy.rulebook.lines import Source
from filterproxy.rulebook.load import known_names, unreadable
from filterproxy.rulebook.problem import Problem, RulebookError, nearest, one_of
from filterproxy.rulebook.source import Node, parse
from filterproxy.rulebook.wording import wrong_kind
from filterproxy.settings.dialects import read_dialects
from filterproxy.settings.entries import Reader, dialects_of, unfit, unknown_upstreams
from filterproxy.settings.schema import File
from filterproxy.settings.secret import Secrets
from filterproxy.settings.variables import from_assignments, from_environment, from_flags
from filterproxy.settings.veiled import secrets_in, veiled

# Read by hand, or meant for others than Config.
_APART = ("upstreams", "routes", "dialects", "decisions", "recording", "rules", "known")
_SECRET = ("admin_token", "rules_token")
_PATHS = ("tls_cert", "tls_key", "tls_client_ca", "admin_tls_cert", "admin_tls_key", "rules_cache", "labels")
_URLS = ("http://", "https://")

Rules = tuple[Path, ...] | str


class UsageError(ValueError):
    """What no place can be blamed for; args[0] says it in a sentence."""


@dataclass(frozen=True, slots=True)
class Settings:
    """
    A configuration, and what was named beside it.

    rules: packs and folders, or one URL of them; None: none were named. known: files, those of every route
    first. origins: where each setting that was given stands, by key.
    """

    config: Config
    rules: Rules | None = None
    known: tuple[Path, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Given:
    """One setting as it was given. folder: what paths in it are relative to."""

    node: Node
    folder: Path


def gather(
    flags: Mapping[str, Any],
    environment: Mapping[str, str],
    file: Path | None = None,
    assignments: Sequence[str] = (),
    *,
    needs_upstream: bool = True,
) -> Settings:
    """
    The settings that hold.

    flags: by setting, None for those not given. assignments: KEY=VALUE. needs_upstream: False for shells that
    stand behind somebody else. Raises RulebookError for mistakes, UsageError where nobody named an upstream.
    """
    problems: list[Problem] = []
    given = _given(flags, environment, file, assignments, problems)
    secrets = [text for key, one in given.items() for text in secrets_in(one.node, key)]
    settings = _Reading(given, environment, problems).settings(needs_upstream)
    if problems or settings is None:
        raise RulebookError(veiled(problems, secrets))
    return settings


def _given(
    flags: Mapping[str, Any],
    environment: Mapping[str, str],
    file: Path | None,
    assignments: Sequence[str],
    problems: list[Problem],
) -> dict[str, _Given]:
    here = Path()
    found: dict[str, _Given] = {}
    if file is not None:
        found = {key: _Given(node, file.parent) for key, node in _from_file(file, problems).items()}
    try:
        assigned = from_assignments(assignments, problems)
    except ValueError as error:
        raise UsageError(str(error)) from None
    for nodes in (from_environment(environment, problems), assigned, from_flags(flags, problems)):
        found |= {key: _Given(node, here) for key, node in nodes.items()}
    for key in [key for key in found if key not in File.model_fields]:
        problems.append(_unknown(found.pop(key).node, key))
    # `key:` with nothing after it is a line whose value was taken out.
    return {key: one for key, one in found.items() if one.node.value is not None}


def _from_file(file: Path, problems: list[Problem]) -> dict[str, Node]:
    try:
        text = read_text(file)
    except ValueError as error:
        raise RulebookError([unreadable(file, error, "none of its settings would hold")]) from None
    node = parse(str(file), text, problems)
    if node is None or node.value is None:
        return {}
    if not isinstance(node.value, dict):
        problems.append(wrong_kind(node, "the file", "a mapping", "a setting is a key and its value"))
        return {}
    strange = [key for key in node.value if key not in File.model_fields]
    problems += [_unknown(replace(node.value[key], place=node.keys[key]), key) for key in strange]
    return {key: inner for key, inner in node.value.items() if key not in strange}


def _unknown(node: Node, key: str) -> Problem:
    near = nearest(key, tuple(File.model_fields))
    return Problem(
        node.place,
        "FP010",
        f'unknown setting "{key}"',
        "nobody would read it, and the proxy would do something else than is said here",
        f'did you mean "{near}"?' if near else "take it out",
        label="" if near else one_of(File.model_fields),
    )


class _Reading:
    """Makes settings of what was given. problems: takes what is wrong with it."""

    def __init__(
        self, given: Mapping[str, _Given], environment: Mapping[str, str], problems: list[Problem]
    ) -> None:
        self._given = given
        self._environment = environment
        self._problems = problems

    def settings(self, needs_upstream: bool) -> Settings | None:
        """None where there are problems."""
        everywhere = self._files("known")
        routes = self._node("routes")
        own = {} if routes is None else self._own_files(routes, everywhere)
        names = dict(zip((*everywhere, *own), known_names((*everywhere, *own)), strict=True))
        values = self._plain_values()
        values |= self._parts(lambda node: tuple(names[path] for path in self._route_files(node, own)))
        rules = self._rules()
        if self._problems:
            return None
        if not needs_upstream and not values.get("upstream"):
            values["upstream"] = "http://localhost"  # never asked
        config = self._config(values)
        if config is None:
            return None
        origins = {key: _origin(one.node) for key, one in self._given.items()}
        return Settings(config, rules, (*everywhere, *own), MappingProxyType(origins))

    def _node(self, key: str) -> Node | None:
        return self._given[key].node if key in self._given else None

    def _reader(self, key: str) -> Reader:
        return Reader(Secrets(self._environment, self._given[key].folder), self._problems)

    def _plain_values(self) -> dict[str, Any]:
        """Settings that are one value or a list of texts."""
        nodes = {key: one.node for key, one in self._given.items()}
        source = Source.of("the configuration", "")
        whole = Node(nodes, source.place(0, 0, 1), source, keys={k: n.place for k, n in nodes.items()})
        fitted = fit(File, whole, "the configuration", self._problems)
        if fitted is None:
            return {}
        given = fitted.model_dump(exclude=set(_APART), exclude_none=True)
        values = {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
        for key in _SECRET:
            if key in values:
                values[key] = self._reader(key).fill(nodes[key])
        for key in _PATHS:
            if key in values:
                values[key] = str(self._given[key].folder / str(values[key]))
        return values

    def _parts(self, known_of: Callable[[Node], tuple[str, ...]]) -> dict[str, Any]:
        """Settings that are made of entries."""
        found: dict[str, Any] = {}
        dialects: list[dict[str, Any]] = []
        if (node := self._node("upstreams")) is not None:
            found["upstreams"] = self._reader("upstreams").upstreams(node)
        if (node := self._node("routes")) is not None:
            found["routes"] = self._reader("routes").routes(node, known_of)
            dialects += dialects_of(node)
            self._problems += unknown_upstreams(node, self._upstream_names())
        if (node := self._node("dialects")) is not None:
            dialects += read_dialects(node, self._problems)
        for key in ("decisions", "recording"):
            if (node := self._node(key)) is not None:
                found[key] = self._reader(key).log(key, node, self._given[key].folder)
        return found | ({"dialects": tuple(dialects)} if dialects else {})

    def _upstream_names(self) -> list[str]:
        node = self._node("upstreams")
        named = list(node.value) if node is not None and isinstance(node.value, dict) else []
        first = self._node("upstream")
        return [*named, *(["default"] if first is not None and first.value not in named else [])]

    def _rules(self) -> Rules | None:
        node = self._node("rules")
        if node is None:
            return None
        texts = [str(member.value) for member in node.items() or (node,)]
        urls = [text for text in texts if text.startswith(_URLS)]
        if urls and len(texts) > 1:
            self._problems.append(unfit(node, "rules come from files, or from one URL, not from both"))
        return urls[0] if urls else tuple(self._given["rules"].folder / text for text in texts)

    def _files(self, key: str) -> tuple[Path, ...]:
        node = self._node(key)
        return () if node is None else self._paths(node, self._given[key].folder)

    def _paths(self, node: Node, folder: Path) -> tuple[Path, ...]:
        members = node.items() or ((node,) if isinstance(node.value, str) else ())
        return tuple(dict.fromkeys(folder / str(member.value) for member in members))

    def _route_files(self, node: Node, own: Mapping[Path, None]) -> list[Path]:
        return [path for path in self._paths(node, self._given["routes"].folder) if path in own]

    def _own_files(self, routes: Node, everywhere: Sequence[Path]) -> dict[Path, None]:
        """Files that are known on some routes only."""
        folder = self._given["routes"].folder
        named = [entry.get("known") for entry in routes.items()]
        paths = [path for node in named if node is not None for path in self._paths(node, folder)]
        return dict.fromkeys(path for path in paths if path not in everywhere)

    def _config(self, values: dict[str, Any]) -> Config | None:
        if not values.get("upstream") and not (values.get("routes") or values.get("upstreams")):
            raise UsageError("where is the model server? Give --upstream URL, as in http://127.0.0.1:8000")
        try:
            return Config(**values)
        except ValueError as error:
            message = str(error)
            key = message.partition(" ")[0]
            node = self._node(key) or self._node("upstream") or self._node("routes")
            if node is None:
                raise UsageError(message) from None
            self._problems.append(unfit(_member_at_fault(key, node), message))
            return None


def _member_at_fault(key: str, node: Node) -> Node:
    """Of a list of texts the first that cannot be used, where each can be looked at by itself."""
    for member in node.items() if key in File.model_fields else ():
        try:
            Config(upstream="http://localhost", **{key: (member.value,)})  # type: ignore[arg-type]
        except ValueError:
            return member
    return node


def _origin(node: Node) -> str:
    place = node.place
    return f"{place.file}:{place.line}" if not place.file.startswith(("--", "FILTERPROXY_")) else place.file
