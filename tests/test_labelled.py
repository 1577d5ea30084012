"""
The shipped packs on labelled replies (tests/data/labelled), whole and streamed.

Their first scores were a measurement (README.md has it); the rules have learnt from them since, so that what
they say now is that nothing got worse. `filterproxy eval tests/data/labelled/hours_en.jsonl --by kind` says
more.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from filterproxy.core.rule import Rule
from filterproxy.evaluate import Bench, Case, read
from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.load import load, shipped_rules
from filterproxy.scores import Scores

FOLDER = Path(__file__).parent / "data" / "labelled"
RULES: Sequence[Rule] = compile(load([shipped_rules()])).rules

# By the beginning of a file's name: the rules, the cases, the least recall, and the most false positives.
KINDS = {
    "hours_": (("business-hours",), 1146, 0.99, 0),
    "prices": (("price-not-in-request",), 147, 0.99, 1),
    "claims": (("promise-not-in-request", "action-not-taken"), 139, 0.87, 0),
}


def cases(name: str) -> list[Case]:
    files = sorted(file for file in FOLDER.iterdir() if file.name.startswith(name))
    found = list(read(files))
    assert all(isinstance(case, Case) for case in found)
    return [case for case in found if isinstance(case, Case)]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("name", KINDS)
def test_the_packs_tell_what_the_request_states_from_what_it_does_not(name: str, stream: bool) -> None:
    rules, count, recall, false_positives = KINDS[name]
    bench, scores = Bench(RULES, rules, stream=stream), Scores(())
    labelled = cases(name)
    for case in labelled:
        scores.add(bench.judge(case))

    tally = scores.total
    assert count == len(labelled)
    assert tally.recall.hits >= recall * tally.recall.of
    assert tally.false_positives <= false_positives
