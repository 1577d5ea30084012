"""The parts of the benchmark do what its figures rest on; nothing here measures."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.bench.cases import GAP_US, wrong_replies
from tests.bench.dialects import SPOKEN, measure_dialects
from tests.bench.policy import REDACTED, BenchRule, redacted, rules, write_pack
from tests.bench.process import NotRunning, cpu_seconds, free_port, pss_mb, running, tree, wait_until
from tests.bench.replies import BenchReply, bench_replies, text_of
from tests.bench.said import said_replies
from tests.bench.shipped import Shipped, measure_shipped
from tests.bench.targets import Target
from tests.bench.tools import Ask, Tools

REPLIES = bench_replies()


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Tools:
    if shutil.which("gcc") is None and shutil.which("cc") is None:
        pytest.skip("no C compiler, so the upstream and the load cannot be built")
    return Tools(tmp_path_factory.mktemp("bench"))


@pytest.fixture(scope="module")
def upstream(tools: Tools) -> Iterator[Target]:
    with tools.upstream() as (port, pid):
        yield Target("direct", port, pid, "mock.c")


@pytest.mark.parametrize("count", [10, 60, 1000])
def test_a_pack_is_yaml_with_so_many_rules_of_different_names(count: int, tmp_path: Path) -> None:
    pack = yaml.safe_load(write_pack(tmp_path, "bench", rules(count)).read_text(encoding="utf-8"))

    assert len({rule["id"] for rule in pack["rules"]}) == count
    assert {(rule["action"], rule["mode"]) for rule in pack["rules"]} == {("redact", "enforce")}


def test_half_of_a_thousand_rules_are_patterns() -> None:
    assert sum(bool(rule.pattern) for rule in rules(1000)) == 500


def test_each_rule_takes_out_its_own_sample() -> None:
    every = {*rules(1000), *rules(60, holds_words=False)}

    assert [rule.id for rule in every if redacted(rule.sample, (rule,)) != REDACTED] == []


@pytest.mark.parametrize("count", [60, 1000])
def test_one_reply_in_ten_is_hit_and_no_rule_past_the_60th_ever_fires(count: int) -> None:
    hit = [reply.id for reply in REPLIES if redacted(reply.text, rules(count)) != reply.text]

    assert hit == [reply.id for reply in REPLIES if not reply.quiet]
    assert len(hit) == len(REPLIES) / 10


def test_replies_have_the_size_that_the_goals_speak_of() -> None:
    assert 1000 < sum(len(reply.text.encode()) for reply in REPLIES) / len(REPLIES) < 1100
    assert 180 < sum(len(reply.events) for reply in REPLIES) / len(REPLIES) < 196


@pytest.mark.parametrize("reply", REPLIES[:6], ids=lambda reply: reply.id)
def test_a_client_reads_the_same_text_whole_and_streamed(reply: BenchReply) -> None:
    assert text_of(reply.whole) == text_of(b"".join(reply.events)) == (reply.id, reply.text)


def test_the_upstream_says_each_reply_once_in_a_round(tools: Tools, upstream: Target) -> None:
    assert wrong_replies(tools, upstream) == []


def test_a_reply_that_should_have_been_changed_is_found(tools: Tools, upstream: Target) -> None:
    pretended = Target("filter", upstream.port, upstream.pid, "", rules=rules(60))

    assert len(wrong_replies(tools, pretended)) == 14  # seven whole, seven streamed


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("concurrency", [1, 16])
def test_the_load_gets_every_reply_that_it_asks_for(
    tools: Tools, upstream: Target, stream: bool, concurrency: int
) -> None:
    seen = tools.load(upstream.port, Ask(stream, concurrency, seconds=0.05))

    assert seen.failures == 0
    assert seen.replies > concurrency
    assert 0 < seen.latency_p50 <= seen.latency_p99


def test_bytes_are_those_of_the_bodies(tools: Tools, upstream: Target) -> None:
    seen = tools.load(upstream.port, Ask(stream=True, concurrency=4, replies=140))

    assert seen.bytes == 2 * sum(len(event) for reply in REPLIES for event in reply.events)


def test_a_long_stream_has_as_many_events_as_were_asked_for(tools: Tools, upstream: Target) -> None:
    body, *_ = tools.bodies(upstream.port, Ask(stream=True, replies=1, events=5000))

    assert body.count(b'"content":') == 5000 + 1  # and the role's empty one


def test_quiet_replies_have_nothing_to_find(tools: Tools, upstream: Target) -> None:
    bodies = tools.bodies(upstream.port, Ask(replies=100, quiet=True))
    texts = [text_of(body)[1] for body in bodies]

    assert [text for text in texts if redacted(text, rules(60)) != text] == []


def test_a_paced_stream_keeps_its_time(tools: Tools, upstream: Target) -> None:
    quick = GAP_US // 50
    seen = tools.load(upstream.port, Ask(stream=True, replies=2, gap_us=quick))

    assert (seen.replies, seen.failures) == (2, 0)
    assert seen.lag_p50 >= 0
    assert seen.latency_p50 >= quick / 1000 * 150


def test_the_load_counts_what_is_no_reply(tools: Tools, upstream: Target, tmp_path: Path) -> None:
    # nobody speaks HTTP there: the load must break off and say so, not wait
    port = free_port()

    with pytest.raises(NotRunning, match="the load broke off"):
        tools.load(port, Ask(replies=1))


def test_a_family_of_processes_is_measured_and_ended(tmp_path: Path) -> None:
    child = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import sys; sys.stdin.read()'])"
    reader, writer = os.pipe()
    try:
        process = subprocess.Popen([sys.executable, "-c", child], stdin=reader)
        wait_until(lambda: len(tree(process.pid)) == 2, process.pid, tmp_path / "none")
        sizes, spent = pss_mb(process.pid), cpu_seconds(process.pid)
    finally:
        os.close(writer)
        os.close(reader)
    process.wait()

    assert len(sizes) == 2
    assert min(sizes.values()) > 0
    assert spent >= 0
    assert tree(process.pid) == {process.pid}


def test_a_program_that_ends_at_once_is_named_with_its_last_words(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = [sys.executable, "-c", "import sys; sys.exit('no such rule')"]

    with pytest.raises(NotRunning, match="ended: no such rule"), running(command, log) as pid:
        wait_until(lambda: False, pid, log)


def test_a_program_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotRunning, match="no-such-program"), running(["no-such-program"], tmp_path / "log"):
        pass


def test_phrases_are_whole_words_in_any_case() -> None:
    rule = BenchRule("p", "free upgrade")

    assert redacted("A FREE Upgrade, freeze upgrade", (rule,)) == f"A {REDACTED}, freeze upgrade"


def test_replies_of_the_shipped_rulebook_have_about_a_kilobyte_and_are_the_same_on_every_run() -> None:
    sizes = [len(text.encode()) for text in said_replies()]

    assert said_replies() == said_replies()
    assert 900 <= sum(sizes) / len(sizes) < 1200


def test_each_figure_of_the_shipped_rulebook_is_of_quiet_replies_or_of_the_others() -> None:
    measured = Shipped(3, ("a",), [0, 0, 2], [10.0, 20.0, 50.0], [5.0, 6.0, 7.0], [2.0] * 3, [1.0] * 3)
    rows = {what: (us, ratio) for what, us, ratio, _ in measured.rows()}

    assert measured.quiet_share == 2 / 3
    assert rows["gate names no rule"] == (15.0, 7.5)
    assert rows["gate names a rule"] == (50.0, 25.0)


def test_what_the_shipped_rulebook_costs_is_measured_for_each_text() -> None:
    measured = measure_shipped(["Press the button.", "We open at nine on Sundays."], rounds=1)

    assert [n > 0 for n in measured.named] == [False, True]
    assert all(len(taken) == 2 for taken in (measured.whole, measured.gated, measured.streamed))


def test_what_an_event_costs_is_measured_for_each_dialect() -> None:
    """And each passes what it was given: the measure says so itself."""
    costs = measure_dialects(words=40, rounds=1)

    assert [cost.name for cost in costs] == [spoken.dialect.name for spoken in SPOKEN]
    assert all(cost.single_us > 0 and cost.burst_us > 0 for cost in costs)
