"""What logs have of replies that went through the proxy."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from filterproxy.config import LogConfig
from filterproxy.record.watchers import watchers_of
from tests.proxy.fake_upstream import (
    CHAT,
    DONE,
    END,
    STREAM,
    Message,
    Step,
    chunk,
    completion,
    delta,
    post,
    proxied,
    reply,
)
from tests.record.exchanges import Tally, books, everything, lines, redacting

RULES = [redacting()]
ASKED = json.dumps({"model": "m", "messages": [{"role": "user", "content": "Is sk-mine my key?"}]}).encode()


def exchanged(folder: Path, script: Sequence[Step], text: str = "sample") -> Message:
    """The answer to one request, of which everything is logged to *folder*."""
    given = LogConfig(str(folder), text, 1.0, key="k")
    logs = watchers_of(given, given, books(*RULES, hash="0" * 16), Tally(), 0)

    async def ask() -> Message:
        async with proxied(script, rules=RULES, watchers=logs) as proxy:
            answer = await proxy.ask(post(CHAT, ASKED))
            await proxy.settled()
            return answer

    try:
        return asyncio.run(asyncio.wait_for(ask(), 20))
    finally:
        for log in logs:
            log.end()


WHOLE: list[Step] = [reply(completion("It is sk-yours."))]
STREAMED: list[Step] = [
    STREAM + b"".join(map(chunk, (delta("It is s"), delta("k-you"), delta("rs.", "stop"), DONE))) + END
]


@pytest.mark.parametrize("script", [WHOLE, STREAMED])
def test_both_logs_have_what_upstream_sent_without_what_a_rule_redacts(
    tmp_path: Path, script: list[Step]
) -> None:
    answer = exchanged(tmp_path, script)
    decision, recording = lines(tmp_path, "decisions")[0], lines(tmp_path, "recordings")[0]

    assert b"It is [key]." in answer.body or b"[key]" in answer.body
    assert answer.headers["x-filterproxy-decision-id"] == decision["id"] == recording["id"]
    assert ["It is [key]."] == [text["text"] for text in decision["texts"]]
    assert decision["texts"] == recording["reply"]
    assert [(6, 14, "redact")] == [(hit["start"], hit["end"], hit["action"]) for hit in decision["hits"]]
    assert ["Is [key] my key?"] == [turn["text"] for turn in recording["request"]["turns"]]
    assert (200, "edit", 1) == (decision["status"], decision["outcome"], decision["tries"])
    assert not any(secret in everything(tmp_path) for secret in (b"sk-mine", b"sk-yours"))


def test_without_text_nothing_of_it_is_kept(tmp_path: Path) -> None:
    exchanged(tmp_path, WHOLE, "off")
    decision: dict[str, Any] = lines(tmp_path, "decisions")[0]

    assert not {"texts", "request"} & decision.keys()
