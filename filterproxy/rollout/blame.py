"""When lines of a file were written, and by whom, as git knows it."""

from __future__ import annotations

import datetime
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

# Seconds. A pack of a thousand lines takes some hundredths.
_TIMEOUT = 60
_UNCOMMITTED = "0" * 40


@dataclass(frozen=True, slots=True)
class Written:
    """commit: "" for a line that was not committed yet. when: of the author's clock, in UTC."""

    commit: str
    when: datetime.datetime
    who: str
    subject: str


def blame(file: Path) -> list[Written] | None:
    """
    Who wrote each line of a file; None where git does not know: it is not installed, or the file is not in
    it.

    Lines that were only moved or indented anew count as written when they were first.
    """
    command = [
        "git",
        "-C",
        str(file.resolve().parent),
        "blame",
        "-w",
        "-M",
        "--line-porcelain",
        "--",
        file.name,
    ]
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=_TIMEOUT, env=environment)
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode:
        return None
    return list(_parsed(done.stdout.decode("utf-8", "replace").split("\n")))


def _parsed(lines: list[str]) -> list[Written]:
    found: list[Written] = []
    commit, about = "", {"author": "", "author-time": "0", "summary": ""}
    for line in lines:
        if line.startswith("\t"):
            when = datetime.datetime.fromtimestamp(int(about["author-time"]), datetime.UTC)
            known = "" if commit == _UNCOMMITTED else commit
            found.append(
                Written(known, when, about["author"] if known else "", about["summary"] if known else "")
            )
            commit = ""
        elif not commit:
            commit = line.partition(" ")[0]
        else:
            key, _, value = line.partition(" ")
            if key in about:
                about[key] = value
    return found
