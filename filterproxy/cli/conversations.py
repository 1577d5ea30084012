"""Conversations that stand beside packs (`*.test.yaml`) and run through the whole chain."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from filterproxy.rulebook import schema
from filterproxy.rulebook.book import Example, message, result
from filterproxy.rulebook.files import read_text
from filterproxy.rulebook.fit import fit
from filterproxy.rulebook.load import unreadable
from filterproxy.rulebook.problem import Problem, RulebookError, nearest
from filterproxy.rulebook.source import Node, parse
from filterproxy.rulebook.wording import wrong_kind

SUFFIX = ".test"


@dataclass(frozen=True, slots=True)
class Conversation:
    """
    A reply, what came before it, and what the rulebook must make of it.

    fired: ids of the rules, shadows too, that must have a match which nothing excuses; None: any.
    stream: None: whole and as a stream.
    """

    name: str
    file: str
    example: Example
    fired: tuple[str, ...] | None
    stream: bool | None


class _Conversation(schema.Example):
    name: schema.Text = Field(description="what the conversation shows")
    fired: schema.AnyNumber[str] | None = Field(None, description="the rules that must fire, no others")
    stream: bool | None = Field(None, description="whether the client asked for a stream; if not given, both")


def beside(paths: Sequence[Path], rules: Collection[str]) -> list[Conversation]:
    """
    The conversations beside the packs of *paths*. Raises RulebookError with every mistake in them.

    rules: the ids that a conversation may name.
    """
    problems: list[Problem] = []
    found = [conversation for file in _files(paths) for conversation in _read(file, rules, problems)]
    if problems:
        raise RulebookError(problems)
    return found


def _files(paths: Sequence[Path]) -> Iterable[Path]:
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
    read = (_conversation(member, rules, problems) for member in node.items())
    return [conversation for conversation in read if conversation is not None]


def _conversation(node: Node, rules: Collection[str], problems: list[Problem]) -> Conversation | None:
    fitted = fit(_Conversation, node, "a conversation", problems)
    if fitted is None:
        return None
    named = node.at(("fired",)) if "fired" in node.keys else None
    for member in () if named is None else named.items() or (named,):
        if isinstance(member.value, str) and member.value not in rules:
            problems.append(_unknown_rule(member, rules))
    fired = None if fitted.fired is None else tuple(fitted.fired)
    example = _example(fitted, node.place.line)
    return Conversation(fitted.name, node.place.file, example, fired, fitted.stream)


def _unknown_rule(node: Node, rules: Collection[str]) -> Problem:
    near = nearest(str(node.value), rules)
    return Problem(
        node.place,
        "FP013",
        f'unknown rule "{node.value}"',
        "a rule that is not there can never fire",
        f'did you mean "{near}"?' if near else "name a rule by its id, as `filterproxy check` lists them",
    )


def _example(fitted: Any, line: int) -> Example:
    return Example(
        hit=bool(fitted.fired),
        reply=fitted.reply,
        line=line,
        ask=fitted.ask,
        system=fitted.system,
        documents=tuple(fitted.documents),
        tools=tuple(result(one.model_dump()) for one in fitted.tools),
        messages=tuple(message(one.model_dump()) for one in fitted.messages),
        channel=fitted.channel,
        want=fitted.want,
    )
