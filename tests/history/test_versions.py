"""Which version of a rule a rulebook has."""

from __future__ import annotations

from pathlib import Path

from filterproxy.history.home import make_home
from filterproxy.history.stored import keep
from filterproxy.history.versions import Versions, of_journal
from filterproxy.rulebook.document import Document, versions_of
from filterproxy.rulebook.load import load
from tests.cli.packs import PACK, write


def document(folder: Path, old: str = "", new: str = "") -> Document:
    return load([Path(write(folder, PACK.replace(old, new)))])


def test_rulebooks_that_differ_elsewhere_have_the_same_version_of_a_rule(tmp_path: Path) -> None:
    """However far it is rolled out, whose it is, and whatever stands beside it."""
    home = make_home(tmp_path)
    edits = (
        ("", ""),
        ("[hurray]", "[hooray]"),
        ("    streamed: cut\n", "    streamed: cut\n    mode: shadow\n"),
    )
    books = [document(tmp_path, *edit) for edit in edits]
    for book in books:
        keep(home, book)
    versions = of_journal(home)

    assert 3 == len({book["hash"] for book in books})
    assert {versions_of(books[0])["hours"]} == {versions.of(book["hash"], "hours") for book in books}
    assert 2 == len({versions.of(book["hash"], "loud") for book in books})


def test_of_a_rulebook_that_nobody_has_each_rule_is_a_version_of_its_own(tmp_path: Path) -> None:
    book = document(tmp_path)
    del book["rules"][0]["match"]  # a form of another version of the program
    versions = Versions({"b" * 16: book}.get)

    assert ["a" * 16, "b" * 16, "b" * 16] == [
        versions.of(*one) for one in (("a" * 16, "hours"), ("b" * 16, "hours"), ("b" * 16, "gone"))
    ]
