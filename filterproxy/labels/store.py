"""
The file of labels: one line of JSON each, only ever added to; of those about a reply and a rule the newest
wins, and of two that are as new, or do not say when, the last.

People share it in git, where two branches that both added lines merge without loss, one after the other
(history.home says so to git): there the last line need not be the last word. A line that was torn when the
machine stopped counts for nothing, is named, and swallows no line that comes after it.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from filterproxy.history.home import NAME as HOME
from filterproxy.history.home import find_home, keep_lines_of_both
from filterproxy.history.versions import Versions
from filterproxy.labels.label import Label, parsed

NAME = "labels.jsonl"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line, counted from 1, that is no label."""

    file: Path
    line: int
    why: str


@dataclass(frozen=True)
class Labels:
    """
    What holds now.

    latest: by hash of the exchange and id of the rule. lines: labels read, those included that others
    replaced. skipped: lines that are none.
    """

    latest: Mapping[tuple[str, str], Label] = field(default_factory=dict)
    lines: int = 0
    skipped: tuple[Skipped, ...] = ()

    def get(self, hash: str, rule: str) -> Label | None:
        """What was said last about a reply and a rule."""
        return self.latest.get((hash, rule))

    def of_rule(self, rule: str) -> tuple[Label, ...]:
        """All that holds about a rule."""
        return self._of_rules.get(rule, ())

    @functools.cached_property
    def _of_rules(self) -> dict[str, tuple[Label, ...]]:
        """Labels by rule: looked through once, however many rules and rulebooks are asked about."""
        found: dict[str, list[Label]] = {}
        for label in self.latest.values():
            found.setdefault(label.rule, []).append(label)
        return {rule: tuple(labels) for rule, labels in found.items()}

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the rules that anything was said about, sorted."""
        return tuple(sorted({label.rule for label in self.latest.values()}))

    def counts(self, rule: str, stratum: str) -> Counter[tuple[str, bool, str]]:
        """How many labels a rule has in a stratum: by version, whether they were picked, and word."""
        return self._counted.get((rule, stratum), Counter())

    @functools.cached_property
    def _counted(self) -> dict[tuple[str, str], Counter[tuple[str, bool, str]]]:
        """Counted once for all of a thousand rules."""
        counted: dict[tuple[str, str], Counter[tuple[str, bool, str]]] = {}
        for label in self.latest.values():
            of_rule = counted.setdefault((label.rule, label.stratum), Counter())
            of_rule[label.version, label.picked, label.label] += 1
        return counted


def read(path: Path) -> Labels:
    """The labels of a file; none where there is no file. Raises OSError where it cannot be read."""
    latest: dict[tuple[str, str], Label] = {}
    skipped: list[Skipped] = []
    lines = 0
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        for number, line in enumerate(file, 1):
            label = parsed(line)
            if isinstance(label, str):
                skipped.append(Skipped(path, number, label))
                continue
            lines += 1
            # Taken out first, so that the order is that of the last word about each.
            before = latest.get(label.key)
            if before is None or not _is_older(label, before):
                latest.pop(label.key, None)
                latest[label.key] = label
    return Labels(latest, lines, tuple(skipped))


def versioned(labels: Labels, versions: Versions) -> Labels:
    """The same; a label whose line says no version has the one that its rulebook had."""
    latest = {
        key: label if label.version else replace(label, version=versions.of(label.rulebook, label.rule))
        for key, label in labels.latest.items()
    }
    return replace(labels, latest=latest)


def _is_older(label: Label, other: Label) -> bool:
    """Whether a label is certainly older than another."""
    try:
        return datetime.fromisoformat(label.when) < datetime.fromisoformat(other.when)
    except (ValueError, TypeError):  # no time, or one without its zone
        return False


def append(path: Path, labels: Iterable[Label]) -> None:
    """Add labels to a file, all or none of them as far as readers see. Raises OSError."""
    append_lines(path, b"".join(label.line() for label in labels))


def append_lines(path: Path, lines: bytes) -> None:
    """
    Add whole lines to a file, which is made where there is none, and wait until the disk has them.

    Writers take turns. Where the last one left a torn line, it is ended, so that it stays the only one.
    Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.parent.name == HOME:
        keep_lines_of_both(path.parent)
    with _turn(path) as fd:
        size = os.fstat(fd).st_size
        torn = size > 0 and os.pread(fd, 1, size - 1) != b"\n"
        rest = memoryview(b"\n" + lines if torn else lines)
        while rest:
            rest = rest[os.write(fd, rest) :]
        os.fsync(fd)


@contextlib.contextmanager
def _turn(path: Path) -> Iterator[int]:
    fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield fd
    finally:
        os.close(fd)


def default_path(start: Path | None = None) -> Path:
    """The file of labels that belongs to a folder (the working one), whether it is there or not."""
    home = find_home(start)
    return (home or (start or Path.cwd()) / HOME) / NAME
