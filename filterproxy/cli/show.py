"""What people read: one console, spans marked in colour on a terminal and by carets elsewhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from io import TextIOWrapper
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from filterproxy.core.rule import Span

# Columns of text on one line; what is longer goes on below, so that marks stay under their letters.
_LINE_COLUMNS = 72

HIT = "bold red"
EXCUSED = "green"

MODE_STYLES = {"enforce": "bold", "canary": "yellow", "shadow": "cyan", "off": "dim", "not asked": "dim"}


def console(stderr: bool = False) -> Console:
    """Where to print: 80 columns and no colour codes when it is no terminal."""
    stream = sys.stderr if stderr else sys.stdout
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="replace")  # not every terminal has every letter
    return Console(file=stream, highlight=False, emoji=False, markup=False, soft_wrap=True)


def grouped(number: float) -> str:
    """1234567 as people read it: in groups of three."""
    return f"{number:,}".replace(",", " ")


def replies(number: int) -> str:
    """A number and its noun: "1 reply", "2 replies"."""
    return "1 reply" if number == 1 else f"{grouped(number)} replies"


def table_lines(rows: Sequence[Sequence[str]]) -> Iterator[Text]:
    """
    Rows below each other: words to the left, numbers to the right, no blanks at the end.

    rows: cells; the first row are the headings.
    """
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for number, (name, *cells) in enumerate(rows):
        padded = [
            " " * (width - cell_len(cell)) + cell for width, cell in zip(widths[1:], cells, strict=True)
        ]
        line = "  ".join([name + " " * (widths[0] - cell_len(name)), *padded])
        yield Text(line.rstrip(), style="" if number else "bold")


def print_json(value: Any) -> None:
    """*value* as JSON on stdout, for scripts."""
    write_json(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def write_json(text: str) -> None:
    """JSON on stdout: in UTF-8 (RFC 8259, section 8.1), whatever the locale says."""
    if isinstance(sys.stdout, TextIOWrapper):
        # What UTF-8 has not, half a surrogate pair, is so written as JSON writes it.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.stdout.write(text)


def print_findings(out: Console, findings: Iterable[object]) -> None:
    """Warnings, each behind an empty line."""
    for finding in findings:
        text = Text(f"\n{finding}")
        text.highlight_regex(r"\A\nwarning\[\w+\]", "bold yellow")
        text.highlight_regex(r"(?m)^ *\| +\^.*$", "yellow")
        text.highlight_regex(r"(?m)^ *= \w+:", "cyan")
        out.print(text)


def visible(text: str) -> str:
    """*text* without what could reach into a terminal, letter for letter: its offsets stay."""
    return "".join(
        " " if c in "\t\r" else c if c == "\n" or c.isprintable() else "\N{REPLACEMENT CHARACTER}"
        for c in text
    )


def marked(
    text: str,
    spans: Sequence[tuple[Span, str]],
    indent: str,
    terminal: bool,
    columns: int = _LINE_COLUMNS,
) -> Iterable[Text]:
    """
    The lines of *text*, each span in its style; without a terminal a line of carets below instead.

    spans: with a style each, EXCUSED ones get `~` for a caret.
    """
    text = visible(text)
    for start, end in _lines(text, columns):
        line = Text((indent + text[start:end]).rstrip(" "))
        inside = [(max(a, start) - start, min(b, end) - start, style) for (a, b), style in spans]
        inside = [(a, b, style) for a, b, style in inside if a < b]
        if terminal:
            for a, b, style in inside:
                line.stylize(style, a + len(indent), b + len(indent))
        yield line
        if inside and not terminal:
            yield Text(indent + _carets(text[start:end], inside))


def _lines(text: str, columns: int) -> Iterable[Span]:
    start = 0
    for line in text.split("\n"):
        at, end = start, start + len(line)
        while cell_len(text[at:end]) > columns:
            upto = at + _fits(text[at:end], columns)
            yield at, upto
            at = upto
        yield at, end
        start = end + 1


def _fits(line: str, most_columns: int) -> int:
    """How many characters of a long line to show before going on below, preferably up to a blank."""
    most, columns = 0, 0
    while most < len(line) and (columns := columns + cell_len(line[most])) <= most_columns:
        most += 1
    blank = line.rfind(" ", most // 2, most) + 1
    return blank or max(1, most)


def _carets(line: str, spans: Iterable[tuple[int, int, str]]) -> str:
    marks = [" "] * len(line)
    for a, b, style in spans:
        marks[a:b] = ["~" if style == EXCUSED else "^"] * (b - a)
    return "".join(mark * cell_len(c) for mark, c in zip(marks, line, strict=True)).rstrip()
