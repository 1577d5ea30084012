"""The parts of a configuration that have keys of their own: upstreams, routes, logs."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from filterproxy.config import LogConfig, RouteConfig
from filterproxy.dialects.configured import KNOWN
from filterproxy.rulebook.fit import fit
from filterproxy.rulebook.problem import Problem, nearest, one_of
from filterproxy.rulebook.source import Node
from filterproxy.rulebook.wording import empty, out_of_range, unknown_word, wrong_kind
from filterproxy.settings.schema import LogEntry, RouteEntry, UpstreamEntry
from filterproxy.settings.secret import Secrets, Unresolved
from filterproxy.upstreams import UpstreamConfig, named

T = TypeVar("T")

_PERCENT = re.compile(r"(\d+(?:\.\d+)?) ?%")
_AGE = re.compile(r"(\d+) ?([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads entries. problems: takes what is wrong with them."""

    secrets: Secrets
    problems: list[Problem]

    def upstreams(self, node: Node) -> dict[str, UpstreamConfig]:
        """Those of `upstreams`, by name."""
        if not isinstance(node.value, dict):
            self.problems.append(
                wrong_kind(node, '"upstreams"', "a mapping", "it gives model servers their names")
            )
            return {}
        found: dict[str, UpstreamConfig] = {}
        for name, entry in node.value.items():
            one = self._upstream(entry)
            try:
                found |= named({name: one} if one is not None else {})
            except ValueError as error:  # of the name: all else of it has been looked at
                place = node.keys.get(name, node.place)
                why = "it stands in rules and in metrics"
                self.problems.append(Problem(place, "FP015", str(error), why, "give it another name"))
        return found

    def routes(self, node: Node, known_of: Callable[[Node], tuple[str, ...]]) -> tuple[RouteConfig, ...]:
        """Those of `routes`. known_of: the names of the files that a list names."""
        if not isinstance(node.value, tuple):
            self.problems.append(wrong_kind(node, '"routes"', "a list", "the first route that fits counts"))
        found: list[RouteConfig] = []
        for entry in node.items():
            route = self._route(entry, known_of)
            if route is None:
                continue
            if any(route.name == other.name for other in found):
                name = entry.at(("name",))
                self.problems.append(unfit(name, f'two routes are called "{route.name}"'))
            found.append(route)
        return tuple(found)

    def log(self, key: str, node: Node, folder: Path) -> LogConfig | None:
        """`decisions` or `recording`; a text alone is its folder."""
        if isinstance(node.value, str):
            return LogConfig(folder=str(folder / node.value))
        entry = fit(LogEntry, node, f'"{key}"', self.problems)
        if entry is None:
            return None
        given = {name: value for name, value in entry.model_dump().items() if value is not None}
        given["folder"] = str(folder / entry.folder)
        if entry.sample is not None:
            given["sample"] = self._share(node.at(("sample",)))
        if (age := given.pop("max_age", None)) is not None:
            given["max_age_seconds"] = self._age(node.at(("max_age",)), age)
        if entry.key is not None:
            given["key"] = self.fill(node.at(("key",)))
        known = {field.name for field in fields(LogConfig)}
        return self._made(lambda: LogConfig(**{k: v for k, v in given.items() if k in known}), node)

    def fill(self, node: Node) -> str:
        """A text with its references filled in."""
        try:
            return self.secrets.fill(str(node.value))
        except Unresolved as error:
            why = "the proxy would run without what it stands for"
            self.problems.append(
                Problem(node.place, "FP015", str(error), why, "set it, or write another reference")
            )
            return ""

    def _upstream(self, node: Node) -> UpstreamConfig | None:
        if not isinstance(node.value, dict):
            wrong = [member for member in (*node.items(), node) if not isinstance(member.value, (str, tuple))]
            if wrong:
                said = "it is the URL of a model server"
                self.problems.append(wrong_kind(wrong[0], 'a member of "upstreams"', "text", said))
                return None
            return self._made(lambda: UpstreamConfig.from_json(node.plain()), node)
        before = len(self.problems)
        entry = fit(UpstreamEntry, node, "an upstream", self.problems)
        if entry is None:
            return None
        headers = {name: self.fill(value) for name, value in _members(node, "headers").items()}
        if len(self.problems) > before:
            return None
        given = {key: value for key, value in entry.model_dump().items() if value is not None}
        if entry.ca_file is not None:
            given["ca_file"] = str(self.secrets.folder / entry.ca_file)
        return self._made(lambda: UpstreamConfig.from_json({**given, "headers": headers}), node)

    def _route(self, node: Node, known_of: Callable[[Node], tuple[str, ...]]) -> RouteConfig | None:
        entry = fit(RouteEntry, node, "a route", self.problems)
        if entry is None:
            return None
        if entry.dialect is not None:
            self._dialect(node, entry.path)
        if node.at(("chain",)).value == ():
            said = "no rule would judge the route's replies; to let them through, use `passthrough`"
            self.problems.append(empty(node.at(("chain",)), '"chain"', said))
        given = {
            key: value
            for key, value in entry.model_dump(exclude={"known", "dialect"}).items()
            if value is not None
        }
        known = known_of(node.at(("known",))) if entry.known else ()
        return self._made(lambda: RouteConfig.from_json({**given, "known": known}), node)

    def _dialect(self, node: Node, path: str | None) -> None:
        named = node.at(("dialect",))
        if not isinstance(named.value, str) or named.value not in KNOWN:
            said = "it says what is spoken at the route's path; `dialects:` describes others"
            self.problems.append(unknown_word(named, "dialect", tuple(KNOWN), said))
        elif path is None:
            what = '"dialect" without "path"'
            why = "which dialect is spoken is told by the path"
            self.problems.append(Problem(node.keys["dialect"], "FP026", what, why, "add `path:`"))

    def _share(self, node: Node) -> float:
        described = '"sample": the share of replies whose texts are kept'
        said = _PERCENT.fullmatch(node.value) if isinstance(node.value, str) else None
        if said is None:
            self.problems.append(wrong_kind(node, '"sample"', "a percentage, as in 1%", described))
            return 0.0
        if float(said[1]) > 100:
            self.problems.append(out_of_range(node, "sample", "0% to 100%", described))
        return min(1.0, float(said[1]) / 100)

    def _age(self, node: Node, value: Any) -> float:
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return float(value)
        said = _AGE.fullmatch(value) if isinstance(value, str) else None
        if said is None or int(said[1]) == 0:
            described = '"max_age": the age at which lines are removed'
            self.problems.append(wrong_kind(node, '"max_age"', "a time, as in 7d or 12h", described))
            return 1.0
        return float(int(said[1]) * _SECONDS[said[2]])

    def _made(self, make: Callable[[], T], node: Node) -> T | None:
        try:
            return make()
        except ValueError as error:
            self.problems.append(unfit(_blamed(node, str(error)), str(error)))
            return None


def dialects_of(node: Node) -> list[dict[str, Any]]:
    """What routes say about their paths, as entries of `dialects`."""
    found = []
    for entry in node.items():
        path, dialect = entry.get("path"), entry.get("dialect")
        if path is not None and dialect is not None and dialect.value in KNOWN:
            found.append({"path": path.value, "dialect": dialect.value})
    return found


def unknown_upstreams(node: Node, names: Collection[str]) -> list[Problem]:
    """Routes that ask somebody who is not there."""
    found = []
    for entry in node.items():
        asked = entry.get("upstream")
        if asked is not None and isinstance(asked.value, str) and asked.value not in names:
            near = nearest(asked.value, names)
            fix = f'did you mean "{near}"?' if near else "name it under `upstreams`"
            what = f'unknown upstream "{asked.value}"'
            why = "the route's requests could not be sent anywhere"
            found.append(Problem(asked.place, "FP013", what, why, fix, one_of(names)))
    return found


def unfit(node: Node, message: str) -> Problem:
    """A value with which the proxy cannot run."""
    why = "the proxy cannot run with it"
    return Problem(node.place, "FP015", message, why, "write another value, or take the line out")


def _blamed(node: Node, message: str) -> Node:
    """The member of a mapping that a message begins with, or else the mapping."""
    name = message.partition(" ")[0].rstrip(":")
    return node.get(name) or node


def _members(node: Node, key: str) -> Mapping[str, Node]:
    inner = node.get(key)
    return inner.value if inner is not None and isinstance(inner.value, dict) else {}
