"""Remedies: only what has one plain remedy changes, all else stays byte for byte, and what is fixed loads."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.rulebook.fix import fixed_text, fixes, write
from filterproxy.rulebook.load import load, shipped_rules
from filterproxy.rulebook.problem import RulebookError

BLOCK = "  - id: a\n    match:\n      phrases:\n%s    action: flag\n"
HEAD = "# ours\nversion: 1\npack:   p   # a name\nrules:\n"


def fixed(rules: str, file: Path = Path("p.yaml")) -> str:
    """Rules after all remedies."""
    text, _ = fixed_text(file, HEAD + rules)
    assert text.startswith(HEAD)
    return text.removeprefix(HEAD)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "  - {id: a, match: {regxe: x+}, action: redcat}  # so\n",
            "  - {id: a, match: {regex: x+}, action: redact}  # so\n",
        ),
        (
            '  - {id: a, match: {regex: x+}, mode: "shadwo", action: flag}\n',
            '  - {id: a, match: {regex: x+}, mode: "shadow", action: flag}\n',
        ),
        (
            "  - id: a\n    match: {phrases: [x, y, x]}\n    action: {retry: '2'}\n    scop: line\n",
            "  - id: a\n    match: {phrases: [x, y]}\n    action: {retry: 2}\n    scope: line\n",
        ),
        (
            "  - {id: 404, match: {phrases: [true, 12]}, action: flag}\n",
            '  - {id: "404", match: {phrases: ["true", "12"]}, action: flag}\n',
        ),
        (
            "  - {id: a, match: {phrases: [x, X, 'x', x]}, action: flag}\n",
            "  - {id: a, match: {phrases: [x]}, action: flag}\n",
        ),
        (
            BLOCK % "        - x  # one\n\n        - y\n        - x\n        - x  # two\n",
            BLOCK % "        - x  # one\n\n        - y\n        - x  # two\n",
        ),
        (
            "  - {id: a, match: {regex: cat|dog}, action: flag}\n",
            "  - {id: a, match: {regex: '\\b(?:cat|dog)\\b'}, action: flag}\n",
        ),
        (
            "  - {id: a, match: {regex: '\\bcat|dog\\b'}, action: flag}\n",
            "  - {id: a, match: {regex: '\\b(?:cat|dog)\\b'}, action: flag}\n",
        ),
        (
            '  - {id: a, match: {regex: "(?i)it\'s"}, action: flag}\n',
            '  - {id: a, match: {regex: "(?i)\\\\bit\'s\\\\b"}, action: flag}\n',
        ),
    ],
)
def test_what_has_one_plain_remedy_gets_it(before: str, after: str) -> None:
    """Quotes, comments and blanks beside it stay."""
    assert after == fixed(before)


@pytest.mark.parametrize(
    "rules",
    [
        "  - {id: a, match: {phrases: [x]}, action: block}\n",  # what others call `drop`, but not near
        "  - {id: a, match: {regex: cat}, action: flag, examples: {hit: [cats]}}\n",
        "  - {id: a, match: {regex: cat}, action: flag}  # allow FW004\n",
        "  - {id: a, match: {regex: '\\bcat'}, action: flag, expires: 2020-01-01}\n",
        "  - id: a\n    match:\n      phrases:\n        - x\n        - x  # said why\n    action: flag\n",
        "  - {id: a, match: {regex: '('}, action: flag}\n",
        "  - {id: a, match: {all: [{phrases: [x]}, {not: {regex: cat}}]}, action: flag}\n",
        "  - {id: a, match: {phrases: [x], words: 'yes'}, action: {retry: '02'}}\n",
    ],
)
def test_what_a_person_must_decide_is_left_alone(rules: str) -> None:
    """Also what a comment speaks about, and what an example says is meant."""
    assert rules == fixed(rules)


@pytest.mark.parametrize("file", sorted(shipped_rules().glob("*.yaml")), ids=lambda file: file.stem)
def test_a_pack_without_a_mistake_stays_byte_for_byte(file: Path) -> None:
    text = file.read_bytes().decode("utf-8")

    assert (text, ()) == fixed_text(file, text)


GOLDENS = sorted((Path(__file__).parent.parent / "problems").glob("*.yaml"))


@pytest.mark.parametrize("file", GOLDENS, ids=lambda file: file.stem)
def test_whatever_is_wrong_fixing_twice_is_fixing_once(file: Path) -> None:
    """And never more is wrong afterwards than before."""
    text = file.read_bytes().decode("utf-8")
    once, _ = fixed_text(file, text)

    assert (once, ()) == fixed_text(file, once)


comments = st.sampled_from(["", "  # why", "  #", " # - x, y: [z]"])
blanks = st.sampled_from(["", " ", "   "])
words = st.sampled_from(
    ["refund", "Refund", '"refund"', "'money back'", "money back", "größe", "404", "true", "退款"]
)
actions = st.sampled_from(
    ["flag", "redcat", "redact", "{retry: '2', then: drop}", "{remove: sentense}", "drop"]
)
modes = st.sampled_from(
    ["", "    mode: shadow\n", "    modee: shadow\n", "    mode: 'shadwo'\n", "    expires: 2020-01-01\n"]
)
verbs = st.sampled_from(["regex: 'cat|dog'", "regxe: 'x+'", r"regex: '\bcat\b'", "regex: cat"])


@st.composite
def block_lists(draw: st.DrawFn) -> str:
    members = draw(st.lists(st.tuples(words, comments), min_size=1, max_size=6))
    return "      phrases:\n" + "".join(f"        - {word}{comment}\n" for word, comment in members)


@st.composite
def flow_lists(draw: st.DrawFn) -> str:
    members = draw(
        st.lists(
            st.tuples(words, st.sampled_from([",", ", ", " ,  ", ",\n          "])), min_size=1, max_size=6
        )
    )
    inside = "".join(word + comma for word, comma in members[:-1]) + members[-1][0]
    return f"      phrases: [{inside}]\n"


@st.composite
def packs(draw: st.DrawFn) -> str:
    """A pack whose mistakes all have a plain remedy, in one layout of many."""
    text = draw(st.sampled_from(["", "# a pack\n", "\n"])) + "version: 1\npack: p\nrules:\n"
    for number in range(draw(st.integers(1, 3))):
        match = draw(st.one_of(block_lists(), flow_lists(), verbs.map(lambda verb: f"      {verb}\n")))
        text += f"  - id:{draw(blanks)} rule-{number}{draw(comments)}\n    match:\n{match}"
        text += f"    action: {draw(actions)}{draw(comments)}\n{draw(modes)}"
    text = text.replace("\n", "\r\n") if draw(st.booleans()) else text
    return ("\ufeff" if draw(st.booleans()) else "") + text


@given(packs())
def test_a_pack_whose_mistakes_have_a_remedy_loads_and_is_done(text: str) -> None:
    """Its comments and line breaks are all there, and a second time nothing is left to do."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "p.yaml")
        file.write_bytes(text.encode())
        for changed in fixes([file]):
            write(changed)
        once = file.read_bytes().decode()

        assert ([], 1) == (fixes([file]), load([file])["version"])
    assert [line.partition(" #")[2] for line in text.splitlines() if " #" in line] == [
        line.partition(" #")[2] for line in once.splitlines() if " #" in line
    ]
    assert text.startswith("\ufeff") == once.startswith("\ufeff")
    assert ("\r\n" in text, 0) == ("\r\n" in once, once.replace("\r\n", "").count("\r"))
    assert "\r\n" not in text or "\n" not in once.replace("\r\n", "")


def test_lists_lose_the_lines_that_repeat_and_nothing_else(tmp_path: Path) -> None:
    """Whatever ends their lines, and also without a line break at the end."""
    (tmp_path / "l.txt").write_bytes("\ufeff# one\r\none\r\n\r\ntwo\r\nOne".encode())
    (tmp_path / "p.yaml").write_text(HEAD + "  - {id: a, match: {phrases: {file: l.txt}}, action: flag}\n")
    changed = fixes([tmp_path])
    for one in changed:
        write(one)

    assert "\ufeff# one\r\none\r\n\r\ntwo\r\n".encode() == (tmp_path / "l.txt").read_bytes()
    assert [(1, "l.txt")] == [(len(one.notes), one.file.name) for one in changed]


def test_what_is_written_is_written_all_at_once_and_keeps_its_permissions(tmp_path: Path) -> None:
    """Also through a link; nothing is left beside it."""
    real = tmp_path / "real"
    real.mkdir()
    file = real / "p.yaml"
    file.write_text(HEAD + "  - {id: a, match: {regex: x+}, action: redcat}\n")
    file.chmod(0o640)
    (tmp_path / "p.yaml").symlink_to(file)
    with pytest.raises(RulebookError):
        load([tmp_path / "p.yaml"])
    for changed in fixes([tmp_path / "p.yaml"]):
        write(changed)

    assert "redact" == load([file])["rules"][0]["action"]["verb"]
    assert (0o640, True) == (file.stat().st_mode & 0o777, (tmp_path / "p.yaml").is_symlink())
    assert [file] == list(real.iterdir())


def test_what_changes_is_shown_as_a_diff_with_a_note_for_each_place(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text(HEAD + "  - {id: a, match: {regex: cat}, action: redcat}\n")
    (changed,) = fixes([file])
    lines = changed.diff().splitlines()

    assert [f"--- {file}", f"+++ {file}"] == lines[:2]
    assert ["-  - {id: a, match: {regex: cat}, action: redcat}"] == [
        s for s in lines[2:] if s.startswith("-")
    ]
    assert [
        f'{file}:5: whole words only: "cat" is no longer found in "concatenate"',
        f'{file}:5: "redcat" is now "redact"',
    ] == list(changed.notes)


def test_files_that_cannot_be_read_are_left_to_the_loader(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_bytes(b"version: 1\npack: \xff\n")
    (tmp_path / "q.yaml").write_text("version: [1\n")

    assert [] == fixes([tmp_path, tmp_path / "none.yaml"])
