"""A page as a browser's parser sees it, near enough: elements, attributes, text."""

from __future__ import annotations

from html.parser import HTMLParser


class Reader(HTMLParser):
    """tags: every element begun, in order, with its attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.begun: list[tuple[str, dict[str, str]]] = []
        self._texts: list[tuple[bool, str]] = []
        self._marks = 0

    @classmethod
    def of(cls, page: str) -> Reader:
        reader = cls()
        reader.feed(page)
        reader.close()
        return reader

    @property
    def tags(self) -> list[str]:
        return [tag for tag, _ in self.begun]

    def attributes(self, tag: str) -> dict[str, str]:
        """Of the first such element."""
        return next(attributes for name, attributes in self.begun if name == tag)

    def text(self, *, without_marks: bool = False) -> str:
        """All text. without_marks: without the numbers of letters that are not seen."""
        return "".join(text for is_mark, text in self._texts if not (is_mark and without_marks))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.begun.append((tag, given))
        self._marks += given.get("class") == "odd"

    def handle_endtag(self, tag: str) -> None:
        self._marks -= self._marks and tag == "span"

    def handle_data(self, data: str) -> None:
        self._texts.append((bool(self._marks), data))
