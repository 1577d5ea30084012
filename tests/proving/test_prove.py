"""Examples, those that are known to come out wrong, and how they are run."""

from __future__ import annotations

import itertools
import multiprocessing
from pathlib import Path

import pytest

from filterproxy.proving.prove import Task, prove, prove_task
from filterproxy.proving.report import Report, Result
from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.load import load
from tests.proving.books import MAIL, book, document, talks

TODO = """
{id: mail, match: {regex: '\\w+@\\w+\\.com'}, action: {redact: "[mail]"}, examples: {hit: ["a@x.com"], LIST}}
"""


def report(folder: Path, lists: str) -> Report:
    return prove(book(folder, TODO.replace("LIST", lists)))


def results(found: Report) -> list[tuple[str, str]]:
    return [(outcome.kind, outcome.result.value) for outcome in found.outcomes]


def test_what_is_known_to_come_out_wrong_fails_nothing(tmp_path: Path) -> None:
    found = report(tmp_path, 'todo_hit: ["a at x dot com"], todo_pass: ["me@example.com"]')

    assert found.clean
    assert (found.examples, len(found.todo)) == (1, 2)
    assert [("hit", "passed"), ("todo_hit", "todo"), ("todo_pass", "todo")] == results(found)


def test_what_has_become_right_is_told_and_fails_only_if_strict(tmp_path: Path) -> None:
    found = report(tmp_path, 'todo_hit: ["b@x.com"], todo_pass: ["Hello."]')

    assert [("hit", "passed"), ("todo_hit", "now_right"), ("todo_pass", "now_right")] == results(found)
    assert found.clean
    found.strict = True
    assert not found.clean


@pytest.mark.parametrize("key", ["hit", "pass", "todo_hit", "todo_pass"])
def test_every_list_takes_what_the_client_must_read(tmp_path: Path, key: str) -> None:
    """`want`, beside a reply of any list: with another text the example does not hold."""
    reply = "Hi b@x.com" if key.endswith("hit") else "Hi"
    for want, right in ((reply.replace("b@x.com", "[mail]"), True), ("Bye", False)):
        lists = f'{key}: [{{reply: "{reply}", want: "{want}"}}]'
        rules = TODO.replace('hit: ["a@x.com"], LIST', lists)
        [outcome] = prove(book(tmp_path, rules)).outcomes
        todo = key.startswith("todo")
        expected = (
            (Result.NOW_RIGHT if right else Result.TODO)
            if todo
            else (Result.PASSED if right else Result.FAILED)
        )

        assert outcome.result is expected


def test_todo_alone_is_something_that_ran(tmp_path: Path) -> None:
    found = prove(book(tmp_path, TODO.replace('hit: ["a@x.com"], LIST', 'todo_hit: ["a at x"]')))

    assert (found.clean, found.without) == (True, [])


def test_each_example_goes_through_each_dialect_unless_told_otherwise(tmp_path: Path) -> None:
    rulebook = book(tmp_path, MAIL)
    with_dialects, without = prove(rulebook), prove(rulebook, dialects=False)

    assert with_dialects.wire >= 2 * 8 * 3
    assert without.wire == 0
    assert with_dialects.readings == without.readings > 0


def test_only_the_packs_that_are_named_are_run(tmp_path: Path) -> None:
    rulebook = book(tmp_path, MAIL)

    assert prove(rulebook, files=[]).outcomes == []
    assert len(prove(rulebook, files=[str(tmp_path / "shop.yaml")]).outcomes) == 2


def test_an_outcome_says_where_it_stands_and_what_it_cost(tmp_path: Path) -> None:
    ticks = itertools.count()
    first, second = prove(book(tmp_path, MAIL), clock=lambda: float(next(ticks))).outcomes

    assert (first.name, first.pack, first.kind, first.line) == ("mail", "shop", "hit", 4)
    assert (second.kind, second.seconds) == ("pass", 1.0)


def test_the_report_is_the_same_from_a_pool(tmp_path: Path) -> None:
    """With no patience at all, everything but the first proof goes to other processes."""
    rules = "\n".join(MAIL.strip().replace("id: mail", f"id: mail{n}") for n in range(4))
    task = Task(document(tmp_path, rules))
    told: list[tuple[int, int]] = []
    pooled = prove_task(task, 2, lambda done, total: told.append((done, total)), patience_seconds=-1, worth=0)
    alone = prove_task(task)

    def essence(found: Report) -> list[object]:
        return [(o.name, o.kind, o.line, o.result, o.readings, o.wire) for o in found.outcomes]

    assert essence(alone) == essence(pooled)
    assert (told[0], told[-1]) == ((1, 8), (8, 8))


TALKS = """
- {name: drop, reply: "a@x.com", want: "[mail]", fired: [mail], outcome: edit}
- name: two turns
  model: gpt-5
  turns:
    - {ask: "Where?", reply: "a@x.com", want: "[mail]", fired: [mail]}
    - {ask: "Really?", reply: "Yes.", fired: []}
"""
WHEN = """
{id: mail, match: {regex: '\\w+@\\w+\\.com'}, action: {redact: "[mail]"}}
{id: loud, when: {model: gpt-*, route: eu, header: {x-a: b}}, match: {phrases: [hurray]}, ACT}
""".replace("ACT", "action: drop, say: Hm.")


def test_each_turn_of_a_conversation_is_a_reply_after_what_was_said(tmp_path: Path) -> None:
    found = talks(tmp_path, TALKS)

    assert [talk.name for talk in found] == ["drop", "two turns, turn 1", "two turns, turn 2"]
    turns = found[2].request(stream=False).turns
    assert [(turn.role, turn.text) for turn in turns] == [
        ("user", "Where?"),
        ("assistant", "[mail]"),
        ("user", "Really?"),
    ]
    assert found[2].request(stream=False).model == "gpt-5"
    assert prove(book(tmp_path, WHEN), found).clean


def test_a_conversation_says_the_model_the_route_and_headers(tmp_path: Path) -> None:
    """In the whole chain a `when` counts in full."""
    asked = 'model: gpt-5, route: eu, header: {X-A: b}, reply: "Hurray!"'
    text = f'- {{name: a, {asked}, want: "Hm.", fired: [loud], outcome: drop}}\n' + (
        '- {name: b, reply: "Hurray!", fired: [], outcome: pass}\n'
    )

    assert prove(book(tmp_path, WHEN), talks(tmp_path, text)).clean


def test_another_outcome_fails(tmp_path: Path) -> None:
    found = prove(book(tmp_path, WHEN), talks(tmp_path, '- {name: a, reply: "a@x.com", outcome: drop}\n'))

    assert [(f.expected, f.came) for f in found.failures] == [("outcome: drop", "outcome: edit")]


def test_a_conversation_may_be_known_to_come_out_wrong(tmp_path: Path) -> None:
    text = '- {name: a, reply: "a at x", fired: [mail], todo: true}\n'
    text += "- {name: b, reply: Hi, fired: [], todo: true}\n"
    found = prove(book(tmp_path, WHEN), talks(tmp_path, text))

    assert [o.result for o in found.outcomes] == [Result.TODO, Result.NOW_RIGHT]
    assert found.clean


def test_a_conversation_knows_what_the_operator_states(tmp_path: Path) -> None:
    document(tmp_path, "{id: mail, match: {regex: '\\w+@\\w+'}, unless: {grounded: true}, action: flag}")
    (tmp_path / "known.txt").write_text("Write to a@x.")
    rulebook = compile(load([tmp_path / "shop.yaml"], [tmp_path / "known.txt"]))

    assert prove(rulebook, talks(tmp_path, '- {name: a, reply: "a@x", fired: []}\n')).clean


def test_few_proofs_stay_in_this_process(tmp_path: Path) -> None:
    """A process that compiles everything anew is not worth two examples."""
    before = {child.pid for child in multiprocessing.active_children()}
    prove_task(Task(document(tmp_path, MAIL)), 2, patience_seconds=-1)

    assert {child.pid for child in multiprocessing.active_children()} <= before
