"""Warnings about lists: entries that repeat, and files that nobody names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from filterproxy.detectors.phrases import fold
from filterproxy.rulebook.files import read_text
from filterproxy.rulebook.lines import Source
from filterproxy.rulebook.lint.finding import Finding
from filterproxy.rulebook.lint.written import Verb, Written, files_named, verbs_of
from filterproxy.rulebook.problem import Place, Problem

# What files of phrases are called; other files beside packs may be anybody's.
_LISTS = (".txt", ".lst", ".list")


def of_lists(rules: Sequence[Written]) -> Iterator[Finding]:
    """Of all lists of all rules, and of files beside their packs."""
    seen: set[Path] = set()
    for rule in rules:
        for verb in verbs_of(rule.node):
            if verb.name == "phrases":
                yield from _of_phrases(rule, verb, seen)
    for place in _unused(rules):
        yield Finding(_nobody(place))


def _of_phrases(rule: Written, verb: Verb, seen: set[Path]) -> Iterator[Finding]:
    name = verb.value.get("file")
    if name is None:
        yield from (Finding(_twice(*pair), rule.id) for pair in repeated_members(verb))
        return
    file = rule.folder / str(name.value)
    if file.resolve() in seen:
        return
    seen.add(file.resolve())
    yield from (Finding(_twice(place, first)) for place, first in repeated_lines(file))


def repeated_members(verb: Verb) -> Iterator[tuple[Place, Place]]:
    """Where an entry of a list in a pack stands again, and where it stood first."""
    first: dict[str, Place] = {}
    for member in verb.value.items():
        if isinstance(member.value, str):
            known = first.setdefault(fold(member.value.strip()), member.place)
            if known is not member.place:
                yield member.place, known


def repeated_lines(file: Path) -> Iterator[tuple[Place, Place]]:
    """The same of a file of phrases."""
    try:
        source = Source(str(file), tuple(read_text(file).splitlines()))
    except ValueError:
        return
    first: dict[str, Place] = {}
    for number, line in enumerate(source.lines):
        entry = line.strip()
        if entry and not entry.startswith("#"):
            place = source.place(number, line.index(entry), len(entry))
            known = first.setdefault(fold(entry), place)
            if known is not place:
                yield place, known


def _twice(place: Place, first: Place) -> Problem:
    return Problem(
        place,
        "FW012",
        "this entry stands in the list twice",
        "nothing happens; but whoever takes one of them out will believe that it is gone",
        "take it out (`check --fix` does)",
        label=f"first in line {first.line}",
    )


def _unused(rules: Iterable[Written]) -> Iterator[Place]:
    rules = list(rules)
    named = files_named(rules)
    for folder in sorted({rule.folder for rule in rules}):
        beside = sorted(file for file in folder.iterdir() if file.suffix.lower() in _LISTS and file.is_file())
        for file in beside:
            if file.resolve() not in named and not file.name.startswith("."):
                yield Place(str(file))


def _nobody(place: Place) -> Problem:
    return Problem(
        place,
        "FW011",
        f'no pack names the list "{Path(place.file).name}"',
        "what stands in it is not looked for",
        "name it, as in `phrases: {file: " + Path(place.file).name + "}`, or take the file away",
    )
