"""Scratch repositories for the tests: packs that change commit by commit."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.packs import PACK

_WHO = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")


def git(folder: Path, *arguments: str, when: int = 0) -> str:
    """What git says in *folder*; *when* counts hours."""
    date = f"2026-03-0{1 + when // 24}T{when % 24:02}:00:00+00:00"
    environment = {**os.environ, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    done = subprocess.run(
        ["git", *_WHO, *arguments], cwd=folder, capture_output=True, check=True, env=environment, timeout=60
    )
    return done.stdout.decode().strip()


def commit(folder: Path, subject: str, when: int, **files: str | None) -> str:
    """The id of a new commit. files: texts of rules/NAME.yaml, None to take one away."""
    (folder / "rules").mkdir(exist_ok=True)
    for name, text in files.items():
        file = folder / "rules" / f"{name}.yaml"
        if text is None:
            file.unlink()
        else:
            file.write_text(text, "utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "--allow-empty", "-m", subject, when=when)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository, where we are, in which the shop's pack was edited twice."""
    monkeypatch.chdir(tmp_path)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, "Rules of the shop", 1, shop=PACK)
    commit(tmp_path, "mail: also .org", 2, shop=PACK.replace("com", "(com|org)"))
    commit(tmp_path, "loud: enforce", 3, shop=PACK.replace("com", "(com|org)").replace("shadow", "enforce"))
    return tmp_path
