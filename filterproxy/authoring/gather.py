"""Where a case comes from, and what else a rule is tried on: files of exchanges, logs, the pack itself."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from filterproxy.corpus.exchange import Exchange
from filterproxy.corpus.read import read
from filterproxy.corpus.shapes import exchange_of
from filterproxy.corpus.skipped import Skips
from filterproxy.record.names import DECISIONS, RECORDINGS
from filterproxy.record.read import find
from filterproxy.rulebook.book import Example, Rulebook

# Exchanges that candidates are tried on: seconds, and enough to see what is too wide.
MOST = 5000
_GIT_SECONDS = 5.0


def from_file(file: Path, line: int = 0) -> Exchange:
    """
    The exchange of a file, in any shape of corpus/shapes.py. Raises ValueError with a sentence.

    line: which, counted from 1, where the file has several; 0: its only one.
    """
    skips = Skips()
    found: list[Exchange] = []
    for one in read([file]):
        if isinstance(one, Exchange):
            found.append(one)
            if one.line == line:
                return one
        else:
            skips.add(one)
    if line == 0 and len(found) == 1:
        return found[0]
    if line == 0 and len(found) > 1:
        raise ValueError(f"{file} holds {len(found)} exchanges: say which with --line")
    why = next((f": line {one.line} {one.why}" if one.line else f": it {one.why}" for one in skips.named), "")
    raise ValueError(f"{file} has no exchange{f' in line {line}' if line else ''}{why}")


def from_decision(folder: Path, id: str) -> Exchange:
    """The exchange of a decision or a recording with its text. Raises ValueError with a sentence."""
    if not folder.is_dir():
        raise ValueError(f"there is no folder {folder}")
    why = "no line of decisions or recordings has that id"
    for log in (DECISIONS, RECORDINGS):
        line = find(folder, log, id)
        if line is None:
            continue
        try:
            return exchange_of(line)
        except ValueError as error:
            why = f"its line of {log} {error}"
    raise ValueError(f"{id} in {folder}: {why}")


@dataclass(slots=True)
class Recorded:
    """
    exchanges: all that there are, or a sample of so many, in order; of: how many there are. skips: what could
    not be read.
    """

    exchanges: list[Exchange] = field(default_factory=list)
    of: int = 0
    skips: Skips = field(default_factory=Skips)


def recorded(
    paths: Sequence[Path], most: int = MOST, watch: Callable[[int], None] = lambda read: None
) -> Recorded:
    """
    Exchanges of *paths*, each as likely as any other where there are more than *most*, the same every time.

    watch: told how many are read.
    """
    found, draw = Recorded(), random.Random(0)
    for one in read(paths):
        if not isinstance(one, Exchange):
            found.skips.add(one)
            continue
        found.of += 1
        if found.of <= most:
            found.exchanges.append(one)
        elif (place := draw.randrange(found.of)) < most:
            # The last takes the place of one before it, and its own is behind all.
            del found.exchanges[place]
            found.exchanges.append(one)
        watch(found.of)
    return found


def examples_of(rulebook: Rulebook) -> list[Example]:
    """Every example of a rulebook."""
    return [example for info in rulebook.infos for example in info.examples]


def git_user(folder: Path) -> str:
    """The name that git signs commits with there; "" where there is none, or no git."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), "config", "user.name"],
            capture_output=True,
            timeout=_GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace").strip()
