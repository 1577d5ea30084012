"""A file's lines, and places in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from filterproxy.rulebook.problem import Place

# What YAML takes for a line break.
LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Source:
    """A file's name as the author gave it, and its lines."""

    file: str
    lines: tuple[str, ...]

    @staticmethod
    def of(file: str, text: str) -> Source:
        return Source(file, tuple(LINE_BREAK.split(text)))

    def place(self, line: int, column: int, length: int) -> Place:
        """line and column count from 0, as YAML marks do."""
        text = self.lines[line] if line < len(self.lines) else ""
        return Place(self.file, line + 1, column + 1, max(1, length), text)

    def between(self, start: Any, end: Any) -> Place:
        """From one mark of PyYAML to another; to the end of the line where that is further down."""
        if end.line == start.line:
            return self.place(start.line, start.column, end.column - start.column)
        line = self.lines[start.line] if start.line < len(self.lines) else ""
        return self.place(start.line, start.column, len(line.rstrip()) - start.column)
