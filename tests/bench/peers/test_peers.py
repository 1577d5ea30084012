"""What the comparison with peers says rests on: their settings, the reading and the judgement."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from tests.bench.peers import table
from tests.bench.peers.judge import Outcome, judge
from tests.bench.peers.reading import Reader, Reading, read_stream, read_whole
from tests.bench.peers.run import Measured, PeersResult, Read, check, measure_peers
from tests.bench.peers.starts import HERE, RULES, Peer, nemo_settings
from tests.bench.policy import PATTERNS, PHRASES, redacted
from tests.bench.process import NotRunning
from tests.bench.replies import COUNT, BenchReply, bench_replies
from tests.bench.targets import Target

REPLIES = bench_replies()
HIT = next(reply for reply in REPLIES if not reply.quiet)  # it says an e-mail address
ADDRESS = PATTERNS[0].sample


def test_litellm_is_told_every_rule() -> None:
    """Patterns and words in the benchmark's order, each to be masked."""
    settings = yaml.safe_load((HERE / "litellm.yaml").read_text(encoding="utf-8"))
    told = settings["guardrails"][0]["litellm_params"]

    assert [(p["name"], p["pattern"]) for p in told["patterns"]] == [(r.id, r.pattern) for r in PATTERNS]
    assert [word["keyword"] for word in told["blocked_words"]] == [rule.sample for rule in PHRASES]
    assert {rule["action"] for rule in told["patterns"] + told["blocked_words"]} == {"MASK"}


@pytest.mark.parametrize("stream_first", [True, False])
def test_nemo_is_told_every_rule(stream_first: bool) -> None:
    told = yaml.safe_load(nemo_settings(stream_first=stream_first))["rails"]
    patterns = told["config"]["regex_detection"]["output"]["patterns"]

    assert told["output"]["streaming"]["stream_first"] is stream_first
    assert patterns[:10] == [rule.pattern for rule in PATTERNS]
    assert len(patterns) == len(RULES)


def test_a_pattern_that_nemo_is_told_finds_in_the_replies_what_its_rule_finds() -> None:
    patterns = yaml.safe_load(nemo_settings(stream_first=True))["rails"]["config"]["regex_detection"]
    texts = [reply.text for reply in REPLIES] + [rule.sample.upper() + "s" for rule in RULES]
    texts += [rule.sample for rule in RULES]
    found = [[bool(re.search(pattern, text)) for text in texts] for pattern in patterns["output"]["patterns"]]

    assert found == [[bool(rule.compiled.search(text)) for text in texts] for rule in RULES]


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        (lambda text: redacted(text, RULES), Outcome.RIGHT),
        (lambda text: text, Outcome.LEAKED),
        (lambda text: text[: text.index(ADDRESS) + 6], Outcome.LEAKED_IN_PART),
        (lambda text: text.replace("jo.field", "[redacted]"), Outcome.LEAKED_IN_PART),
        (lambda text: text[: text.index(ADDRESS)], Outcome.WITHHELD),
        (lambda text: "I'm sorry, I can't respond to that.", Outcome.WITHHELD),
    ],
    ids=["masked", "as it was", "cut off too late", "half of it masked", "cut off before", "refused"],
)
def test_what_came_of_a_reply_with_a_match(change: Callable[[str], str], outcome: Outcome) -> None:
    assert judge(HIT.text, change(HIT.text), RULES) is outcome


def test_a_reply_without_a_match_is_changed_when_one_letter_is() -> None:
    assert judge("Press the lamp.", "Press the lamp.", RULES) is Outcome.RIGHT
    assert judge("Press the lamp.", "Press the lamp", RULES) is Outcome.CHANGED


@pytest.mark.parametrize("reply", REPLIES[:3], ids=lambda reply: reply.id)
def test_what_upstream_says_is_read_without_a_fault(reply: BenchReply) -> None:
    assert read_whole(200, reply.whole) == Reading(reply.text)
    assert read_stream(200, b"".join(reply.events)) == Reading(reply.text)


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        (lambda events: events[:-1], ["no [DONE]"]),
        (lambda events: [*events[:-3], events[-1]], ["no finish_reason"]),
        (lambda events: [*events, events[1]], ["an event after [DONE]"]),
        (lambda events: [b"data: {\n\n", *events], ["an event that is no chunk"]),
        (lambda events: [b'data: "x"\n\n', *events], ["an event that is no chunk"]),
        (lambda events: [*events[:9], b'data: {"error": {}}\n\n', events[-1]], ["an error event"]),
        (lambda events: [], ["no finish_reason", "no [DONE]"]),
    ],
    ids=["no end", "no reason", "goes on", "no JSON", "no object", "error", "nothing"],
)
def test_a_stream_that_does_not_keep_to_the_api_has_a_fault(
    change: Callable[[list[bytes]], list[bytes]], faults: list[str]
) -> None:
    assert list(read_stream(200, b"".join(change(HIT.events))).faults) == faults


@pytest.mark.parametrize("body", [b"{}", b"[]", b"no", b'{"choices": [{"message": {"content": null}}]}'])
def test_a_whole_reply_without_text_has_a_fault(body: bytes) -> None:
    assert read_whole(200, body).faults


@pytest.mark.parametrize("read", [read_whole, read_stream])
def test_a_refused_request_is_a_fault(read: Callable[[int, bytes], Reading]) -> None:
    assert read(500, HIT.whole) == Reading("", ("status 500",))


class FakeReader(Reader):
    """Upstream at port 0, given out in turn from *place*; at 1 a peer that says *says*(upstream's text)."""

    def __init__(self, place: int, says: Callable[[str], str], asks: int = 1) -> None:
        self._place, self._says, self._asks = place, says, asks

    def post(self, port: int, way: str) -> tuple[int, bytes, tuple[str, ...]]:
        self._place += 1
        return 200, REPLIES[(self._place - 1) % COUNT].whole, ()

    def ask(self, port: int, way: str) -> Reading:
        said = [read_whole(*self.post(0, way)[:2]).text for _ in range(self._asks)]
        return Reading(self._says(said[-1]), ("a fault",) if way == "stream" else ())


def _checked(reader: Reader, mark: re.Pattern[str] | None = None) -> Measured:
    return check(reader, 0, Target("peer", 1, 0, "1", RULES), Peer("peer", _never_up, mark=mark))


@contextmanager
def _never_up(upstream: int, folder: Path) -> Iterator[Target]:
    raise NotRunning("it says nothing")
    yield


@pytest.mark.parametrize("place", [0, 33, COUNT - 1])
def test_every_reply_is_judged_by_what_upstream_said_wherever_it_is_in_its_turn(place: int) -> None:
    measured = _checked(FakeReader(place, lambda text: text))

    for read in measured.ways.values():
        assert read.outcomes == {Outcome.RIGHT: 63, Outcome.LEAKED: 7}
    assert [(read.faulty, dict(read.faults)) for read in measured.ways.values()] == [
        (0, {}),
        (COUNT, {"a fault": COUNT}),
    ]


def test_a_mark_of_the_peers_own_counts_as_the_benchmarks() -> None:
    own = FakeReader(0, lambda text: redacted(text, RULES).replace("[redacted]", "[EMAIL_REDACTED]"))
    measured = _checked(own, re.compile(r"\[[A-Z]+_REDACTED\]"))

    assert measured.ways["whole"].outcomes == {Outcome.RIGHT: COUNT}


@pytest.mark.parametrize("asks", [2, 3])
def test_a_peer_that_asks_upstream_again_is_not_judged(asks: int) -> None:
    """As one does that tries again."""
    with pytest.raises(NotRunning, match="once for each"):
        _checked(FakeReader(0, lambda text: text, asks=asks))


@pytest.mark.skipif(not (shutil.which("gcc") or shutil.which("cc")), reason="no C compiler")
def test_a_peer_that_cannot_be_had_is_left_out_with_the_reason(tmp_path: Path) -> None:
    result = measure_peers([Peer("peer", _never_up)], rounds=1, seconds=0.1, folder=tmp_path)

    assert (result.peers, result.left_out) == ([], {"peer": "it says nothing"})
    assert table.notes(result) == ["left out: peer: it says nothing"]
    assert not result.right("peer")


def _result() -> PeersResult:
    whole = Read(Counter({Outcome.RIGHT: COUNT}), cpu_seconds=[0.1, 0.3])
    streams = Read(Counter({Outcome.RIGHT: 63, Outcome.LEAKED: 7}), Counter({"no [DONE]": 2}), 2)
    return PeersResult(2, 1.0, [Measured("peer", "1.2", {"whole": whole, "stream": streams})])


def test_the_table_has_a_row_for_each_way_and_the_notes_what_it_cannot_say() -> None:
    result = _result()
    result.peers[0].ways["whole"].failed = 3

    assert table.rows(result) == [
        ("peer", "1.2", "whole", "0.2", "70", "0", "0", "0", "0", "0"),
        ("peer", "1.2", "stream", "", "63", "7", "0", "0", "0", "2"),
    ]
    assert table.notes(result) == ["peer, whole: 3 failed under load", "peer, stream: no [DONE] (2)"]


def test_json_has_every_sample_and_every_count() -> None:
    whole, stream = json.loads(json.dumps(table.as_json(_result())))["peers"]

    assert (whole["asked"], whole["cpu_seconds_per_1000"]) == ("whole", [0.1, 0.3])
    assert (stream["outcomes"]["leaked"], stream["outcomes"]["changed"]) == (7, 0)
    assert stream["faults"] == {"no [DONE]": 2}


def test_a_peer_is_right_when_each_of_its_replies_was() -> None:
    result = _result()
    assert not result.right("peer")

    result.peers[0].ways["stream"] = Read(Counter({Outcome.RIGHT: COUNT}))
    assert result.right("peer")

    result.peers[0].ways["stream"].failed = 1
    assert not result.right("peer")
