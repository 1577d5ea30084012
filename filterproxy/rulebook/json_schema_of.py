"""JSON Schema of the mappings that a model describes, key by key."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BeforeValidator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from filterproxy.rulebook import schema

Schema = dict[str, Any]

_PLAIN: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}
_BOUNDS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
_LENGTHS = {"string": "Length", "array": "Items", "object": "Properties"}


class Maker:
    """
    Models to schemas. parts: of keys whose value the model leaves to code, by model and key; more: what holds
    for a model's mappings as a whole, by model.
    """

    def __init__(
        self, parts: Mapping[tuple[str, str], Schema], more: Mapping[str, Schema] = types.MappingProxyType({})
    ) -> None:
        self._parts = parts
        self._more = more
        self.definitions: dict[str, Schema] = {}

    def ref(self, model: type[schema.Mapping]) -> Schema:
        """A reference to a model's schema, which stands among the definitions from now on."""
        if model.__name__ not in self.definitions:
            self.definitions[model.__name__] = {}
            self.definitions[model.__name__] = self.mapping(model)
        return ref_to(model.__name__)

    def mapping(self, model: type[schema.Mapping]) -> Schema:
        """The schema of a mapping."""
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        return {
            "type": "object",
            "properties": {key: self._property(model, key, field) for key, field in fields.items()},
            "required": [key for key, field in fields.items() if field.is_required()],
            "additionalProperties": False,
            **self._more.get(model.__name__, {}),
        }

    def _property(self, model: type[schema.Mapping], key: str, field: FieldInfo) -> Schema:
        # The class itself, so that a key of another model of the same shape is not meant.
        given = self._parts.get((model.__name__, key))
        made = dict(given) if given is not None else self._of(field.annotation, field.metadata)
        if field.description:
            made["description"] = field.description
        if field.default is not PydanticUndefined and field.default not in (None, "", []):
            made["default"] = field.default
        return made

    def _of(self, annotation: Any, metadata: Iterable[Any] = ()) -> Schema:
        origin, members = get_origin(annotation), get_args(annotation)
        notes = list(metadata)
        if origin is Annotated:
            return self._of(members[0], [*members[1:], *notes])
        if any(isinstance(note, BeforeValidator) for note in notes):
            return self._one_or_many(annotation, notes)
        if origin in (Union, types.UnionType):
            return any_of([self._of(member) for member in members])
        if origin is Literal:
            return {"enum": list(members)}
        if origin is list:
            made = {"type": "array", "items": self._of(members[0])}
        elif origin is dict:
            made = {"type": "object", "additionalProperties": self._of(members[1])}
        elif isinstance(annotation, type) and issubclass(annotation, schema.Mapping):
            return self.ref(annotation)
        else:
            made = {"type": _PLAIN[annotation]} if annotation in _PLAIN else {}
            made = {"type": "null"} if annotation is types.NoneType else made
        return made | _bounds(str(made.get("type", "")), notes)

    def _one_or_many(self, annotation: Any, notes: list[Any]) -> Schema:
        rest = [note for note in notes if not isinstance(note, BeforeValidator)]
        if get_origin(annotation) is not list:
            # A text, where a mapping with just one key would say it.
            return any_of([{"type": "string"}, self._of(annotation)])
        return any_of([self._of(get_args(annotation)[0]), self._of(annotation, rest)])


def _bounds(kind: str, notes: Iterable[Any]) -> Schema:
    found: Schema = {}
    for note in notes:
        inner = note.metadata if isinstance(note, FieldInfo) else [note]
        for bound in inner:
            for name, word in _BOUNDS.items():
                if (value := getattr(bound, name, None)) is not None:
                    found[word] = value
            if (least := getattr(bound, "min_length", None)) is not None:
                found[f"min{_LENGTHS[kind]}"] = least
            if isinstance(pattern := getattr(bound, "pattern", None), str):
                found["pattern"] = pattern
    return found


def ref_to(name: str) -> Schema:
    """A reference to a definition."""
    return {"$ref": f"#/$defs/{name}"}


def any_of(choices: list[Schema]) -> Schema:
    """Any of these, those that say so themselves taken apart."""
    flat = [
        inner for choice in choices for inner in (choice["anyOf"] if set(choice) == {"anyOf"} else [choice])
    ]
    return flat[0] if len(flat) == 1 else {"anyOf": flat}
