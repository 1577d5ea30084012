"""Rules that change under a running proxy, as a kubelet and git-sync change them."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.load import load
from tests.deploy.serving import serving
from tests.deploy.volumes import ConfigMapFolder

DEADLINE_SECONDS = 20.0


def pack(name: str, word: str) -> str:
    """A pack of one rule, which redacts a word."""
    return f"""\
version: 1
pack: {name}
why: To see which rules run.
rules:
  - id: {name}
    match: {{phrases: [{word}]}}
    action: redact
    examples: {{hit: ["{word}"], pass: ["quiet"]}}
"""


def ask(url: str) -> Any:
    """What the admin side answers."""
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5) as answer:
        return answer.read().decode()


def until(holds: Callable[[], bool], what: str) -> None:
    """Ask again and again, for as long as a reload may take on a busy machine."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, what


def rules_of(admin: str) -> list[str]:
    """The ids of the rules that run."""
    return [rule["id"] for rule in json.loads(ask(f"{admin}/rulebook"))["rules"]]


def value(admin: str, sample: str) -> float:
    """A metric; 0 for one that is not there."""
    found = re.search(rf"^{re.escape(sample)} (\S+)$", ask(f"{admin}/metrics"), re.MULTILINE)
    return float(found[1]) if found else 0.0


@pytest.mark.slow
def test_a_changed_configmap_is_taken_and_a_broken_one_is_not(tmp_path: Path) -> None:
    """A file changed, one added, one gone, by one swap of `..data`; a mistake changes nothing."""
    mounted = ConfigMapFolder(tmp_path / "rules")
    mounted.write({"a.yaml": pack("a", "one"), "b.yaml": pack("b", "two")})

    arguments = ("--upstream", "http://127.0.0.1:9", "--rules", str(mounted.folder), "--workers", "2")
    with serving(*arguments) as (_, admin):
        assert rules_of(admin) == ["a", "b"]

        mounted.write({"a.yaml": pack("a2", "three"), "c.yaml": pack("c", "four")})
        until(lambda: rules_of(admin) == ["a2", "c"], "the swap was not seen")

        mounted.write({"a.yaml": pack("a3", "five").replace("redact", "redcat")})
        failed = 'filterproxy_rulebook_reloads_total{result="failed"}'
        until(lambda: value(admin, failed) > 0, "the mistake was not counted")
        assert rules_of(admin) == ["a2", "c"]

        mounted.write({"a.yaml": pack("a4", "six")})
        until(lambda: rules_of(admin) == ["a4"], "the swap after a mistake was not seen")


@pytest.mark.slow
def test_a_link_that_is_swapped_is_taken(tmp_path: Path) -> None:
    """git-sync's: a worktree for each commit, and a link to the one that counts."""
    for commit, name in (("1a", "first"), ("2b", "second")):
        packs = tmp_path / ".worktrees" / commit / "packs"
        packs.mkdir(parents=True)
        (packs / "a.yaml").write_text(pack(name, "one"))
    (tmp_path / "current").symlink_to(".worktrees/1a")

    with serving("--upstream", "http://127.0.0.1:9", "--rules", str(tmp_path / "current/packs")) as (
        _,
        admin,
    ):
        assert rules_of(admin) == ["first"]

        (tmp_path / "next").symlink_to(".worktrees/2b")
        (tmp_path / "next").rename(tmp_path / "current")
        until(lambda: rules_of(admin) == ["second"], "the swap was not seen")


def test_a_folder_of_the_kubelet_is_read_once(tmp_path: Path) -> None:
    """Not through `..data` a second time."""
    mounted = ConfigMapFolder(tmp_path / "rules")
    mounted.write({"a.yaml": pack("a", "one"), "names.txt": "x", "b.yaml": pack("b", "two")})
    mounted.write({"a.yaml": pack("a", "one"), "names.txt": "x"})

    assert [rule.id for rule in compile(load([mounted.folder])).rules] == ["a"]
