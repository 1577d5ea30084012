"""Files of exchanges: every shape, and every kind of bad input."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from filterproxy.core.request import Turn
from filterproxy.core.verdict import Channel
from filterproxy.corpus.exchange import Exchange
from filterproxy.corpus.read import read
from filterproxy.corpus.skipped import NAMED, Skipped, Skips
from filterproxy.corpus.sources import corpus_of
from tests.replay.books import line_of, many, said, write_lines, write_recordings

CONTENT = Channel(0, "content")
GOOD = {"messages": [{"role": "user", "content": "Hi?"}, {"role": "assistant", "content": "Hello."}]}


def found(*paths: Path, **given: Any) -> tuple[list[Exchange], list[Skipped]]:
    items = list(read(paths, **given))
    exchanges = [item for item in items if isinstance(item, Exchange)]
    return exchanges, [item for item in items if isinstance(item, Skipped)]


def counts(path: Path) -> tuple[int, int]:
    """How many exchanges of a file are read, and how much of it is not."""
    exchanges, skipped = found(path)
    return len(exchanges), len(skipped)


def one(path: Path, *lines: Any) -> Exchange:
    exchanges, skipped = found(write_lines(path / "x.jsonl", lines))
    assert ([], 1) == (skipped, len(exchanges))
    return exchanges[0]


def why(path: Path, line: Any) -> str:
    """Why a line is skipped; the good one after it must be read."""
    exchanges, skipped = found(write_lines(path / "x.jsonl", [line, GOOD]))
    assert ([(1, str(path / "x.jsonl"))], [2]) == (
        [(s.line, s.file) for s in skipped],
        [e.line for e in exchanges],
    )
    return skipped[0].why


def test_a_recording_is_read_as_it_was_written(tmp_path: Path) -> None:
    exchange = said(
        "Hello ☺", id="a1", time="2026-01-31T08:00:00.000Z", model="m", route="r", stream=True, json=True
    )
    read_again = one(tmp_path, line_of(exchange))

    assert (exchange.hash, "a1", "m", "r", True, True, True) == (
        read_again.hash, read_again.id, read_again.model, read_again.route,
        read_again.stream, read_again.json, read_again.complete,
    )  # fmt: skip
    assert (exchange.time, exchange.turns, exchange.texts) == (
        read_again.time, read_again.turns, read_again.texts,
    )  # fmt: skip


def test_a_decision_whose_text_was_sampled_is_an_exchange(tmp_path: Path) -> None:
    line = line_of(said("Hello."))
    line |= {"log": "decisions", "texts": line.pop("reply"), "hits": []}

    assert ((CONTENT, "Hello."),) == one(tmp_path, line).texts


def test_of_several_attempts_the_first_is_replayed_and_the_others_are_listed(tmp_path: Path) -> None:
    line = line_of(said("First."))
    line["reply"].append({"attempt": 1, "choice": 0, "kind": "content", "part": 0, "text": "Second."})
    exchanges, skipped = found(write_lines(tmp_path / "x.jsonl", [line]))

    assert [((CONTENT, "First."),)] == [exchange.texts for exchange in exchanges]
    assert ["holds more than one reply, since a rule asked again"] == [skip.cause for skip in skipped]


def test_the_last_assistant_message_is_the_reply(tmp_path: Path) -> None:
    exchange = one(
        tmp_path, GOOD | {"model": "m", "stream": True, "response_format": {"type": "json_object"}}
    )

    assert ((Turn("user", "Hi?"),), ((CONTENT, "Hello."),)) == (exchange.turns, exchange.texts)
    assert ("m", True, True) == (exchange.model, exchange.stream, exchange.json)


@pytest.mark.parametrize(
    "reply",
    [
        "Hello.",
        {"role": "assistant", "content": "Hello."},
        {"role": "assistant", "content": [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo."}]},
        {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello."}}]},
        [{"text": "Hello."}],
    ],
)
def test_a_reply_beside_the_messages_may_have_any_form(tmp_path: Path, reply: object) -> None:
    exchange = one(tmp_path, {"messages": GOOD["messages"][:1], "reply": reply})

    assert ((CONTENT, "Hello."),) == exchange.texts


def test_refusals_reasoning_and_arguments_have_channels_of_their_own(tmp_path: Path) -> None:
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    message = {"role": "assistant", "content": None, "refusal": "No.", "reasoning_content": "Hm.",
               "tool_calls": [call, call]}  # fmt: skip
    exchange = one(tmp_path, {"messages": [message]})

    assert {
        Channel(0, "refusal"): "No.",
        Channel(0, "reasoning"): "Hm.",
        Channel(0, "arguments", 0): "{}",
        Channel(0, "arguments", 1): "{}",
    } == dict(exchange.texts)


def test_sharegpt_is_read(tmp_path: Path) -> None:
    turns = [
        ("system", "Be kind."),
        ("human", "Hi?"),
        ("gpt", "Hello."),
        ("observation", "9"),
        ("gpt", "Nine."),
    ]
    exchange = one(tmp_path, {"id": "q", "conversations": [{"from": f, "value": v} for f, v in turns]})

    assert ("system", "user", "assistant", "tool") == tuple(turn.role for turn in exchange.turns)
    assert (((CONTENT, "Nine."),), "q") == (exchange.texts, exchange.id)


def test_mixed_shapes_stand_side_by_side(tmp_path: Path) -> None:
    share = {"conversations": [{"from": "human", "value": "Hi?"}, {"from": "gpt", "value": "Hello."}]}
    path = write_lines(tmp_path / "x.jsonl", [GOOD, share, line_of(said("Hello.", "Hi?"))])
    exchanges, skipped = found(path)

    assert (1, []) == (len({exchange.hash for exchange in exchanges}), skipped)


def test_what_stands_in_texts_stays_as_it_is(tmp_path: Path) -> None:
    """NUL, controls, what looks like markup: a text is a text."""
    text = "a\x00b\u2028c\x1b[0m</script>"

    assert ((CONTENT, text),) == one(tmp_path, line_of(said(text))).texts


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        (b'{"messages": [\n', "is no JSON"),
        (b"\x00\x00\x00\x00\n", "is no JSON"),
        ('{"messages": "é"}\n'.encode("latin-1"), "is not UTF-8"),
        (b"[1, 2]\n", "is no JSON object"),
        (b'"text"\n', "is no JSON object"),
        ({"v": 2, **GOOD}, "is of a version other than 1 to 1"),
        ({"v": "1", **GOOD}, "is of a version other than 1 to 1"),
        ({"text": "Hi"}, "has neither `request`, nor `messages`, nor `conversations`"),
        ({"log": "decisions", "hits": []}, "its text was not sampled"),
        ({"messages": "Hi"}, "`messages` is not a list"),
        ({"messages": ["Hi"]}, "a member of `messages` is not an object"),
        ({"messages": [{"content": "Hi"}]}, "a message has no `role`"),
        ({"messages": []}, "has no reply"),
        ({"messages": [{"role": "user", "content": "Hi"}]}, "has no reply"),
        ({"messages": [{"role": "assistant", "content": None}]}, "its reply has no text"),
        ({"messages": [{"role": "assistant", "content": 5}]}, "its reply cannot be read"),
        ({"messages": [{"role": "assistant", "content": [5]}]}, "a part of its reply has no text"),
        ({"messages": [], "reply": 5}, "its reply is neither a text, nor a message, nor a list of texts"),
        ({"messages": [], "reply": {"choices": 5}}, "its reply cannot be read"),
        ({"conversations": [{"from": "human", "value": "Hi"}]}, "has no reply"),
        ({"conversations": [{"from": "nobody", "value": "Hi"}]}, "a turn's `from` is nobody who is known"),
        ({"conversations": [{"from": "gpt"}]}, "a turn has no text"),
        ({"request": 5, "reply": []}, "`request` is not an object"),
        ({"request": {}, "reply": [{"text": "Hi"}]}, "`turns` is not there"),
        ({"request": {"turns": []}, "reply": []}, "its reply has no text"),
        ({"request": {"turns": []}}, "its reply is not there"),
        ({"request": {"turns": [{"role": "x", "text": ""}]}, "reply": [{"text": "Hi"}]},
         "a turn has no role that is known"),
        ({"request": {"turns": [{"role": "user", "left_out": "timeout"}]}, "reply": [{"text": "Hi"}]},
         "a text of its request was left out"),
        ({"request": {"turns": []}, "reply": [{"left_out": "too_large"}]},
         "a text of its reply was left out"),
        ({"request": {"turns": []}, "texts": [{"hash": "hmac-sha256:a:b"}]}, "its text is not stored"),
        ({"request": {"turns": []}, "reply": [{"text": "Hi", "choice": "0"}]},
         "a text of its reply stands in no channel that is known"),
        ({"request": {"turns": []}, "reply": [{"text": "Hi", "choice": 1 << 31}]},
         "a text of its reply stands in no channel that is known"),
        ({"messages": [], "reply": {"choices": [{"index": -1, "message": {"content": "Hi"}}]}},
         "a text of its reply stands in no channel that is known"),
        ({"messages": [], "reply": {"choices": [{"message": {"content": "Hi"}}] * 2}},
         "its reply has two texts in one place"),
        ({"request": {"turns": []}, "reply": [{"text": "Hi"}, {"text": "Ho"}]},
         "its reply has two texts in one place"),
        (b'{"messages": [{"role": "user", "content": ' + b"[" * 400 + b"]" * 400 + b'}], "reply": "Hi"}\n',
         "its messages cannot be read"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_listed_with_its_cause(tmp_path: Path, line: Any, cause: str) -> None:
    said_why = why(tmp_path, line)

    assert cause == Skipped("", 0, said_why).cause


def test_a_torn_last_line_is_listed(tmp_path: Path) -> None:
    exchanges, skipped = found(write_lines(tmp_path / "x.jsonl", [GOOD, b'{"messages": [{"ro']))

    assert ([1], [(2, "is torn: no line break ends it")]) == (
        [exchange.line for exchange in exchanges],
        [(skip.line, skip.why) for skip in skipped],
    )


def test_the_last_line_of_a_log_is_torn_without_a_line_break(tmp_path: Path) -> None:
    """record/SCHEMA.md says so; files of others often end without one."""
    log = json.dumps(line_of(said("Hi."))).encode()
    other = json.dumps(GOOD).encode()

    assert (0, 1) == counts(write_lines(tmp_path / "a.jsonl", [log]))
    assert (1, 0) == counts(write_lines(tmp_path / "b.jsonl", [other]))


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    assert one(tmp_path, b"\xef\xbb\xbf" + json.dumps(GOOD).encode() + b"\n")


def test_blank_lines_are_nothing(tmp_path: Path) -> None:
    assert 3 == one(tmp_path, b"\n", b"  \r\n", GOOD).line


def test_a_line_that_is_too_long_is_passed_over(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "x.jsonl", [GOOD, b"x" * 1000 + b"\n", GOOD])
    exchanges, skipped = found(path, limit=200)

    assert ([1, 3], [(2, "is longer than 200 bytes")]) == (
        [exchange.line for exchange in exchanges],
        [(skip.line, skip.why) for skip in skipped],
    )


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "is empty"),
        (json.dumps(GOOD).encode("utf-16"), "begins as UTF-16, not UTF-8"),
        (json.dumps(GOOD).encode("utf-16-le"), "begins as UTF-16, not UTF-8"),
        (json.dumps(GOOD).encode("utf-16-be"), "begins as UTF-16, not UTF-8"),
        (b"\x1f\x8b\x08abc", "is packed with gzip"),
        (b"\x28\xb5\x2f\xfdabc", "is packed with zstd"),
        (b"\n \n", "is empty"),
        (b"[\n{}\n]\n", "is one JSON list, not lines"),
        (json.dumps([GOOD, GOOD]).encode(), "is one JSON list, not lines"),
    ],
)
def test_a_file_of_another_kind_is_listed_as_a_whole(tmp_path: Path, content: bytes, cause: str) -> None:
    exchanges, skipped = found(write_lines(tmp_path / "x.jsonl", [content]))

    assert ([], [(0, cause)]) == (exchanges, [(skip.line, skip.cause) for skip in skipped])


def test_a_file_that_is_not_there_is_listed(tmp_path: Path) -> None:
    _, skipped = found(tmp_path / "none.jsonl")

    assert ["cannot be read: No such file or directory"] == [skip.why for skip in skipped]


def test_a_packed_file_is_read_as_far_as_it_is_whole(tmp_path: Path) -> None:
    zstandard = pytest.importorskip("zstandard", reason="needs the extra record")
    lines = b"".join(json.dumps(line_of(exchange)).encode() + b"\n" for exchange in many(4000))
    packed = zstandard.ZstdCompressor().compress(lines)
    whole, cut = tmp_path / "whole.jsonl.zst", tmp_path / "cut.jsonl.zst"
    whole.write_bytes(packed)
    cut.write_bytes(packed[: len(packed) // 2])
    exchanges, skipped = found(cut)

    assert (4000, 0) == counts(whole)
    assert 0 < len(exchanges) < 4000
    assert [(0, "cannot be read to its end")] == [(skip.line, skip.cause) for skip in skipped]


def test_parquet_is_read_in_every_shape(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="needs the extra replay")
    import pyarrow.parquet as parquet

    share = {"conversations": [{"from": "human", "value": "Hi?"}, {"from": "gpt", "value": "Hello."}]}
    rows = {"a": [line_of(said("Hello.", "Hi?"))], "b": [GOOD], "c": [share], "d": [{"text": "Hello."}],
            "e": [GOOD, GOOD | {"reply": "Hello."}, {"messages": None, "reply": "Hello."}]}  # fmt: skip
    for name, lines in rows.items():
        parquet.write_table(pyarrow.Table.from_pylist(lines), tmp_path / f"{name}.parquet")
    exchanges, skipped = found(tmp_path)

    assert ["a", "b", "c", "e", "e"] == [Path(exchange.file).stem for exchange in exchanges]
    assert 1 == len({exchange.hash for exchange in exchanges[:4]})
    assert [("d", 1), ("e", 3)] == [(Path(skip.file).stem, skip.line) for skip in skipped]


def test_a_row_of_parquet_that_no_json_could_hold_is_listed(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="needs the extra replay")
    import pyarrow.parquet as parquet

    row = {"messages": [{"role": "user", "content": b"Hi?"}], "reply": "Hello."}
    parquet.write_table(pyarrow.Table.from_pylist([row]), tmp_path / "x.parquet")
    _, skipped = found(tmp_path)

    assert [(1, "its messages cannot be read: they hold what JSON does not")] == [
        (s.line, s.why) for s in skipped
    ]


def test_damaged_parquet_is_listed(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="needs the extra replay")
    (tmp_path / "x.parquet").write_bytes(b"PAR1 and so on")
    _, skipped = found(tmp_path)

    assert [(0, "cannot be read as Parquet from row 1 on")] == [(s.line, s.cause) for s in skipped]


def test_a_folder_is_its_files_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    recordings = "recordings-0-20260131T080000123456Z.jsonl"
    write_recordings(tmp_path / recordings, many(2))
    write_lines(tmp_path / "decisions-0-20260131T080000123456Z.jsonl", [{"log": "decisions"}])
    write_lines(tmp_path / "b.jsonl", [GOOD])
    write_lines(tmp_path / "notes.txt", [b"Hi"])
    write_lines(tmp_path / ".hidden.jsonl", [GOOD])
    (tmp_path / "inner").mkdir()
    exchanges, skipped = found(tmp_path, tmp_path / "b.jsonl")

    assert [recordings, recordings, "b.jsonl"] == [Path(exchange.file).name for exchange in exchanges]
    assert [
        "decisions beside recordings are left out",
        "is a folder inside a folder",
        "does not end in .jsonl, .jsonl.zst, .ndjson, .ndjson.zst, .parquet",
        "was named before",
    ] == [skip.cause for skip in skipped]


def test_links_in_a_circle_and_to_nothing_are_listed_as_what_they_are(tmp_path: Path) -> None:
    for link, to in (("a.jsonl", "b.jsonl"), ("b.jsonl", "a.jsonl"), ("c.jsonl", "nothing.jsonl")):
        (tmp_path / link).symlink_to(tmp_path / to)
    skipped = corpus_of([tmp_path]).read()

    assert [("a.jsonl", "cannot be read"), ("b.jsonl", "cannot be read"), ("c.jsonl", "cannot be read")] == [
        (Path(skip.file).name, skip.cause) for skip in skipped if isinstance(skip, Skipped)
    ]


def test_an_empty_folder_is_listed(tmp_path: Path) -> None:
    assert ["is an empty folder"] == [skip.why for skip in found(tmp_path)[1]]


def test_all_are_counted_and_the_first_are_named() -> None:
    skips = Skips()
    for number in range(NAMED + 5):
        skips.add(Skipped("f", number, f"is no JSON: at {number}"))

    assert (NAMED + 5, {"is no JSON": NAMED + 5}, NAMED) == (skips.count, skips.causes, len(skips.named))


def test_sources_tell_files_apart_by_what_they_hold(tmp_path: Path) -> None:
    path = write_recordings(tmp_path / "x.jsonl", many(3))
    before = corpus_of([tmp_path])
    path.write_bytes(path.read_bytes() + b"\n")
    after = corpus_of([tmp_path])

    assert (3, 4) == (before.lines, after.lines)
    assert before.sources[0].digest != after.sources[0].digest


def test_a_log_that_was_packed_after_it_was_listed_is_read_all_the_same(tmp_path: Path) -> None:
    zstandard = pytest.importorskip("zstandard", reason="needs the extra record")
    path = write_recordings(tmp_path / "recordings-0-20260131T080000123456Z.jsonl", many(3))
    corpus = corpus_of([tmp_path])
    path.with_name(path.name + ".zst").write_bytes(zstandard.ZstdCompressor().compress(path.read_bytes()))
    path.unlink()

    assert 3 == len([item for item in corpus.read() if isinstance(item, Exchange)])


def test_a_file_that_changes_after_it_was_listed_is_told(tmp_path: Path) -> None:
    """Less, or more, is read of it than was listed."""
    path = write_lines(tmp_path / "x.jsonl", [GOOD] * 3)
    corpus = corpus_of([path])
    assert not [item for item in corpus.read() if isinstance(item, Skipped)]

    write_lines(path, [GOOD])

    assert [(0, "has changed since it was listed")] == [
        (item.line, item.cause) for item in corpus.read() if isinstance(item, Skipped)
    ]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    for path in (tmp_path / "pipe.jsonl", tmp_path):
        corpus = corpus_of([path])

        assert ((), ["is no ordinary file"]) == (corpus.sources, [skip.cause for skip in corpus.skipped])
