"""Text that is not YAML: what the parser says, in an author's words."""

from __future__ import annotations

import re
from typing import Any

import yaml

from filterproxy.rulebook.lines import LINE_BREAK, Source
from filterproxy.rulebook.problem import Place, Problem

# What PyYAML says, in an author's words: what, why, fix. The first that stands in its message is taken.
_SYNTAX = {
    r"found character '\t'": (
        "a tab where YAML wants spaces",
        "a tab has no fixed width, so nobody can say what belongs to what",
        "indent with spaces, two for each level",
    ),
    "found unknown escape character": (
        "a backslash that means nothing inside double quotes",
        "in double quotes YAML reads the backslash itself, so a pattern never gets it",
        "put the text into single quotes: '\\d+'",
    ),
    "mapping values are not allowed": (
        'a ": " where no key can stand',
        "YAML takes what stands before it for a key",
        "put the whole text into quotes, or indent the line as its neighbours are",
    ),
    "found unexpected end of stream": (
        "a quotation that does not end",
        "everything below would be part of it",
        "close the quotation marks; inside single quotes write '' for one '",
    ),
    "could not find expected ':'": (
        'a line that is neither "key: value" nor "- item"',
        "YAML cannot say what it belongs to",
        "write a colon and a space after the key, or indent the line to belong to the text above",
    ),
    "expected <block end>": (
        "a line that does not fit with those above it",
        "YAML reads the indentation: what belongs together begins in the same column",
        "indent the line as its neighbours are; text that begins with a quotation must be quoted as a whole",
    ),
    "that cannot start any token": (
        "a character that YAML keeps for itself",
        "text without quotes cannot begin with it",
        "put the text into quotes",
    ),
    "expected alphabetic or numeric character": (
        "a * or & where YAML wants a name",
        "without quotes, * and & begin an alias or an anchor",
        "put the text into quotes",
    ),
}


# What the parser notices only after it is over.
_SEEN_LATE = ("found unexpected end of stream", "could not find expected ':'")
_WANTED = re.compile(r"expected ',' or '(?P<close>[\]}])', but got '(?P<got>.+)'")
_KEY_WITHOUT_BLANK = re.compile(r"\s*(?:-\s*)?[\w.-]+:\S.*")


def syntax_problem(source: Source, text: str) -> Problem:
    """
    What the slower parser says about *text*: it is the one with the better messages, and the same on
    machines without libyaml.
    """
    error: yaml.YAMLError = yaml.YAMLError()
    try:
        for _ in yaml.parse(text, Loader=yaml.SafeLoader):
            pass
    except yaml.YAMLError as raised:
        error = raised
    if isinstance(error, yaml.reader.ReaderError):
        return _control_character(source, text, error.position)
    marked = error if isinstance(error, yaml.MarkedYAMLError) else yaml.MarkedYAMLError()
    said = marked.problem or ""
    # The end of the file says nothing, nor does the line below: where it began does.
    at_end = said.startswith(_SEEN_LATE) and marked.context_mark is not None
    mark = marked.context_mark if at_end or marked.problem_mark is None else marked.problem_mark
    line, column = (mark.line, mark.column) if mark is not None else (0, 0)
    if (problem := _closer(source, said, marked.context_mark, line, column)) is not None:
        return problem
    otherwise = (
        "this is not YAML" + (f" ({said})" if said else ""),
        "nothing in the file can be trusted until it can be read",
        "look at the quotation marks, brackets and indentation here and in the line above",
    )
    what, why, fix = next((words for key, words in _SYNTAX.items() if key in said), otherwise)
    return Problem(source.place(line, column, 1), "FP006", what, why, fix)


def _closer(source: Source, said: str, began: Any, line: int, column: int) -> Problem | None:
    """A problem that is told better from the author's own text than from where the parser stopped."""
    if (wanted := _WANTED.match(said)) is not None and began is not None:
        return _bracket(source, wanted["close"], wanted["got"], began, line, column)
    before = source.lines[line][:column].rstrip() if line < len(source.lines) else ""
    if said.startswith("expected <block end>") and before[-1:] in "'\"]}" and before:
        return _text_behind(source.place(line, column, 1), before[-1])
    if said.startswith("mapping values") and before.strip().isidentifier() and line:
        return _key_without_blank(source, line - 1)
    return None


def _bracket(source: Source, close: str, got: str, began: Any, line: int, column: int) -> Problem:
    opened = source.place(began.line, began.column, 1)
    if got in ("]", "}"):
        place, what = source.place(line, column, 1), f"{got} where {close} or a comma is wanted"
        fix = "close each bracket with its own kind, the last one first"
        label = f"opened in line {opened.line}, column {opened.column}"
    elif line != began.line:
        place, label = opened, ""
        what = f"a bracket that does not end, or a comma that is missing before line {line + 1}"
        fix = "close it; a # behind a blank begins a comment, so put text with one into quotes"
    else:
        place, what, label = source.place(line, column, 1), "a comma or a bracket is missing before this", ""
        fix = "separate the members with commas; put text with brackets, braces or commas into quotes"
    why = "YAML cannot say where the list or mapping ends"
    return Problem(place, "FP006", what, why, fix, label)


def _text_behind(place: Place, sign: str) -> Problem:
    quote = sign in "'\""
    twice = (
        " inside single quotes write '' for one '"
        if sign == "'"
        else ' inside double quotes write \\" for one "'
    )
    return Problem(
        place,
        "FP006",
        "text behind a closing quotation mark" if quote else "text behind a closing bracket",
        "what begins with a quotation mark ends with it"
        if quote
        else "what begins with a bracket ends with it",
        f"put all of the text into quotes;{twice}" if quote else "put all of the text into single quotes",
    )


def _key_without_blank(source: Source, above: int) -> Problem | None:
    written = source.lines[above]
    if _KEY_WITHOUT_BLANK.fullmatch(written) is None:
        dash = written.lstrip()
        if not dash.startswith("-") or dash.startswith(("- ", "--")):
            return None
        place, what = source.place(above, len(written) - len(dash), 1), "a dash without a blank behind it"
        return Problem(place, "FP006", what, _ONE_TEXT, "write a blank after the dash")
    colon = written.index(":")
    what = "a colon without a blank behind it"
    fix = "write a blank after the colon of a key"
    return Problem(source.place(above, colon, 1), "FP006", what, _ONE_TEXT, fix)


_ONE_TEXT = "YAML takes the line for one text, and cannot say what the line below belongs to"


def _control_character(source: Source, text: str, position: int) -> Problem:
    before = LINE_BREAK.split(text[:position])
    return Problem(
        source.place(len(before) - 1, len(before[-1]), 1),
        "FP006",
        f"a control character (U+{ord(text[position]):04X})",
        "YAML does not allow it, and nobody can see it",
        f'take it out, or write it as an escape inside double quotes ("\\u{ord(text[position]):04X}")',
    )
