"""filterproxy.replay.html: the report for browsers, as a file."""

from __future__ import annotations

import copy
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="needs the extra replay")

from typer.testing import CliRunner

from filterproxy.cli import main
from filterproxy.corpus.sources import corpus_of
from filterproxy.replay.html import MOST_FILES, Heading, page
from filterproxy.replay.html_examples import MOST_TEXT
from filterproxy.replay.html_plots import MOST_LINES
from filterproxy.replay.html_rules import MOST_NAMED, MOST_ROWS
from filterproxy.replay.pool import inline
from filterproxy.replay.result import from_json, to_json
from filterproxy.replay.run import Given, nothing, replay
from tests.replay.books import drops, many, write_pack, write_recordings
from tests.replay.reading import Reader
from tests.replay.results import everywhere, labelled, replayed

ATTACKS = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"' onmouseover='alert(1)' x=\"",
    "</style></title></textarea></option><!-- <svg/onload=alert(1)>",
    "&lt;b&gt; &#x202e; ]]> {{7*7}} ${x}",
    "\u202eevil\u2066\u200b\x00\x1b[31m\ud800",
)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return replayed(tmp_path_factory.mktemp("replay"))


def read(result: dict[str, Any]) -> Reader:
    return Reader.of(page(result))


def test_equal_results_give_equal_bytes(result: dict[str, Any]) -> None:
    assert page(result) == page(from_json(to_json(result)))


def test_a_page_is_headed_by_its_experiment_its_note_and_who_made_it_when(result: dict[str, Any]) -> None:
    headed = page(result, Heading(7, "Fewer gaps\nin letters", "Ann", "2026-03-01T10:20:30Z"))
    text = Reader.of(headed).text()

    assert "<title>Experiment 7: Fewer gaps in letters</title>" in headed
    assert all(
        said in text for said in ("Experiment 7", "Fewer gaps\nin letters", "Ann, 2026-03-01 10:20 UTC")
    )
    assert "<title>Replay: new against old</title>" in page(result)


def test_the_page_says_what_the_result_says(result: dict[str, Any]) -> None:
    text, replies = read(result).text(), result["replies"]

    for said in (
        "60 exchanges of 1 file",
        f"{replies['changed']}read otherwise",
        f"{replies['new_drops']}newly dropped",
        "1 of 2 gates failed",
        "--max-changed 0",
        "2 lines or files were skipped",
        "is no JSON",
        "has neither `request`, nor `messages`, nor `conversations`",
        "1 other rule found nothing",
        result["baseline"]["hash"],
        result["candidate"]["hash"],
        result["corpus"]["hash"],
    ):
        assert said in text
    for example in result["examples"]:
        assert example["ask"] in text and example["hash"] in text


def test_each_rule_that_spoke_has_a_row_and_a_line_in_the_plots(result: dict[str, Any]) -> None:
    begun = read(result).begun
    rows = {given["data-rule"] for tag, given in begun if tag == "tr" and "data-rule" in given}
    lines = {given["data-rule"] for tag, given in begun if tag == "li" and "data-rule" in given}

    assert {"a", "b", "c"} == rows
    assert {"a", "b", "c"} <= lines
    assert 3 <= [tag for tag, _ in begun].count("figure")


def test_precision_is_told_with_its_interval_where_there_are_labels(result: dict[str, Any]) -> None:
    assert "Precision" not in read(result).text()
    assert "9 of 10 (60%\N{EN DASH}98%)" in read(labelled(result, "a", 9, 1)).text()
    # Labels of which nobody was sure.
    assert "0 of 0" in read(labelled(result, "a", 0, 0)).text()


def test_spans_are_marked_and_differences_too(result: dict[str, Any]) -> None:
    given = copy.deepcopy(result)
    given["examples"] = [
        given["examples"][0]
        | {
            "reply": "Call <030> now.",
            "spans": [[5, 10]],
            "before": "Call <030> now.",
            "after": "Call [x] now.",
        }
    ]
    written = page(given)

    assert "Call <mark>&lt;030&gt;</mark> now." in written
    assert "Call <del>&lt;030&gt;</del> now." in written
    assert "Call <ins>[x]</ins> now." in written


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (None, "Yes", "an error"),
        ("Yes", None, "an error"),
        ("", "Yes", "nothing"),
        ("a", "a", "same under both"),
    ],
)
def test_an_error_and_nothing_are_told_apart(
    result: dict[str, Any], before: str | None, after: str | None, said: str
) -> None:
    given = {**result, "examples": [result["examples"][0] | {"before": before, "after": after}]}

    assert said in read(given).text().partition("Examples")[2]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_a_text_holds_becomes_a_part_of_the_page(result: dict[str, Any], attack: str) -> None:
    """Whoever wrote it: users, models, names of rules, files and branches, sentences about any of them."""
    given = everywhere(result, attack) | {"notes": [attack]}
    written = page(given)
    reader, plain = Reader.of(written), read({**result, "notes": ["a"]})

    written.encode("utf-8")
    assert set(plain.tags) >= set(reader.tags) - {"span"}
    assert {n for _, given in plain.begun for n in given} >= {n for _, given in reader.begun for n in given}
    assert (1, 1) == (reader.tags.count("script"), reader.tags.count("style"))
    assert not re.search("[\u202e\u2066\u200b\x00\x1b\ud800]", written)


def test_nothing_is_loaded_from_anywhere(result: dict[str, Any]) -> None:
    reader = read(result)
    links = [value for _, given in reader.begun for name, value in given.items() if name in ("src", "href")]
    policy = next(g["content"] for _, g in reader.begun if g.get("http-equiv") == "Content-Security-Policy")

    assert all(link.startswith("#example-") for link in links)
    assert policy.startswith("default-src 'none'; ") and "unsafe" not in policy
    assert not {"link", "img", "iframe", "form", "object", "base"} & set(reader.tags)
    assert not [n for _, given in reader.begun for n in given if n.startswith("on") or n == "style"]
    assert not re.search(r"url\(|@import|https?:", page(result))


def test_links_lead_to_examples_of_their_rule(result: dict[str, Any]) -> None:
    begun = read(result).begun
    rule_of = {given["id"]: given["data-rule"] for tag, given in begun if tag == "details" and "id" in given}
    row, followed = "", 0
    for tag, given in begun:
        row = given.get("data-rule", row) if tag == "tr" else row
        if tag == "a":
            assert row == rule_of[given["href"][1:]]
            followed += 1

    assert len({example["rule"] for example in result["examples"]}) == followed


@pytest.mark.slow
def test_size_is_bounded_and_what_is_left_out_is_counted(result: dict[str, Any]) -> None:
    """A thousand rules and more, examples of the longest kind."""
    a = result["rules"]["a"]
    quiet = a | {name: [0, 0] for name in ("fired", "excused", "errors", "marginal")}
    texts = dict.fromkeys(("ask", "reply", "before"), "x & <y> \u202e " * 400) | {"after": "z"}
    given = {
        **result,
        "rules": {f"rule-{n}": a for n in range(MOST_ROWS + 7)}
        | {f"quiet-{n}": quiet for n in range(MOST_NAMED + 9)},
        "examples": [result["examples"][0] | texts] * 2000,
        "corpus": result["corpus"] | {"files": [f"{n}.jsonl" for n in range(MOST_FILES + 5)], "skipped": 500},
    }
    written = page(given)
    reader = Reader.of(written)
    text, tags = reader.text(), reader.tags

    assert len(written) < 2 * MOST_TEXT
    assert "7 more rules: in the JSON of the replay." in text
    assert f"{MOST_ROWS + 7 - MOST_LINES} more rules: see the table." in text.replace("\u202f", "")
    assert f"{2000 - (tags.count('details') - 3)} more examples: in the JSON of the replay." in text.replace(
        "\u202f", ""
    )
    for left in ("and 5 more", "and 9 more", "and 498 more"):
        assert left in text


def test_an_empty_corpus_and_an_empty_rulebook_make_a_page(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("no json\n")
    result = replay(Given(corpus_of([tmp_path]), nothing(), nothing()), inline)
    text = read(result).text()

    assert "There was no exchange to replay: nothing can be said of these rules." in text
    assert "Both do the same: nothing can differ." in text


def test_the_command_writes_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_recordings(tmp_path / "a.jsonl", many(20))
    write_pack(tmp_path / "p.yaml", drops("a", "gold"))
    given = [
        "replay",
        "a.jsonl",
        "--candidate",
        "p.yaml",
        "--baseline",
        "none",
        "--jobs",
        "1",
        "--no-journal",
    ]
    done = CliRunner().invoke(main, [*given, "--html", "page.html"])

    assert 0 == done.exit_code
    assert "20 exchanges of 1 file" in Reader.of((tmp_path / "page.html").read_text("utf-8")).text()


def test_headings_tables_and_plots_are_read_aloud(result: dict[str, Any]) -> None:
    """What a screen reader goes by: levels without gaps, captions, scopes, labels."""
    begun = read(labelled(result, "a", 3, 1)).begun
    levels = [int(tag[1]) for tag, _ in begun if re.fullmatch("h[1-6]", tag)]
    tags = [tag for tag, _ in begun]

    assert 1 == levels.count(1) == levels[0]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert tags.count("table") == tags.count("caption")
    assert tags.count("figure") == tags.count("figcaption")
    assert all(given.get("scope") for tag, given in begun if tag == "th")
    assert all(given.get("aria-label") or given.get("aria-hidden") for tag, given in begun if tag == "svg")
    fields = {given["id"] for tag, given in begun if tag in ("input", "select")}
    assert fields == {given["for"] for tag, given in begun if tag == "label"}
    ids = [given["id"] for _, given in begun if "id" in given]
    assert len(ids) == len(set(ids))


_PAIRS = [
    ("ink", "paper"), ("ink", "panel"), ("dim", "paper"), ("dim", "panel"), ("ink", "note"),
    ("mark-ink", "mark"), ("del-ink", "del"), ("ins-ink", "ins"), ("ok", "paper"), ("fails", "paper"),
    ("ok", "panel"), ("fails", "panel"), ("link", "panel"), ("link", "paper"),
]  # fmt: skip
# Of drawings WCAG asks for less.
_DRAWN = [("before", "paper"), ("after", "paper"), ("new", "paper"), ("gone", "paper")]


@pytest.mark.parametrize("theme", [0, 1, 2], ids=["light", "dark", "paper"])
def test_contrast_is_what_wcag_asks_for(result: dict[str, Any], theme: int) -> None:
    blocks = re.findall(r":root \{(.*?)\}", page(result), re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#\w{6});", blocks[theme]))

    assert 3 == len(blocks)
    assert [] == [pair for pair in _PAIRS if _contrast(*(colours[name] for name in pair)) < 4.5]
    assert [] == [pair for pair in _DRAWN if _contrast(*(colours[name] for name in pair)) < 3]


def _contrast(one: str, other: str) -> float:
    low, high = sorted(map(_luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
