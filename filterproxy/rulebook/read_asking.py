"""
What an author wrote after the verbs that ask what is no part of the rule: a schema, a model, code.

Each gives None where that has mistakes, which are then in *problems*, or are told by schema.py.
"""

from __future__ import annotations

import json
from pathlib import Path

from filterproxy.rulebook.document import Form
from filterproxy.rulebook.files import read_beside
from filterproxy.rulebook.problem import Place, Problem
from filterproxy.rulebook.source import Node, parse
from filterproxy.rulebook.wording import wrong_kind


def read_json_schema(node: Node, folder: Path, problems: list[Problem]) -> Form | None:
    """The form of a match with a schema, written there or in a file of *folder*."""
    inner = node.at(("json_schema",))
    violated, fenced = inner.get("violated"), inner.get("fenced")
    if violated is None:
        return None
    if isinstance(violated.value, dict):
        found = violated.plain()
    elif isinstance(violated.value, str) and violated.value:
        found = _schema_of_file(violated, folder, problems)
    else:
        problems.append(
            wrong_kind(violated, '"violated"', "a JSON Schema, or a file's name", "it says what must be so")
        )
        return None
    is_fenced = fenced is not None and fenced.value is True
    return None if found is None else {"verb": "json_schema", "schema": found, "fenced": is_fenced}


def _schema_of_file(node: Node, folder: Path, problems: list[Problem]) -> object | None:
    name = str(node.value)
    try:
        text = read_beside(folder, name)
    except ValueError as error:
        problems.append(_schema_file(node.place, f'"{name}" {error}'))
        return None
    if name.endswith(".json"):
        try:
            value: object = json.loads(text)
        except (ValueError, RecursionError) as error:
            problems.append(_schema_file(node.place, f'"{name}" is not JSON: {error}'))
            return None
    else:
        before = len(problems)
        read = parse(str(folder / name), text, problems)
        if len(problems) > before:
            return None
        value = None if read is None else read.plain()
    if not isinstance(value, dict):
        problems.append(_schema_file(node.place, f'"{name}" holds no schema: it is no mapping'))
        return None
    return value


def _schema_file(place: Place, what: str) -> Problem:
    return Problem(
        place,
        "FP023",
        what,
        "the rule could not tell which replies are as they should be",
        "name a file with a JSON Schema, in JSON or YAML, from the pack's folder",
    )


def read_entity(node: Node, folder: Path, problems: list[Problem]) -> Form | None:
    """The form of a match with the labels that a trained model gives."""
    inner = node.at(("entity",))
    labels = [member.value for member in inner.items() or (inner,)]
    sound = all(isinstance(label, str) and label for label in labels)
    return {"verb": "entity", "labels": labels} if sound else None


def read_python(node: Node, folder: Path, problems: list[Problem]) -> Form | None:
    """The form of a match that a function finds."""
    function = node.at(("python",)).value
    return {"verb": "python", "function": function} if isinstance(function, str) and function else None
