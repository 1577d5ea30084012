"""What the proxy's own logs hold is read as exchanges."""

from __future__ import annotations

from pathlib import Path

from filterproxy.config import LogConfig
from filterproxy.core.request import Turn
from filterproxy.corpus.exchange import Exchange
from filterproxy.corpus.read import read
from filterproxy.corpus.skipped import Skipped
from tests.record.exchanges import CONTENT, exchange, hit, logging_to, redacting, told
from tests.replay.books import line_of, said, write_lines

TURNS = (Turn("system", "Be kind."), Turn("user", "My key is sk-1, and yours?"))


def split(folder: Path) -> tuple[list[Exchange], list[Skipped]]:
    items = list(read([folder]))
    found = [item for item in items if isinstance(item, Exchange)]
    return found, [item for item in items if isinstance(item, Skipped)]


def test_recordings_are_exchanges_as_they_are_stored(tmp_path: Path) -> None:
    """Redacted, and so is what is replayed."""
    with logging_to(None, LogConfig(str(tmp_path), sample=1.0), [redacting()]) as logs:
        told(logs, exchange("a", {CONTENT: ["Mine is ", "sk-2."]}, turns=TURNS, model="m"))
    (found,), skipped = split(tmp_path)

    assert ([], "a", "m", "default") == (skipped, found.id, found.model, found.route)
    assert ((CONTENT, "Mine is [key]."),) == found.texts
    assert {CONTENT: [(8, 13)]} == found.own
    assert ("Be kind.", "My key is [key], and yours?") == tuple(turn.text for turn in found.turns)


def test_of_decisions_those_whose_text_was_sampled_are_exchanges(tmp_path: Path) -> None:
    with logging_to(LogConfig(str(tmp_path), text="sample", sample=0.5), None, [redacting()]) as logs:
        decisions = [exchange(f"id-{n}", {CONTENT: ["Hi."]}, hits=[hit()], turns=TURNS) for n in range(20)]
        told(logs, *decisions)
    found, skipped = split(tmp_path)

    assert (20, {"its text was not sampled"}) == (len(found) + len(skipped), {skip.cause for skip in skipped})
    assert 0 < len(found) < 20


def test_redactions_that_no_text_can_have_are_named_as_such(tmp_path: Path) -> None:
    wrong = ([[0, 4, 99]], [[4, 6, 1], [0, 2, 1]], [[0, 1]], {"a": 1}, [[0, "1", 2]])
    lines = [line_of(said("Ask [x] now")) for _ in wrong]
    for line, redactions in zip(lines, wrong, strict=True):
        line["reply"][0]["redactions"] = redactions
    write_lines(tmp_path / "recordings.jsonl", lines)
    found, skipped = split(tmp_path)

    assert [] == found
    assert ["the redactions of its reply are not as they are written"] * len(wrong) == [
        s.why for s in skipped
    ]
