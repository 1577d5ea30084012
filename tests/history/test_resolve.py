"""Whatever names a rulebook comes to the same document as its files."""

from __future__ import annotations

from pathlib import Path

import pytest

from filterproxy.history import document_of
from filterproxy.history.errors import HistoryError
from filterproxy.history.git import Commit, Repository
from filterproxy.history.home import make_home
from filterproxy.history.resolve import InGit, Rulebooks, commit_of, found_by_hash
from filterproxy.history.stored import keep
from filterproxy.history.walk import EVERYWHERE, Revision, Walk
from filterproxy.rulebook.load import load
from filterproxy.rulebook.problem import RulebookError
from tests.cli.packs import BROKEN, PACK
from tests.history.repositories import commit, git, repository

__all__ = ["repository"]

PHRASES = """version: 1
pack: words
rules:
  - {id: rude, match: {phrases: {file: lists/rude.txt}}, action: flag}
  - {id: other, match: {phrases: {file: words/other.txt}}, action: flag}
  - {id: shape, match: {json_schema: {violated: city.json}}, action: flag}
"""


def with_files(folder: Path) -> None:
    """A pack that names files below, beside and outside its folder."""
    for name, text in (
        ("rules/lists/rude.txt", "damn\n"),
        ("rules/words/other.txt", "heck\n"),
        ("rules/city.json", '{"type": "object"}'),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")


def test_a_revision_is_what_its_files_were(repository: Path) -> None:
    """Without touching the working tree, in which something else stands by now."""
    now = load([Path("rules")])["hash"]
    (repository / "rules/shop.yaml").write_text(PACK.replace("com", "net"), "utf-8")
    status = git(repository, "status", "--porcelain")

    assert now == document_of("git:HEAD")["hash"]
    assert now == document_of("git:main:rules")["hash"] == document_of("git:HEAD:rules/shop.yaml")["hash"]
    assert load([Path("rules")])["hash"] == document_of("live")["hash"] != now
    with pytest.raises(HistoryError):
        document_of("0123456789abcdef")
    assert (repository / ".filterproxy/cache").is_dir()
    assert status == git(repository, "status", "--porcelain")


def test_rules_of_a_revision_say_where_they_stood(repository: Path) -> None:
    """As git writes it, and not by the name of a temporary folder."""
    document = document_of("git:HEAD~1")

    assert {"HEAD~1:rules/shop.yaml"} == {rule["file"] for rule in document["rules"]}


def test_files_that_a_pack_names_come_from_the_same_revision(repository: Path) -> None:
    """Phrases and schemas, also of folders beside that of the packs."""
    with_files(repository)
    commit(repository, "Words", 4, shop=None, words=PHRASES)
    then = load([Path("rules")])
    (repository / "rules/lists/rude.txt").write_text("nothing\n", "utf-8")
    (repository / "rules/words/other.txt").unlink()

    assert then["hash"] == document_of("git:HEAD")["hash"]


def test_links_are_followed_inside_the_repository_alone(repository: Path, tmp_path: Path) -> None:
    """What leads out of it, or nowhere, is said to be missing."""
    with_files(repository)
    (repository / "rules/lists/rude.txt").unlink()
    (repository / "rules/lists/rude.txt").symlink_to("../words/other.txt")
    commit(repository, "A link", 4, shop=None, words=PHRASES)
    then = load([Path("rules")])["hash"]

    assert then == document_of("git:HEAD")["hash"]
    (repository / "rules/lists/rude.txt").unlink()
    (repository / "rules/lists/rude.txt").symlink_to("/etc/hostname")
    commit(repository, "A link out", 5)
    with pytest.raises(RulebookError, match="is a link to a file that is not there"):
        document_of("git:HEAD")


def test_problems_of_a_revision_name_its_files(repository: Path) -> None:
    """A commit with mistakes in its packs."""
    commit(repository, "Broken", 4, shop=BROKEN)
    with pytest.raises(RulebookError) as raised:
        document_of("git:HEAD")

    assert {"HEAD:rules/shop.yaml"} == {problem.place.file for problem in raised.value.problems}


def test_a_hash_is_found_among_commits_and_remembered(repository: Path) -> None:
    """Newest first, on other branches too, whole or by its first digits."""
    git(repository, "switch", "-q", "-c", "idea", "HEAD~1")
    commit(repository, "An idea", 5, shop=PACK.replace("hurray", "hooray"))
    idea = load([Path("rules")])["hash"]
    git(repository, "switch", "-q", "main")
    first = document_of("git:HEAD~2")["hash"]
    found = found_by_hash(idea)

    assert found.commit is not None
    assert (idea, "An idea") == (found.document["hash"], found.commit.subject)
    assert first == document_of(first[:8])["hash"]
    remembered = Walk(Repository.at(repository), ["rules"], make_home(repository))
    assert len(list(remembered.revisions(EVERYWHERE))) == 4
    assert first in (repository / ".filterproxy/cache/git-hashes.jsonl").read_text()


def test_a_hash_that_counts_what_was_known_is_found_with_it(repository: Path) -> None:
    """As the revision had the file, although it says something else by now."""
    (repository / "hours.txt").write_text("Open 9-17.", "utf-8")
    commit(repository, "Hours", 4)
    hash = load([Path("rules")], [Path("hours.txt")])["hash"]
    (repository / "hours.txt").write_text("Open 10-18.", "utf-8")
    commit(repository, "Other hours, loud again in shadow", 5, shop=PACK)
    found = document_of(hash, [Path("hours.txt")])

    assert (hash, {"hours.txt": "Open 9-17."}) == (found["hash"], found["known"])


def test_a_hash_is_found_in_the_journal_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rulebook that was tried and never committed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.yaml").write_text(PACK, "utf-8")
    document = load([Path("shop.yaml")])
    keep(make_home(), document)

    assert document == document_of(document["hash"])


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("git:gone", 'git knows no revision "gone" here'),
        ("git:--all", 'git knows no revision "--all" here'),
        ("git:HEAD:nowhere", 'there are no packs in "nowhere" at'),
        ("git:HEAD:../out", "not all of the packs stand in the repository"),
        ("HEAD~1", "for the revision of git write git:HEAD~1"),
        ("0123456789abcdef", "no rulebook 0123456789abcdef in the journal, nor in the 3 commits"),
    ],
)
def test_what_is_not_there_is_said_in_words(repository: Path, spec: str, said: str) -> None:
    with pytest.raises(HistoryError) as raised:
        document_of(spec)

    assert said in str(raised.value)


def test_a_hook_of_git_reads_the_same(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs with the repository named from its top."""
    head = document_of("git:HEAD")["hash"]
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    monkeypatch.chdir(repository / "rules")

    assert head == document_of("git:HEAD", rules=[Path(".")])["hash"]


def test_outside_of_a_repository_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "rules").mkdir()
    with pytest.raises(HistoryError, match="is in no git repository, so there are no revisions"):
        document_of("git:HEAD")
    with pytest.raises(HistoryError, match="no rulebook 0123456789abcdef in the journal, and git cannot be"):
        document_of("0123456789abcdef")


def test_the_commit_of_packs_is_named_only_while_they_are_as_git_has_them(repository: Path) -> None:
    head = git(repository, "rev-parse", "HEAD")

    assert (head, head) == (commit_of("rules"), commit_of("git:HEAD"))
    (repository / "rules/shop.yaml").write_text(PACK, "utf-8")
    assert ("", head) == (commit_of("rules"), commit_of("git:main:rules"))


def test_a_repository_without_files_is_called_that(repository: Path) -> None:
    git(repository, "clone", "-q", "--bare", ".", "bare")

    with pytest.raises(HistoryError, match="is in a repository without files; name a clone that has them"):
        Repository.at(repository / "bare")


def test_packs_that_were_renamed_are_found_by_their_hash_still(repository: Path) -> None:
    """Files by themselves; a folder by the name that it had."""
    hash = document_of("git:HEAD")["hash"]
    git(repository, "mv", "rules/shop.yaml", "rules/store.yaml")
    commit(repository, "Another name", 4, store=PACK)
    git(repository, "mv", "rules", "policies")
    git(repository, "commit", "-q", "-m", "Another folder")
    packs = repository / "policies"

    with pytest.raises(HistoryError, match="Packs that stood in another folder are found by its name"):
        InGit((), [packs], 30).found(hash)
    assert hash == InGit((), [repository / "rules"], 30).found(hash).document["hash"]


def test_git_is_walked_once_for_all_that_is_looked_for(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also for what is nowhere; and no further than it has to be."""
    asked: list[str] = []
    revision = Walk.revision

    def counting(walk: Walk, commit: Commit) -> Revision:
        asked.append(commit.id)
        return revision(walk, commit)

    monkeypatch.setattr(Walk, "revision", counting)
    rulebooks = Rulebooks(make_home(repository))
    newest, oldest = (document_of(f"git:{revision}")["hash"] for revision in ("HEAD", "HEAD~2"))

    assert (newest, 1) == (rulebooks.document(newest)["hash"], len(asked))
    for lost in ("0" * 16, "1" * 16):
        with pytest.raises(HistoryError, match=f"no rulebook {lost} in the journal, nor in the 3 commits"):
            rulebooks.document(lost)
    assert (oldest, 3) == (rulebooks.document(oldest)["hash"], len(asked))
