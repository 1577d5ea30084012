"""The `when` of a rule: which replies it is for, told by the request alone."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from filterproxy.core.request import Request
from filterproxy.core.rule import Detector, Timeout
from filterproxy.language import request_language


@dataclass(frozen=True, slots=True)
class When:
    """
    Whether every key that was given holds; one of a key's values is enough.

    headers: by name in small letters. languages: primary tags ("en"), empty for any.
    """

    model: re.Pattern[str] | None = None
    route: re.Pattern[str] | None = None
    headers: tuple[tuple[str, re.Pattern[str]], ...] = ()
    languages: frozenset[str] = frozenset()
    asked: Callable[[Request], bool] | None = None

    def __call__(self, request: Request) -> bool:
        return (
            (self.model is None or self.model.match(request.model) is not None)
            and (self.route is None or self.route.match(request.route) is not None)
            and all(_header_fits(request.headers, name, glob) for name, glob in self.headers)
            and (not self.languages or primary(request_language(request)) in self.languages)
            and (self.asked is None or self.asked(request))
        )


@dataclass(frozen=True, slots=True)
class AskedMatch:
    """
    Whether the last question, taken as one unit, has a match.

    A question that takes too long to search counts as one that has: so the rule judges the reply, rather than
    let it pass unread.
    """

    detector: Detector

    def __call__(self, request: Request) -> bool:
        question = request.question
        try:
            return self.detector.find(question, 0, (0, len(question)), request) is not None
        except Timeout:
            return True


@dataclass(frozen=True, slots=True)
class AskedAbout:
    """Whether the last question asks for a kind of fact."""

    asks: Callable[[str], bool]

    def __call__(self, request: Request) -> bool:
        return self.asks(request.question)


def globs(patterns: Sequence[str]) -> re.Pattern[str]:
    """One pattern for any of the globs; letters count as they are written."""
    return re.compile("|".join(fnmatch.translate(pattern) for pattern in patterns))


def primary(language: str) -> str:
    """The language of a tag, without script or country: "en" for "en-GB"."""
    return re.split("[-_]", language, maxsplit=1)[0].lower()


def _header_fits(headers: Mapping[str, str], name: str, glob: re.Pattern[str]) -> bool:
    return any(key.lower() == name and glob.match(value) is not None for key, value in headers.items())
