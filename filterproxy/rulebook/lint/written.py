"""The rules of a document beside the nodes that they were read from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from filterproxy.rulebook.document import Document, Form
from filterproxy.rulebook.files import read_text
from filterproxy.rulebook.problem import Place
from filterproxy.rulebook.source import Node, parse


@dataclass(frozen=True, slots=True)
class Written:
    """A rule: its form, and where its author wrote it."""

    form: Form
    node: Node

    @property
    def id(self) -> str:
        return str(self.form["id"])

    @property
    def place(self) -> Place:
        """Where the id stands."""
        return self.node.at(("id",)).place

    @property
    def folder(self) -> Path:
        """Where the files that it names are looked for."""
        return Path(self.form["file"]).parent


@dataclass(frozen=True, slots=True)
class Verb:
    """
    A match with one verb. beside: whether it only excuses, or says what is asked, so that a hit harms
    nobody.
    """

    name: str
    node: Node
    beside: bool

    @property
    def value(self) -> Node:
        """What stands behind the verb."""
        return self.node.at((self.name,))

    def file(self, verb: str, key: str) -> str:
        """What a *verb* names under a key; "" for nothing."""
        name = self.value.get(key) if self.name == verb else None
        return name.value if name is not None and isinstance(name.value, str) else ""


def written(document: Document) -> list[Written]:
    """The rules, in order. Files that have gone since are left out."""
    nodes: dict[tuple[str, int], Node] = {}
    for file in dict.fromkeys(form["file"] for form in document["rules"]):
        nodes |= {(file, rule.keys["id"].line): rule for rule in _rules(file)}
    pairs = [(form, nodes.get((form["file"], form["line"]))) for form in document["rules"]]
    return [Written(form, node) for form, node in pairs if node is not None]


def _rules(file: str) -> tuple[Node, ...]:
    try:
        node = parse(file, read_text(Path(file)), [])
    except ValueError:
        return ()
    return () if node is None else tuple(r for r in node.at(("rules",)).items() if "id" in r.keys)


def verbs_of(rule: Node) -> Iterator[Verb]:
    """Every verb with something to look for, of the match, of excuses and of what must be asked."""
    yield from _verbs(rule.get("match"), False)
    unless, when = rule.get("unless"), rule.get("when")
    yield from _verbs(None if unless is None else unless.get("match"), True)
    yield from _verbs(None if when is None else when.get("asked"), True)


def _verbs(node: Node | None, beside: bool) -> Iterator[Verb]:
    if node is None:
        return
    for key, inner in node.value.items() if isinstance(node.value, dict) else ():
        if key in ("any", "all"):
            for member in inner.items():
                yield from _verbs(member, beside)
        elif key == "not":
            yield from _verbs(inner, True)
        elif key in ("regex", "phrases", "json_schema"):
            yield Verb(key, node, beside)


def files_named(rules: Iterable[Written]) -> set[Path]:
    """The files that rules take lists and schemas from."""
    return {
        (rule.folder / name).resolve()
        for rule in rules
        for verb in verbs_of(rule.node)
        for name in (verb.file("phrases", "file"), verb.file("json_schema", "violated"))
        if name
    }


def lists_of(file: Path, text: str) -> list[Path]:
    """The lists that a pack's text names, and that are there."""
    node = parse(str(file), text, [])
    rules = () if node is None else node.at(("rules",)).items()
    names = [verb.file("phrases", "file") for rule in rules for verb in verbs_of(rule)]
    return [file.parent / name for name in dict.fromkeys(names) if name and (file.parent / name).is_file()]


_ALLOWED = re.compile(r"#.*\ballow(?P<codes>(?:[ ,]+FW\d{3})+)")


def allows(code: str, place: Place, rule: Node | None) -> bool:
    """Whether a comment in the line of a place, or of its rule's id, allows what a warning says."""
    lines = [place.text] + ([rule.at(("id",)).place.text] if rule is not None else [])
    return any(code in said["codes"] for line in lines for said in _ALLOWED.finditer(line))
