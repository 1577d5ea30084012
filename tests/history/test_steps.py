"""The history of a rulebook names each state that it had, and what changed to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from filterproxy.history.errors import HistoryError
from filterproxy.history.git import Repository
from filterproxy.history.home import make_home
from filterproxy.history.resolve import InGit
from filterproxy.history.steps import Step, steps
from filterproxy.history.walk import FIRST_PARENTS, Walk
from filterproxy.rulebook.load import load
from tests.cli.packs import BROKEN, PACK
from tests.history.repositories import commit, git, repository

__all__ = ["repository"]


def told(folder: Path, most: int = 30) -> list[Step]:
    return list(steps(Walk(Repository.at(folder), ["rules"], make_home(folder)), most, [Path("rules")]))


def subjects(found: list[Step]) -> list[str]:
    return ["" if step.commit is None else step.commit.subject for step in found]


def changed(step: Step) -> list[str] | None:
    return None if step.changes is None else step.changes.rules()


def test_states_are_told_newest_first_with_what_changed(repository: Path) -> None:
    found = told(repository)

    assert ["loud: enforce", "mail: also .org", "Rules of the shop"] == subjects(found)
    assert [["loud"], ["mail"], ["hours", "mail", "loud"]] == list(map(changed, found))
    assert load([Path("rules")])["hash"] == found[0].hash


def test_commits_that_change_nothing_the_rules_do_are_counted(repository: Path) -> None:
    shop = (repository / "rules/shop.yaml").read_text()
    commit(repository, "A comment", 4, shop=shop + "# Mind this.\n")
    commit(repository, "Another", 5, shop=shop)
    found = told(repository)

    assert ("loud: enforce", 2, 3) == (subjects(found)[0], found[0].alike, len(found))


def test_a_state_that_does_not_load_is_told_as_that(repository: Path) -> None:
    """And what follows is compared with the last one that did."""
    commit(repository, "Broken", 4, shop=BROKEN)
    commit(repository, "Mended", 5, shop=PACK)
    mended, broken, *_ = told(repository)

    assert ("", "its packs do not load: ") == (broken.hash, broken.why[:23])
    assert ["mail", "loud"] == changed(mended)


def test_files_that_are_not_committed_come_first(repository: Path) -> None:
    (repository / "rules/shop.yaml").write_text(PACK, "utf-8")
    here = told(repository)[0]

    assert (None, ["mail", "loud"]) == (here.commit, changed(here))


def test_what_lies_beyond_the_bound_is_compared_with_and_not_shown(repository: Path) -> None:
    found = told(repository, most=2)

    assert [["loud"], ["mail"]] == list(map(changed, found))


def test_where_a_clone_ends_no_rule_is_said_to_be_new(repository: Path) -> None:
    """A shallow clone does not know what was before; whoever asks for more is told how to get it."""
    clone = repository / "clone"
    git(repository, "clone", "-q", "--depth", "2", repository.as_uri(), "clone")
    found = list(steps(Walk(Repository.at(clone), ["rules"]), 30))

    assert [["loud"], None] == [None if one.changes is None else changed(one) for one in found]
    with pytest.raises(HistoryError, match="this clone is shallow, and `git fetch --unshallow` brings"):
        InGit((), [clone / "rules"], 30).found("0" * 16)


def test_a_merge_is_one_change(repository: Path) -> None:
    """What the branch did on its way belongs to the branch."""
    git(repository, "switch", "-q", "-c", "idea")
    shop = (repository / "rules/shop.yaml").read_text()
    commit(repository, "hooray", 4, shop=shop.replace("hurray", "hooray"))
    commit(repository, "hooray, yes", 5, shop=shop.replace("hurray", "hooray, yes"))
    git(repository, "switch", "-q", "main")
    git(repository, "merge", "-q", "--no-ff", "-m", "The idea", "idea", when=6)
    found = told(repository)

    assert (["The idea", "loud: enforce"], ["loud"]) == (subjects(found)[:2], changed(found[0]))


def test_a_commit_of_a_file_that_packs_name_is_a_state_too(repository: Path) -> None:
    """A list of phrases in the folder of rules."""
    (repository / "rules/words.txt").write_text("hurray\n", "utf-8")
    shop = PACK.replace("[hurray]", "{file: words.txt}")
    commit(repository, "Words in a file", 4, shop=shop)
    (repository / "rules/words.txt").write_text("hurray\nhooray\n", "utf-8")
    commit(repository, "More words", 5)

    assert "More words" == subjects(told(repository))[0]


def test_a_repository_without_commits_has_no_history(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")

    assert [] == list(Walk(Repository.at(tmp_path), ["rules"]).revisions(FIRST_PARENTS))
    assert not (tmp_path / ".filterproxy").exists()


def test_torn_lines_of_the_cache_are_worked_out_again(repository: Path) -> None:
    first = told(repository)
    cache = repository / ".filterproxy/cache/git-hashes.jsonl"
    cache.write_text(cache.read_text()[:40] + "\n[]\n", "utf-8")

    assert first == told(repository)
