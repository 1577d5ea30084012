"""The verb `service`: what another server says about a text. The shell asks it (proxy.asking)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson

from filterproxy.core.asking import Answer, Asker, asked, first, read_spans
from filterproxy.core.request import Request
from filterproxy.core.rule import Span
from filterproxy.core.shape import Shape

# More than any text has that is worth an answer.
_MOST_MATCHES = 1_000


@dataclass(frozen=True, slots=True)
class Service:
    """
    Find what a classifier of your own says: it is asked over HTTP about every text.

    Options:
        url: where it is asked, `http://` or `https://`, without a query. Redirects are not followed.
        timeout: milliseconds until an answer counts as none (default 300).
        over: the score that an answer must exceed to count; without it `flagged` decides.
        question: whether the user's last question is sent along (default false).
        limit: the longest text that is sent, in code points (default 20000); one that is longer is not
            judged.

    **What leaves:** `POST` with `{"text": ..., "channel": "content", "rule": "id"}`, and `"question"` if it
    is wanted. The text is the whole of it, or by `scope` each sentence or line, as the rules before left it;
    where they put something of the operator's, what stands before and behind it is asked about by itself.
    Nothing else of the request is sent. To ask less, put a cheap member first: `all: [{phrases: [refund]},
    {service: {...}}]` asks only about texts that the first finds something in.

    **What is expected:** status 200 and `{"matches": [{"start": 0, "end": 5}]}` (code points of the text), or
    `{"flagged": true}` or `{"score": 0.93}`, for which the whole text is the match. One text is asked about
    once per reply, whichever rules want to know.

    An answer that is late, unreadable or missing is never a verdict: `on_error` decides. After 5 failures
    within 30 s the service is left alone for 10 s. A rule that enforces holds the whole reply until the
    answer is there; with `mode: shadow` or `flag` it holds nothing, and is judged when the reply has gone.
    `filterproxy test` and `try` do not ask: they say what was not run.

    Hit:   `service: {url: 'http://127.0.0.1:9000/judge', over: 0.8}`  on  "a text with the score 0.9"
    Pass:  `service: {url: 'http://127.0.0.1:9000/judge', over: 0.8}`  on  "a text with the score 0.8"
    """

    url: str
    timeout: int = 300
    over: float | None = None
    question: bool = False
    limit: int = 20_000
    shape: Shape | None = field(default=None, init=False, repr=False, compare=False)
    gate: tuple[str, ...] | None = field(default=None, init=False, repr=False, compare=False)
    kind: str = field(default="service", init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            named = bool(parts.hostname) and parts.port != 0
        except ValueError:
            named = False
            parts = urlsplit("")
        if not named or parts.scheme not in ("http", "https"):
            raise ValueError("a service is asked at http://host:port/path, or https://")
        if parts.query or parts.fragment or "?" in self.url:
            raise ValueError("the URL of a service has no query: what is asked goes in the body")
        if parts.username is not None:
            raise ValueError("the URL of a service holds no user name or password")
        if not self.url.isascii() or any(c <= " " for c in self.url):
            raise ValueError("the URL of a service holds only letters that a URL can have")

    @property
    def askers(self) -> tuple[Asker, ...]:
        return (self,)

    def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
        said = text[slice(*unit)]
        if pos >= unit[1] or not said.strip():
            return None
        return first(asked(self, said, request), pos, unit)

    def body(self, text: str, channel: str, rule: str, request: Request) -> bytes:
        """What is sent."""
        asks = {"text": text, "channel": channel, "rule": rule}
        if self.question:
            asks["question"] = request.question
        # Half a character is nothing that JSON's readers agree on.
        return orjson.dumps({key: said.encode("utf-8", "replace").decode() for key, said in asks.items()})

    def read(self, body: bytes, length: int) -> Answer:
        """What was said about a text of *length* code points. Raises ValueError for no such answer."""
        value = orjson.loads(body)
        if not isinstance(value, dict):
            raise ValueError("the answer is no object")
        if "matches" in value:
            return _matches(value["matches"], length)
        return ((0, length, ""),) if self._is_hit(value) else ()

    def _is_hit(self, value: dict[str, Any]) -> bool:
        if self.over is None:
            if not isinstance(value.get("flagged"), bool):
                raise ValueError("the answer has neither `matches` nor `flagged`")
            return bool(value["flagged"])
        score = value.get("score")
        if isinstance(score, bool) or not isinstance(score, int | float) or not math.isfinite(score):
            raise ValueError("the answer has neither `matches` nor a `score`")
        return score > self.over


def _matches(listed: Any, length: int) -> Answer:
    if not isinstance(listed, list) or len(listed) > _MOST_MATCHES:
        raise ValueError(f"`matches` is no list of at most {_MOST_MATCHES} matches")
    if not all(isinstance(match, dict) for match in listed):
        raise ValueError("a match is no object")
    return read_spans(((match.get("start"), match.get("end")) for match in listed), length)
