"""Any hash can be brought back while git or the journal has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from filterproxy.history.errors import HistoryError
from filterproxy.history.home import make_home
from filterproxy.history.restore import restore
from filterproxy.history.stored import SUFFIX, fetch, keep, stored
from filterproxy.history.unparse import packs_of
from filterproxy.rulebook.document import Document, document_of
from filterproxy.rulebook.load import load, shipped_rules
from tests.cli.packs import PACK
from tests.history.repositories import commit, repository
from tests.history.test_resolve import PHRASES, with_files

__all__ = ["repository"]

EVERYTHING = r"""version: 1
pack: everything
on_error: pass
rules:
  - {id: a, match: {regex: "true", ignore_case: true}, action: flag, exact: true}
  - {id: b, match: {phrases: ["null", "3", "on: x"], words: false}, action: {redact: "1.5"}, in: all}
  - {id: c, match: {fact: price}, scope: reply, unless: {grounded: true, allow: [5 EUR]}, action: drop}
  - {id: d, match: {number: {kind: phone, region: GB}}, action: {remove: line}, mode: "off"}
  - {id: e, match: {secret: github}, action: {cut: line, after_cut: close}, rollout: 12.5%}
  - {id: f, match: {length: {over: 5}}, action: append, say: {en: Hi, default: Hello}}
  - {id: g, match: {repetition: {of: lines, times: 4}}, action: {append: Bye}, on_error: drop}
  - {id: h, match: {repeats: {of: user, words: 9}}, action: drop}
  - {id: i, match: {language: {not: asked}}, action: {retry: 2, note: "Again:\n- so", then: {redact: x}}}
  - {id: j, match: {language: {is: [de, fr]}}, action: drop, say: "Nein.", streamed: {cut: sentence}}
  - {id: k, match: {json_schema: {violated: {type: object}, fenced: true}}, action: flag}
  - id: l
    match: {any: [{regex: "(a)b"}, {all: [{phrases: [x]}, {regex: y}, {not: {fact: date}}]}]}
    scope: line
    skip: [code, quotes]
    when: {model: "gpt-*", header: {X-Team: [a, b]}, language: en, asked: {about: opening_hours}}
    unless: {match: {regex: z}}
    action: flag
    why: |
      Two lines,
      with "quotes": and - marks.
    owner: us
    link: https://example.com
    created: 2026-01-01
    expires: 2027-01-01
    examples:
      hit: [{ask: When?, reply: ab, tools: {name: t, result: "1"}}]
  - {id: m, match: {regex: "(?P<n>\\d)"}, when: {asked: {regex: how}}, action: {replace: "<{n}>"}}
"""


def again(folder: Path, document: Document) -> Document:
    """The document of the packs that it was written to."""
    for name, text in packs_of(document).items():
        (folder / name).write_text(text, "utf-8")
    return load([folder])


def test_every_verb_action_and_key_survives_the_way_back(tmp_path: Path) -> None:
    (tmp_path / "in.yaml").write_text(EVERYTHING, "utf-8")
    document = load([tmp_path / "in.yaml"])
    (tmp_path / "out").mkdir()
    found = again(tmp_path / "out", document)

    assert document["hash"] == found["hash"]
    for old, new in zip(document["rules"], found["rules"], strict=True):
        about = ("why", "owner", "link", "created", "expires", "pack")
        assert [old[key] for key in about] == [new[key] for key in about]


def test_the_shipped_rules_survive_the_way_back(tmp_path: Path) -> None:
    document = load([shipped_rules()])

    assert document["hash"] == again(tmp_path, document)["hash"]


def test_the_order_of_rules_survives_whatever_the_files_were_called(tmp_path: Path) -> None:
    """Two packs that were named on the command line against the order of their names."""
    (tmp_path / "b.yaml").write_text(PACK, "utf-8")
    (tmp_path / "a.yaml").write_text(PACK.replace("id: ", "id: a-").replace("pack: shop", "pack: a"), "utf-8")
    document = load([tmp_path / "b.yaml", tmp_path / "a.yaml"])
    (tmp_path / "out").mkdir()

    assert ["1-b.yaml", "2-a.yaml"] == list(packs_of(document))
    assert document["hash"] == again(tmp_path / "out", document)["hash"]


def test_from_git_come_the_files_themselves(repository: Path) -> None:
    """With comments, and with the files that they name."""
    with_files(repository)
    commit(repository, "Words", 4, shop="# Mind this.\n" + PACK, words=PHRASES)
    hash = load([Path("rules")])["hash"]
    commit(repository, "No more", 5, shop=PACK, words=None)
    found = restore(hash, repository / "back")

    assert found.commit is not None
    assert "Words" == found.commit.subject
    assert (repository / "back/shop.yaml").read_text("utf-8") == "# Mind this.\n" + PACK
    assert hash == load([repository / "back"])["hash"]


def test_a_folder_of_rules_needs_no_folder_around_it(repository: Path) -> None:
    first = load([Path("rules")])["hash"]
    found = restore(first, repository / "back")

    assert (repository / "back/shop.yaml",) == found.packs
    assert ["shop.yaml"] == [file.name for file in (repository / "back").iterdir()]


def test_from_the_journal_come_packs_that_do_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the texts of what was known."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.yaml").write_text(PACK, "utf-8")
    (tmp_path / "hours.txt").write_text("Open 9-17.", "utf-8")
    document = load([Path("shop.yaml")], [Path("hours.txt")])
    keep(make_home(), document)
    found = restore(document["hash"], Path("back"))

    assert (Path("back/shop.yaml"),) == found.packs
    assert document["hash"] == load(found.packs, found.known)["hash"]


def test_nothing_is_overwritten(repository: Path) -> None:
    hash = load([Path("rules")])["hash"]
    with pytest.raises(HistoryError, match="is not empty"):
        restore(hash, repository / "rules")

    assert hash == load([Path("rules")])["hash"]


def test_a_rulebook_is_kept_once_and_torn_ones_are_written_again(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    document = document_of([], {"a": "x"})
    file = keep(home, document)
    whole = file.read_bytes()
    before = file.stat().st_mtime_ns

    assert before == keep(home, document).stat().st_mtime_ns
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(HistoryError, match="is no rulebook"):
        fetch(home, document["hash"])
    keep(home, document)
    assert (whole, [document["hash"]]) == (file.read_bytes(), stored(home))


def test_a_file_that_holds_another_rulebook_is_not_believed(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    file = keep(home, document_of([], {"a": "x"}))
    other = file.with_name(f"0123456789abcdef{SUFFIX}")
    other.write_bytes(file.read_bytes())

    with pytest.raises(HistoryError, match="holds another rulebook"):
        fetch(home, "0123456789abcdef")
