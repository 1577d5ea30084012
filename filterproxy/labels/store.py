"""
The file of labels: one line of JSON each, only ever added to; the last line about a reply and a rule wins.

People share it in git, where two branches that both added lines merge without loss (`*.jsonl merge=union`). A
line that was torn when the machine stopped counts for nothing, is named, and swallows no line that comes
after it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from filterproxy.history.home import NAME as HOME
from filterproxy.history.home import find_home
from filterproxy.labels.label import FIRED, RIGHT, WRONG, Label, parsed

NAME = "labels.jsonl"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line, counted from 1, that is no label."""

    file: Path
    line: int
    why: str


@dataclass(frozen=True, slots=True)
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
        return tuple(label for label in self.latest.values() if label.rule == rule)

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the rules that anything was said about, sorted."""
        return tuple(sorted({label.rule for label in self.latest.values()}))

    def counts(self, rule: str, stratum: str | None = None) -> Counter[str]:
        """How many labels of each kind a rule has; of one stratum alone where it is given."""
        return Counter(label.label for label in self.of_rule(rule) if stratum in (None, label.stratum))

    def judged(self, rule: str) -> tuple[int, int]:
        """Replies in which the rule fired: how many rightly, and how many people were sure about."""
        found = self.counts(rule, FIRED)
        return found[RIGHT], found[RIGHT] + found[WRONG]


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
            latest.pop(label.key, None)
            latest[label.key] = label
    return Labels(latest, lines, tuple(skipped))


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
