"""
Real clients, each in an environment of its own, read through the proxy what they must.

`python -m tests.clients --install` makes the environments; without one its tests are skipped.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.clients import table
from tests.clients.cases import CASES, Case, Reading
from tests.clients.environments import CLIENTS
from tests.clients.runner import Cell, run

# Those that install in seconds; `python -m tests.clients` tries the others.
SMALL = [client for client in CLIENTS if client.name in ("openai", "anthropic", "ollama")]


@pytest.mark.clients
@pytest.mark.parametrize("client", SMALL, ids=lambda client: client.name)
def test_a_client_reads_what_it_must(client: object) -> None:
    """Whole, streamed and by the client's own helper, over all cases."""
    (known,) = (c for c in SMALL if c is client)
    if not known.environment.installed:
        pytest.skip(f"not installed: python -m tests.clients --install {known.name}")
    cells = asyncio.run(run(known))

    assert [] == table.wrongs(cells)
    assert {case.name for case in CASES if case.fits("messages")} <= {cell.case for cell in cells}


def reading(case: Case) -> Reading:
    """What a client without the proxy reads."""
    said = (case.plain or case.script).said
    texts = {str(at): text for at, text in enumerate(said.texts)}
    tools = [["look_up", said.called]] if said.arguments else []
    error = "client.Error" if case.script.breaks else ""
    return Reading(texts, dict.fromkeys(texts, "stop"), [5, 7], tools, said.thought, error)


ACTING = [case for case in CASES if case.name not in ("quiet", "reasoning", "tool call", "retry")]


@pytest.mark.parametrize("case", ACTING, ids=lambda case: case.name)
def test_a_proxy_that_does_nothing_is_found_out(case: Case) -> None:
    """Where a rule acts, or the model breaks off without a word."""
    assert case.judge(reading(case), replace(reading(case), error="")) != ""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_client_that_reads_nothing_is_found_out(case: Case) -> None:
    """A script that hangs or ends is no reading."""
    hung = Reading(error="hang", message="nothing within 60 s")

    assert case.judge(reading(case), hung) != ""


@pytest.mark.parametrize("case", [case for case in CASES if case not in ACTING], ids=lambda case: case.name)
def test_where_nothing_fires_all_of_the_object_counts(case: Case) -> None:
    direct = replace(reading(case), dump={"id": 1})

    assert case.judge(direct, direct) == ""
    assert case.judge(direct, replace(direct, dump={"id": 2})) != ""


def test_the_table_has_a_row_for_each_way_and_a_column_for_each_case() -> None:
    right, wrong = (
        Cell("c", "chat", "whole", n, w, Reading(), Reading()) for n, w in (("quiet", ""), ("cut", "x"))
    )
    lines = table.rows([right, wrong], {"c": "1.0"})
    marks = dict(zip(*lines, strict=True))

    assert ("c 1.0", "ok", "WRONG", "-") == tuple(marks[n] for n in ("client", "quiet", "cut", "drop"))
    assert table.markdown(lines).startswith("| client | API | read | quiet |")
    assert ["c, chat, whole, cut: x"] == table.wrongs([right, wrong])
