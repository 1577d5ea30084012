"""
Whether a mapping is as its model in `schema` wants it, and what to tell an author when it is not.

pydantic's own wording never reaches an author: this file is the one place where its errors become ours.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import ValidationError

from filterproxy.rulebook.problem import Problem, nearest
from filterproxy.rulebook.schema import Mapping
from filterproxy.rulebook.source import Node
from filterproxy.rulebook.wording import empty, missing, out_of_range, unknown_key, unknown_word, wrong_kind

M = TypeVar("M", bound=Mapping)


def fit(model: type[M], node: Node, thing: str, problems: list[Problem]) -> M | None:
    """
    The mapping as a *model*; None where it does not fit, and then why is in *problems*.

    thing: what an author calls the mapping, as in "a rule".
    """
    if not isinstance(node.value, dict):
        problems.append(wrong_kind(node, thing, "a mapping", f"{thing} is made of keys, each with its value"))
        return None
    try:
        return model.model_validate(node.plain())
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        problems.extend(_translate(model, node, thing, one) for one in found if not _meant(found, one))
        return None


def _meant(errors: list[Any], missing: Any) -> bool:
    """Whether what is missing is there under a name that is nearly its own: one mistake, told once."""
    if missing["type"] != "missing":
        return False
    *parent, name = missing["loc"]
    strange = [e["loc"] for e in errors if e["type"] == "extra_forbidden" and e["loc"][:-1] == tuple(parent)]
    return any(nearest(str(loc[-1]), (name,)) for loc in strange)


_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}


def _translate(model: type[Mapping], node: Node, thing: str, error: Any) -> Problem:
    path = tuple(step for step in error["loc"] if step != "[key]")
    kind = error["type"]
    here = node.at(path)
    name = next((str(step) for step in reversed(path) if isinstance(step, str)), thing)
    parent = thing if len(path) == 1 else f'"{path[-2]}"'
    described = _described(model, path)
    if kind == "extra_forbidden":
        holder = node.at(path[:-1])
        return unknown_key(holder, str(path[-1]), parent, known_keys(_model_at(model, path[:-1])))
    if kind == "missing":
        return missing(node.at(path[:-1]).place, parent, name, described)
    if kind == "literal_error":
        return unknown_word(here, name, _choices(model, path), described)
    if kind in _WANTED:
        listed = isinstance(path[-1], int) and isinstance(node.at(path[:-1]).value, tuple)
        called = f'a member of "{name}"' if listed else f'"{name}"'
        return wrong_kind(here, called, _WANTED[kind], described)
    if kind in ("string_too_short", "too_short"):
        return empty(here, f'"{name}"', described)
    return out_of_range(here, name, _bounds(kind, error.get("ctx", {})), described)


def _bounds(kind: str, ctx: dict[str, Any]) -> str:
    words = {
        "greater_than_equal": ("at least", "ge"),
        "greater_than": ("more than", "gt"),
        "less_than_equal": ("at most", "le"),
    }
    said, key = words.get(kind, ("another value", ""))
    if key not in ctx:
        return said
    bound = ctx[key]
    return f"{said} {int(bound) if float(bound).is_integer() else bound}"


def known_keys(model: type[Mapping] | None) -> tuple[str, ...]:
    """The keys that a mapping may have, as authors write them."""
    fields = model.model_fields if model is not None else {}
    return tuple(field.alias or name for name, field in fields.items())


def _field(model: type[Mapping] | None, key: str | int) -> Any:
    fields = model.model_fields.items() if model is not None else ()
    return next((field for name, field in fields if (field.alias or name) == key), None)


def _model_at(model: type[Mapping], path: tuple[str | int, ...]) -> type[Mapping] | None:
    found: type[Mapping] | None = model
    for step in path:
        if isinstance(step, str):
            field = _field(found, step)
            found = _first(field.annotation, _is_model) if field is not None else None
    return found


def _described(model: type[Mapping], path: tuple[str | int, ...]) -> str:
    """What the key is for, after its name: of the innermost key that has a description."""
    for i, step in reversed(list(enumerate(path))):
        field = _field(_model_at(model, path[:i]), step)
        if field is not None and field.description:
            return f'"{step}": {field.description}'
    return "it is part of the rule"


def _choices(model: type[Mapping], path: tuple[str | int, ...]) -> tuple[str, ...]:
    last = max(i for i, step in enumerate(path) if isinstance(step, str))
    field = _field(_model_at(model, path[:last]), path[last])
    found = _first(field.annotation, lambda t: get_origin(t) is Literal) if field is not None else None
    return tuple(str(word) for word in get_args(found))


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Mapping)


def _first(annotation: Any, wanted: Callable[[Any], bool]) -> Any:
    if wanted(annotation):
        return annotation
    if get_origin(annotation) in (Union, types.UnionType, list, dict, Annotated):
        for inner in get_args(annotation):
            found = _first(inner, wanted)
            if found is not None:
                return found
    return None
