"""
The report of a replay for browsers: one file that asks nothing of any network.

Read without a script, it is whole; the script (html_page.js) sorts the table, filters by rule and opens
examples. Everything is built as a tree (html_tree), so texts of users are escaped wherever they stand; and
the page's own policy lets a browser run that one script, by its hash, load nothing, and send nothing.

The same result under the same heading gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from xml.etree.ElementTree import Element

from filterproxy.replay.html_examples import KINDS, anchors, examples_list, fitting
from filterproxy.replay.html_numbers import counted, grouped, share
from filterproxy.replay.html_plots import changed_bar, plots
from filterproxy.replay.html_rules import rules_table
from filterproxy.replay.html_tree import Inside, document, e, plain, raw, table

Result = Mapping[str, Any]

# Files of the corpus that are named; all are counted.
MOST_FILES = 100
_SIDES = ("baseline", "candidate")
_FLAGS = (
    ("touched", "A rule fired"),
    ("dropped", "Dropped"),
    ("withheld", "Withheld, since a rule failed"),
    ("asked", "Upstream would be asked again"),
    ("unscanned", "Not judged, or in part"),
)


@dataclass(frozen=True, slots=True)
class Heading:
    """
    What a page is headed by, beside its result.

    experiment: its number in the journal; None where it is no entry. note: what was tried. when: RFC 3339.
    Each may be empty.
    """

    experiment: int | None = None
    note: str = ""
    who: str = ""
    when: str = ""

    @property
    def name(self) -> str:
        """In a few words."""
        return "Replay" if self.experiment is None else f"Experiment {self.experiment}"

    @property
    def byline(self) -> str:
        """Who, and when to the minute."""
        when = f"{self.when[:16].replace('T', ' ')} UTC" if self.when else ""
        return ", ".join(filter(None, (self.who, when)))


def page(result: Result, heading: Heading = Heading()) -> str:
    """The report as HTML."""
    style, script = _own("html_page.css"), _own("html_page.js")
    body = e("body", _body(result, heading), raw("script", script))
    return document(e("html", _head(_titled(result, heading), style, script), body, lang="en"))


def _titled(result: Result, heading: Heading) -> str:
    """What a browser's tab says: among several pages, which one this is."""
    about = " ".join(heading.note.split()) or " against ".join(
        _named(result, side) for side in ("candidate", "baseline")
    )
    return plain(f"{heading.name}: {about}")


def _own(name: str) -> str:
    return files("filterproxy.replay").joinpath(name).read_text("utf-8")


def _head(title: str, style: str, script: str) -> Element:
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}';"
        " base-uri 'none'; form-action 'none'"
    )
    return e(
        "head",
        e("meta", charset="utf-8"),
        e("meta", http_equiv="Content-Security-Policy", content=policy),
        e("meta", name="viewport", content="width=device-width, initial-scale=1"),
        e("meta", name="referrer", content="no-referrer"),
        e("meta", name="color-scheme", content="light dark"),
        e("title", title),
        raw("style", style),
    )


def _hash(content: str) -> str:
    """As a Content-Security-Policy names an inline script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def _named(result: Result, side: str) -> str:
    about = result[side]
    return str(about["source"] or about["hash"])


def _body(result: Result, heading: Heading) -> Iterator[Element]:
    yield e("header", _title(result, heading))
    examples = result.get("examples", ())
    shown = fitting(examples)
    main = [
        _notes(result),
        _gates(result.get("gates", ())),
        _replies(result),
        _rules(result, anchors(shown)),
        _examples(shown, len(examples)),
        _corpus(result["corpus"]),
    ]
    yield e("main", main)
    said = "It holds texts of users and of the model: share it as you would share those."
    yield e("footer", e("p", f"Written by `filterproxy replay`. {said}"))


def _title(result: Result, heading: Heading) -> Iterator[Inside]:
    corpus, seconds = result["corpus"], result["seconds"]
    yield e("h1", heading.name)
    if heading.note:
        yield e("p", heading.note, class_="note", dir="auto")
    if heading.byline:
        yield e("p", heading.byline, class_="dim")
    yield e("dl", [_about(result, side) for side in _SIDES], class_="books")
    of = f"{counted(corpus['exchanges'], 'exchange')} of {counted(len(corpus['files']), 'file')}"
    rate = f" ({grouped(round(corpus['exchanges'] / seconds))}/s)" if seconds > 0 else ""
    yield e("p", f"{of}, corpus ", e("code", corpus["hash"]), f", in {seconds:.1f} s{rate}.", class_="dim")


def _about(result: Result, side: str) -> list[Inside]:
    about = result[side]
    source: Inside = [e("bdi", about["source"]), " "] if about["source"] else None
    return [e("dt", side.capitalize()), e("dd", source, e("code", about["hash"], class_="dim"))]


def _notes(result: Result) -> Inside:
    notes = list(result.get("notes", ()))
    if not result["corpus"]["exchanges"]:
        notes.insert(0, "There was no exchange to replay: nothing can be said of these rules.")
    if result["baseline"]["hash"] == result["candidate"]["hash"]:
        notes.insert(0, "Both do the same: nothing can differ.")
    return e("ul", [e("li", note) for note in notes], class_="notes") if notes else None


def _gates(gates: Sequence[Mapping[str, Any]]) -> Inside:
    if not gates:
        return None
    failed = sum(not gate["ok"] for gate in gates)
    said = f"{failed} of {counted(len(gates), 'gate')} failed" if failed else "All hold"
    heads = [e("th", name, scope="col") for name in ("Verdict", "Gate", "What was found")]
    return _section("gates", "Gates", table(f"{said}.", heads, [_gate(gate) for gate in gates]))


def _gate(gate: Mapping[str, Any]) -> Element:
    verdict = e("span", "holds", class_="ok") if gate["ok"] else e("span", "fails", class_="fails")
    name = e("th", e("code", gate["gate"]), scope="row")
    return e("tr", e("td", verdict), name, e("td", gate["why"], class_="words"))


def _replies(result: Result) -> Inside:
    replies, of = result["replies"], result["corpus"]["exchanges"]
    if not of:
        return None
    tiles = [
        _tile("read otherwise", replies["changed"], of),
        _tile("newly dropped", replies["new_drops"], of),
        _tile("no longer dropped", replies["gone_drops"], of),
        _tile("the same", replies["same"], of),
    ]
    return _section(
        "replies", "Replies", e("ul", tiles, class_="tiles"), changed_bar(replies), _outcomes(replies, of)
    )


def _tile(said: str, found: int, of: int) -> Element:
    return e("li", e("b", grouped(found)), e("span", said), e("span", share(found, of), class_="dim"))


def _outcomes(replies: Mapping[str, Any], of: int) -> Element:
    rows = [_counted(said, replies[name], of) for name, said in _FLAGS if any(replies[name])]
    old, new = replies["outcomes"]
    rows += [
        _counted(f"Ended as {name}", (old.get(name, 0), new.get(name, 0)), of) for name in sorted(old | new)
    ]
    before, after = (f"{1e6 * seconds / of:.0f}" for seconds in replies["seconds"])
    cells = [e("td", value, class_="number") for value in (before, after, "")]
    rows.append(e("tr", e("th", "Microseconds for each reply, all rules", scope="row"), cells))
    heads = [e("th", name, scope="col", class_="number" if at else None) for at, name in enumerate(_HEADS)]
    return table("What became of the replies under each rulebook.", heads, rows)


_HEADS = ("Replies", "Baseline", "Candidate", "Difference")


def _counted(said: str, counts: Sequence[int], of: int) -> Element:
    before, after = counts
    sign = "+" if after > before else "\N{MINUS SIGN}" if after < before else ""
    difference = f"{sign}{grouped(abs(after - before))}" if sign else ""
    values = (grouped(before), grouped(after), difference)
    return e("tr", e("th", said, scope="row"), [e("td", value, class_="number") for value in values])


def _rules(result: Result, found: Mapping[str, str]) -> Inside:
    rules = result["rules"]
    if not rules:
        return None
    field = e("input", type="search", id="filter", autocomplete="off", spellcheck="false")
    label = e("label", "Rules whose name has", for_="filter")
    status = e("span", role="status", id="found", class_="dim")
    tools = e("div", label, field, status, class_="tools", hidden=True)
    return _section(
        "rules", "Rules", tools, e("div", plots(result), class_="plots"), rules_table(rules, found)
    )


def _examples(shown: Sequence[Mapping[str, Any]], of: int) -> Inside:
    names = ["all", *(kind for kind in KINDS if any(example["kind"] == kind for example in shown))]
    choices = [e("option", KINDS.get(kind, kind), value="" if kind == "all" else kind) for kind in names]
    tools = e(
        "div",
        e("label", "Kind", for_="kind"),
        e("select", choices, id="kind"),
        e("button", "Open all", type="button", id="open"),
        e("button", "Close all", type="button", id="close"),
        e("span", "Paper shows the open ones.", class_="dim"),
        class_="tools", hidden=True,
    )  # fmt: skip
    return _section("examples", "Examples", tools if shown else None, list(examples_list(shown, of)))


def _corpus(corpus: Mapping[str, Any]) -> Element:
    named = corpus["files"][:MOST_FILES]
    left = len(corpus["files"]) - len(named)
    more = e("li", f"and {grouped(left)} more") if left else None
    names = e("ul", [e("li", e("bdi", name)) for name in named], more, class_="names")
    said = counted(len(corpus["files"]), "file")
    return _section("corpus", "Corpus", e("details", e("summary", said), names), list(_skipped(corpus)))


def _skipped(corpus: Mapping[str, Any]) -> Iterator[Element]:
    if not corpus["skipped"]:
        yield e("p", "Every line was read.")
        return
    yield e("p", f"{counted(corpus['skipped'], 'line or file was', 'lines or files were')} skipped.")
    causes = sorted(corpus.get("skipped_by", {}).items(), key=lambda item: (-item[1], item[0]))
    rows = [
        e("tr", e("td", grouped(times), class_="number"), e("td", cause, class_="words"))
        for cause, times in causes
    ]
    heads = [e("th", "Times", scope="col", class_="number"), e("th", "Cause", scope="col")]
    yield table("Why they were skipped.", heads, rows)
    lines = corpus.get("skipped_lines", ())
    if lines:
        left = corpus["skipped"] - len(lines)
        more = e("li", f"and {grouped(left)} more") if left else None
        named = [e("li", e("bdi", _place(line)), " ", line["why"]) for line in lines]
        yield e("details", e("summary", "Which ones"), e("ul", named, more, class_="names"))


def _place(line: Mapping[str, Any]) -> str:
    return f"{line['file']}:{line['line']}" if line["line"] else str(line["file"])


def _section(id: str, title: str, *inside: Inside) -> Element:
    return e("section", e("h2", title), inside, id=id, aria_label=title)
