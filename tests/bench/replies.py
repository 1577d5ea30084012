"""
The upstream's 70 replies: about 1 060 bytes of text each, one in ten with something that the rules hit.

Made by program from the words below; the same on every run.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from pathlib import Path

from tests.bench.policy import PATTERNS, PHRASES

COUNT = 70
# Which replies (every tenth) say what: three of the patterns, the e-mail among them, and four phrases.
_SAID = (PATTERNS[0], PHRASES[3], PATTERNS[3], PHRASES[17], PATTERNS[6], PHRASES[28], PHRASES[41])
_SENTENCES = range(9, 15)
_WORDS_OF_A_SENTENCE = range(9, 20)
_CREATED = 1_700_000_000

_VOCABULARY = """
the the the the a a an and and or but if when while because so your your our their this that these every
is are was will can could should would may has have need want take give make keep find send check open
close start change use look ask wait help choose add follow contains includes means works arrives
account order delivery parcel question answer page menu button screen device cable battery lamp shade
switch socket store team customer product service message folder window form field number address letter
warehouse courier shipment package label return exchange repair warranty receipt invoice payment
discount offer refund price upgrade advice approval rate plan size colour model version update setting
option feature problem reason detail example step section list note summary schedule morning evening
weekend month year day week hour minute moment
small large bright warm simple quick careful helpful ready recent different available possible useful
full free secret instant important separate complete original usual local
quickly usually often always never sometimes already again together first next then also only just
in on at by for with from into about after before under between without through during
"""
_WORDS = _VOCABULARY.split()

# About how a tokenizer cuts English: a blank belongs to the word after it.
_TOKEN = re.compile(r"\s*\w{1,10}|\s*[^\w\s]+|\s+")


@dataclass(frozen=True, slots=True)
class BenchReply:
    """One reply. id is in every event, so that a reader knows which one it reads."""

    id: str
    text: str
    quiet: bool

    @property
    def whole(self) -> bytes:
        message = {"role": "assistant", "content": self.text, "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        body = self._envelope("chat.completion")
        return _json({**body, "choices": [choice], "usage": self._usage})

    @property
    def events(self) -> list[bytes]:
        """Role, pieces of text, finish, usage, [DONE]."""
        first: dict[str, object] = {"role": "assistant", "content": "", "refusal": None}
        deltas = [first, *({"content": piece} for piece in _TOKEN.findall(self.text)), {}]
        chunks = [self._chunk(delta, i == len(deltas) - 1) for i, delta in enumerate(deltas)]
        last = {**self._envelope("chat.completion.chunk"), "choices": [], "usage": self._usage}
        return [b"data: " + data + b"\n\n" for data in (*chunks, _json(last), b"[DONE]")]

    @property
    def _usage(self) -> dict[str, int]:
        said = len(_TOKEN.findall(self.text))
        return {"prompt_tokens": 60, "completion_tokens": said, "total_tokens": 60 + said}

    def _chunk(self, delta: dict[str, object], last: bool) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": "stop" if last else None}
        return _json({**self._envelope("chat.completion.chunk"), "choices": [choice]})

    def _envelope(self, kind: str) -> dict[str, object]:
        fixed = {"model": "bench", "system_fingerprint": "fp_bench"}
        return {"id": self.id, "object": kind, "created": _CREATED, **fixed}


def bench_replies() -> tuple[BenchReply, ...]:
    """All replies, in the order in which the upstream gives them out."""
    chance = random.Random(7)
    return tuple(_reply(i, chance) for i in range(COUNT))


def _reply(i: int, chance: random.Random) -> BenchReply:
    sentences = [_sentence(chance) for _ in range(chance.choice(_SENTENCES))]
    quiet = i % 10 != 5
    if not quiet:
        said = _SAID[i // 10].sample
        sentences.insert(chance.randrange(1, len(sentences)), f"Please note {said} for this case.")
    sentences.insert(len(sentences) // 2, "\n\n")
    return BenchReply(f"chatcmpl-bench{i:02}", " ".join(sentences).replace(" \n\n ", "\n\n"), quiet)


def _sentence(chance: random.Random) -> str:
    words = [chance.choice(_WORDS) for _ in range(chance.choice(_WORDS_OF_A_SENTENCE))]
    words[len(words) // 2] += chance.choice(("", "", ",", ",", " \u2013"))
    return " ".join(words).capitalize() + chance.choice(".....!?")


def write_replies(folder: Path) -> Path:
    """The file that the mock reads; mock.c describes it."""
    path = folder / "replies.bin"
    path.write_bytes(b"".join(map(_as_mock_reads_it, bench_replies())))
    return path


def _as_mock_reads_it(reply: BenchReply) -> bytes:
    whole, events = reply.whole, reply.events
    head = b"%d %d %d\n" % (reply.quiet, len(whole), len(events))
    return head + whole + b"".join(b"%d\n%s" % (len(event), event) for event in events)


def write_request(folder: Path, *, stream: bool) -> Path:
    """The body of every request."""
    messages = [
        {"role": "system", "content": "You answer the customers of a shop for desk lamps. Be brief."},
        {"role": "user", "content": "My parcel came without the shade. What can I do about it?"},
    ]
    body: dict[str, object] = {"model": "bench", "messages": messages, "stream": stream}
    if stream:
        body["stream_options"] = {"include_usage": True}
    path = folder / f"request-{'stream' if stream else 'whole'}.json"
    path.write_bytes(_json(body))
    return path


def text_of(body: bytes) -> tuple[str, str]:
    """The reply's id and text, whole or streamed, as a client reads it."""
    if body.startswith(b"{"):
        reply = json.loads(body)
        return reply["id"], reply["choices"][0]["message"]["content"]
    lines = [line.removeprefix(b"data:") for line in body.split(b"\n") if line.startswith(b"data:")]
    chunks = [json.loads(line) for line in lines if line.strip() != b"[DONE]"]
    deltas = (choice["delta"] for chunk in chunks for choice in chunk["choices"])
    return chunks[0]["id"], "".join(delta.get("content") or "" for delta in deltas)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
