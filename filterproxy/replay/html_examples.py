"""Examples in the report: what upstream sent, what was found, and what clients read before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from filterproxy.replay.html_diff import as_html, differing, marked
from filterproxy.replay.html_numbers import counted
from filterproxy.replay.html_tree import Inside, e, weight

KINDS = {"new": "newly fires", "gone": "no longer fires", "changed": "fires under both"}
# Open when the page is.
_OPEN = 3
# Letters of all texts together, as HTML: a page that a browser opens at once, and that a mail takes.
MOST_TEXT = 4_000_000
# Of each text; a replay gives no longer ones.
MOST_OF_ONE = 4002
_HEAD = 120
_CUT = "\N{HORIZONTAL ELLIPSIS}"
_TEXTS = ("ask", "reply", "before", "after")

Example = Mapping[str, Any]


def anchors(examples: Sequence[Example]) -> dict[str, str]:
    """The id of each rule's first example, by rule."""
    found: dict[str, str] = {}
    for at, example in enumerate(examples):
        found.setdefault(example["rule"], f"example-{at + 1}")
    return found


def fitting(examples: Sequence[Example]) -> list[Example]:
    """As many as a page holds, from the first."""
    kept, left = [], MOST_TEXT
    for example in examples:
        left -= sum(weight((example[name] or "")[:MOST_OF_ONE]) for name in _TEXTS)
        if left < 0:
            break
        kept.append(example)
    return kept


def examples_list(shown: Sequence[Example], of: int) -> Iterator[Inside]:
    """
    Examples, and what is left out.

    of: how many there are.
    """
    if not shown:
        yield e("p", "No reply on which the two differ.")
    for at, example in enumerate(shown):
        yield _example(example, f"example-{at + 1}", is_open=at < _OPEN)
    if of > len(shown):
        yield e("p", f"{counted(of - len(shown), 'more example')}: in the JSON of the replay.")


def _example(example: Example, id: str, *, is_open: bool) -> Element:
    ask = example["ask"] or ""
    summary = e(
        "summary",
        e("bdi", example["rule"], class_="name"), " ",
        e("span", KINDS[example["kind"]], class_=f"kind {example['kind']}"), " ",
        e("bdi", _short(" ".join((ask or example["reply"]).split())), class_="head"),
    )  # fmt: skip
    return e(
        "details",
        summary,
        _asked(ask),
        _upstream(example),
        _read(example["before"], example["after"]),
        e("p", _source(example), class_="source"),
        class_="example", id=id, open=is_open, data_rule=example["rule"], data_kind=example["kind"],
    )  # fmt: skip


def _short(text: str) -> str:
    return text if len(text) <= _HEAD else text[:_HEAD] + _CUT


def _limited(text: str) -> str:
    return text if len(text) <= MOST_OF_ONE else text[:MOST_OF_ONE] + _CUT


def _asked(ask: str) -> Inside:
    return [e("h3", "Asked"), _text(_limited(ask))] if ask else None


def _upstream(example: Example) -> list[Inside]:
    reply = _limited(example["reply"])
    unmarked = not example["spans"] and example["kind"] != "changed"
    why = "What matched stands inside a string of this JSON, or in another text, and is not marked."
    return [
        e("h3", "As the model said it"),
        _text(marked(reply, example["spans"])),
        e("p", why, class_="dim") if unmarked else None,
    ]


def _read(before: str | None, after: str | None) -> list[Inside]:
    if before == after:
        return [e("p", "Clients read the same under both.", class_="dim")]
    old, new = differing(_limited(before or ""), _limited(after or ""))
    sides = (("before", before, as_html(old, "del")), ("after", after, as_html(new, "ins")))
    return [e("div", [_side(*side) for side in sides], class_="sides")]


def _side(when: str, text: str | None, pieces: list[Inside]) -> Element:
    title = f"Clients read {when}"
    if text is None:
        return e("div", e("h3", title), e("p", "an error", class_="empty"))
    return e("div", e("h3", title), _text(pieces) if text else e("p", "nothing", class_="empty"))


def _text(inside: Inside | Iterator[Element | str]) -> Element:
    return e("div", inside, class_="text", dir="auto")


def _source(example: Example) -> list[Inside]:
    choice, kind, part = example.get("channel") or (0, "content", 0)
    place = f"{example['file']}:{example['line']}" if example.get("file") else ""
    where = "" if (choice, kind, part) == (0, "content", 0) else f"choice {choice}, {kind} {part}"
    return ["Case ", e("code", example["hash"]), [[", ", e("bdi", text)] for text in (place, where) if text]]
