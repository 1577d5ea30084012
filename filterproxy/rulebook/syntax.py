"""Text that is not YAML: what the parser says, in an author's words."""

from __future__ import annotations

import yaml

from filterproxy.rulebook.lines import LINE_BREAK, Source
from filterproxy.rulebook.problem import Problem

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
    "expected ',' or": (
        "a bracket that does not end, or a comma that is missing",
        "YAML cannot say where the list or mapping ends",
        "separate the members with commas and close the bracket",
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
    # The end of the file says nothing; where the quotation began does.
    at_end = "end of stream" in said and marked.context_mark is not None
    mark = marked.context_mark if at_end or marked.problem_mark is None else marked.problem_mark
    line, column = (mark.line, mark.column) if mark is not None else (0, 0)
    otherwise = (
        "this is not YAML" + (f" ({said})" if said else ""),
        "nothing in the file can be trusted until it can be read",
        "look at the quotation marks, brackets and indentation here and in the line above",
    )
    what, why, fix = next((words for key, words in _SYNTAX.items() if key in said), otherwise)
    return Problem(source.place(line, column, 1), "FP006", what, why, fix)


def _control_character(source: Source, text: str, position: int) -> Problem:
    before = LINE_BREAK.split(text[:position])
    return Problem(
        source.place(len(before) - 1, len(before[-1]), 1),
        "FP006",
        f"a control character (U+{ord(text[position]):04X})",
        "YAML does not allow it, and nobody can see it",
        'take it out, or write it as an escape inside double quotes ("\\u0007")',
    )
