"""
Conversations that stand beside packs (`*.test.yaml`) and run through the whole chain.

    - name: Hours that the model cannot know
      ask: When do you open?
      reply: At nine, every day.
      want: Please look at our website.
      fired: [hours]
      outcome: drop
    - name: Two turns
      system: "Open Mon-Fri 09:00-17:00."
      model: gpt-*
      turns:
        - {ask: "And on Monday?", reply: "From nine.", fired: []}
        - {ask: "On Sunday?", reply: "From ten.", fired: [hours]}

Of a conversation with `turns` each is a reply of its own, after all that was said before it: the model's
earlier replies stand there as the client read them, where `want` says how, else as they came.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from filterproxy.core.request import Request
from filterproxy.core.verdict import Outcome
from filterproxy.rulebook import schema
from filterproxy.rulebook.book import Example, message, result
from filterproxy.rulebook.files import read_text
from filterproxy.rulebook.fit import fit
from filterproxy.rulebook.load import unreadable
from filterproxy.rulebook.problem import Problem, RulebookError, nearest
from filterproxy.rulebook.source import Node, parse
from filterproxy.rulebook.wording import empty, missing, wrong_kind

SUFFIX = ".test"


@dataclass(frozen=True, slots=True)
class Conversation:
    """
    A reply, what came before it, and what the rulebook must make of it.

    fired: ids of the rules, shadows too, that must have a match which nothing excuses; None: any. outcome:
    what becomes of the reply; None: anything. stream: None: whole and as a stream. model, route, headers: of
    the request. todo: it is known to come out wrong.
    """

    name: str
    file: str
    example: Example
    fired: tuple[str, ...] | None
    stream: bool | None
    outcome: str | None = None
    model: str = ""
    route: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    todo: bool = False

    def request(self, *, stream: bool) -> Request:
        """What was asked; new each time."""
        asked = self.example.request(stream=stream)
        return replace(asked, model=self.model, route=self.route, headers=self.headers)


def beside(paths: Sequence[Path], rules: Collection[str]) -> list[Conversation]:
    """
    The conversations beside the packs of *paths*. Raises RulebookError with every mistake in them.

    rules: the ids that a conversation may name.
    """
    problems: list[Problem] = []
    found = [conversation for file in files(paths) for conversation in _read(file, rules, problems)]
    if problems:
        raise RulebookError(problems)
    return found


def files(paths: Sequence[Path]) -> Iterable[Path]:
    """The files of conversations that stand beside the packs of *paths*."""
    for path in paths:
        if path.is_dir():
            tests = (file for file in path.iterdir() if _is_test(file))
            yield from sorted(tests, key=lambda file: file.name)
            continue
        name = path.with_name(f"{path.stem}{SUFFIX}{path.suffix}")
        if name.is_file():
            yield name


def _is_test(file: Path) -> bool:
    packed = file.suffix.lower() in (".yaml", ".yml") and not file.name.startswith(".")
    return packed and file.stem.lower().endswith(SUFFIX)


def _read(file: Path, rules: Collection[str], problems: list[Problem]) -> list[Conversation]:
    try:
        text = read_text(file)
    except ValueError as error:
        problems.append(unreadable(file, error, "none of its conversations would run"))
        return []
    node = parse(str(file), text, problems)
    if node is None:
        return []
    if not isinstance(node.value, tuple):
        why = "a file of conversations is a list of them"
        problems.append(wrong_kind(node, "the file", "a list", why))
        return []
    return [found for member in node.items() for found in _conversations(member, rules, problems)]


def _conversations(node: Node, rules: Collection[str], problems: list[Problem]) -> Iterator[Conversation]:
    """The conversation of a node, or each turn of it."""
    fitted = fit(schema.Conversation, node, "a conversation", problems)
    _check_fired(node, rules, problems)
    if fitted is None:
        return
    if "turns" not in node.keys:
        if "reply" not in node.keys:
            described = 'the reply that the rules read, or "turns" with one each'
            problems.append(missing(node.place, "a conversation", "reply", described))
            return
        yield _conversation(fitted, fitted.name, node, fitted)
        return
    problems.extend(_beside_turns(node))
    yield from _turns(fitted, node, rules, problems)


def _beside_turns(node: Node) -> Iterator[Problem]:
    for key in schema.OF_A_TURN:
        if key in node.keys:
            yield Problem(
                node.keys[key],
                "FP026",
                f"`{key}` beside `turns`",
                "each turn has its own, and nobody would read this one",
                "write it in the turn that it is about",
            )
    if node.at(("turns",)).value == ():
        yield empty(node.at(("turns",)), '"turns"', "nothing would be read")


def _turns(
    whole: schema.Conversation, node: Node, rules: Collection[str], problems: list[Problem]
) -> Iterator[Conversation]:
    before: list[Any] = []
    for number, member in enumerate(node.at(("turns",)).items(), 1):
        turn = fit(schema.Turn, member, "a turn", problems)
        _check_fired(member, rules, problems)
        if turn is None:
            continue
        name = f"{whole.name}, turn {number}"
        found = _conversation(whole, name, member, turn)
        said = replace(found.example, messages=(*_messages(whole), *before, *found.example.messages))
        system = turn.system or whole.system
        documents = (*whole.documents, *turn.documents)
        stream = whole.stream if turn.stream is None else turn.stream
        example = replace(said, system=system, documents=documents)
        yield replace(found, example=example, stream=stream, todo=whole.todo or turn.todo)
        before += [*found.example.messages, *_said_then(turn)]


def _said_then(turn: schema.Turn) -> Iterator[Any]:
    """A turn as the next one has it in its messages."""
    if turn.ask:
        yield message({"role": "user", "content": turn.ask})
    for one in turn.tools:
        yield message({"role": "tool", "content": one.result, "name": one.name})
    if turn.channel == "content":
        yield message({"role": "assistant", "content": turn.reply if turn.want is None else turn.want})


def _messages(form: schema.Example) -> tuple[Any, ...]:
    return tuple(message(one.model_dump()) for one in form.messages)


def _check_fired(node: Node, rules: Collection[str], problems: list[Problem]) -> None:
    named = node.at(("fired",)) if "fired" in node.keys else None
    for member in () if named is None else named.items() or (named,):
        if isinstance(member.value, str) and member.value not in rules:
            problems.append(_unknown_rule(member, rules))


def _unknown_rule(node: Node, rules: Collection[str]) -> Problem:
    near = nearest(str(node.value), rules)
    return Problem(
        node.place,
        "FP013",
        f'unknown rule "{node.value}"',
        "a rule that is not there can never fire",
        f'did you mean "{near}"?' if near else "name a rule by its id, as `filterproxy check` lists them",
    )


def _conversation(whole: schema.Conversation, name: str, node: Node, wanted: schema.Turn) -> Conversation:
    outcome = None if wanted.outcome is None else Outcome(wanted.outcome).value
    return Conversation(
        name,
        node.place.file,
        _example(wanted, node.place.line),
        None if wanted.fired is None else tuple(wanted.fired),
        wanted.stream,
        outcome,
        whole.model,
        whole.route,
        whole.header,
        wanted.todo,
    )


def _example(form: schema.Turn, line: int) -> Example:
    return Example(
        hit=bool(form.fired),
        reply=form.reply,
        line=line,
        ask=form.ask,
        system=form.system,
        documents=tuple(form.documents),
        tools=tuple(result(one.model_dump()) for one in form.tools),
        messages=_messages(form),
        channel=form.channel,
        want=form.want,
    )
