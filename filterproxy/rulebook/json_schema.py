"""
JSON Schema (draft 2020-12) of what authors write: what editors complete and mark by.

Made from the same models that packs are checked against. What the models leave to code (the forms of a
match, an action, a text per language) is said here, and tests hold the two together: every shipped pack
fits, and of the packs with mistakes those whose mistake is one of shape do not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from filterproxy.detectors.number import NUMBERS
from filterproxy.detectors.secret import SECRETS
from filterproxy.detectors.tongues import NAMES
from filterproxy.facts import FACTS
from filterproxy.language import LANGUAGES
from filterproxy.rulebook import schema
from filterproxy.rulebook.detect import ASKING, COUNTING
from filterproxy.rulebook.json_schema_of import Maker, Schema, any_of, ref_to
from filterproxy.rulebook.manual import verb_page
from filterproxy.rulebook.read_action import ACTIONS

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def _texts(least: int = 1) -> Schema:
    return {"type": "array", "minItems": least, "items": {"type": "string", "pattern": r"\S"}}


def _named(names: Iterable[str], described: Mapping[str, str] | None = None) -> Schema:
    """One of some words, with what each of them means where that is known."""
    if described is None:
        return {"enum": list(names)}
    return {"anyOf": [{"const": name, "description": described[name]} for name in names]}


def _language(codes: Iterable[str], *others: str) -> Schema:
    """A language's code, perhaps with a country behind it."""
    either = "|".join(map(_any_case, (*codes, *others)))
    one = {"type": "string", "pattern": f"^(?:{either})(?:[-_].*)?$", "examples": [*others, *codes]}
    return any_of([one, {"type": "array", "minItems": 1, "items": one}])


def _any_case(code: str) -> str:
    # JSON Schema's patterns are ECMAScript's, which have no flag inside.
    return "".join(f"[{c.lower()}{c.upper()}]" for c in code)


def _with_verb(verbs: Iterable[str]) -> Schema:
    """A match with one of these verbs; what stands below an `any` or `all` is not looked at."""
    return {"type": "object", "anyOf": [{"required": [verb]} for verb in verbs]}


_PERCENT = {"type": "string", "pattern": r"^(?:100|[0-9]{1,2})(?:\.[0-9]{1,4})? ?%$", "examples": ["10%"]}
_DATE = {"type": "string", "pattern": r"^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$"}
_ID = {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9_./-]{0,99}$"}
_EITHER = {"minProperties": 1, "maxProperties": 1}
_EXAMPLES = {"type": "array", "items": {"anyOf": [{"type": "string"}, ref_to("Example")]}}
_SAY = ref_to("TextPerLanguage")
_MATCH, _ACTION = ref_to("Match"), ref_to("Action")

_PARTS: dict[tuple[str, str], Schema] = {
    ("Pack", "version"): {"const": 1},
    ("Pack", "rules"): {"type": "array", "minItems": 1, "items": ref_to("Rule")},
    ("Rule", "id"): _ID,
    ("Rule", "match"): _MATCH,
    ("Rule", "action"): _ACTION,
    ("Rule", "when"): ref_to("When"),
    ("Rule", "unless"): ref_to("Unless"),
    ("Rule", "say"): _SAY,
    ("Rule", "streamed"): _ACTION,
    ("Rule", "rollout"): _PERCENT,
    ("Rule", "examples"): ref_to("Examples"),
    ("Rule", "created"): _DATE,
    ("Rule", "expires"): _DATE,
    ("PhrasesVerb", "phrases"): {"anyOf": [_texts(), ref_to("PhraseFile")]},
    ("FactVerb", "fact"): _named(FACTS),
    ("TokensVerb", "tokens"): {
        "type": "array",
        "minItems": 1,
        "anyOf": [
            {"items": {"type": "object"}},
            {"items": {"type": "array", "minItems": 1, "items": {"type": "object"}}},
        ],
    },
    ("LanguageOptions", "is"): _language(NAMES),
    ("LanguageOptions", "not"): _language(NAMES, "asked"),
    ("NumberVerb", "number"): {"anyOf": [_named(NUMBERS), ref_to("NumberOptions")]},
    ("NumberOptions", "kind"): _named(NUMBERS),
    ("SecretVerb", "secret"): {"anyOf": [_named(SECRETS), ref_to("SecretOptions")]},
    ("SecretOptions", "kind"): _named(SECRETS),
    ("JsonSchemaOptions", "violated"): {"anyOf": [{"type": "object"}, {"type": "string", "minLength": 1}]},
    ("AnyVerb", "any"): {"type": "array", "minItems": 1, "items": _MATCH},
    ("AllVerb", "all"): {
        "type": "array",
        "items": {"anyOf": [_MATCH, ref_to("NotVerb")]},
        "contains": _MATCH,
    },
    ("NotVerb", "not"): _MATCH,
    ("When", "language"): _language(LANGUAGES),
    ("When", "asked"): {"anyOf": [ref_to("Asked"), _MATCH], "not": _with_verb(ASKING)},
    ("Asked", "about"): _named(FACTS),
    ("Unless", "match"): _MATCH,
    ("AppendAction", "append"): _SAY,
    ("RetryAction", "then"): ref_to("ActionWithoutRetry"),
    ("Conversation", "turns"): {"type": "array", "minItems": 1, "items": ref_to("Turn")},
}

# What `arguments` do without: they are JSON, and must stay so.
_CHANNELS_WITH_ARGUMENTS = {
    "anyOf": [{"enum": ["arguments", "all"]}, {"contains": {"enum": ["arguments", "all"]}}]
}


def _does(name: str) -> Schema:
    """A value that is an action, by its name or as a mapping; also what follows a `retry`."""
    own = {"anyOf": [{"const": name}, {"type": "object", "required": [name]}]}
    after = {"type": "object", "required": ["then"], "properties": {"then": own}}
    return {"anyOf": [*own["anyOf"], after]}


def _some_action(name: str) -> Schema:
    return {
        "anyOf": [{"properties": {key: _does(name)}, "required": [key]} for key in ("action", "streamed")]
    }


def _only_with(key: str, name: str) -> Schema:
    return {"if": {"required": [key]}, "then": _some_action(name)}


_ONLY_FLAG = {
    "properties": {"action": {"const": "flag"}, "streamed": {"const": "flag"}},
    "required": ["action"],
}

_MORE: dict[str, Schema] = {
    "Rule": {
        "allOf": [
            _only_with("with", "redact"),
            _only_with("after_cut", "cut"),
            {"if": {"required": ["say"]}, "then": {"not": _ONLY_FLAG}},
            {
                "if": {"required": ["skip"]},
                "then": {"properties": {"match": {"not": _with_verb(COUNTING)}}},
            },
            {
                "if": {"required": ["say"], "not": {"required": ["streamed"]}},
                "then": {"properties": {"action": {"not": {"type": "object", "required": ["append"]}}}},
            },
            {
                "if": {
                    "anyOf": [
                        {"properties": {key: {"const": "append"}}, "required": [key]}
                        for key in ("action", "streamed")
                    ]
                },
                "then": {"required": ["say"]},
            },
            {
                "if": {"properties": {"in": _CHANNELS_WITH_ARGUMENTS}, "required": ["in"]},
                "then": {"not": {"anyOf": [_some_action(name) for name in ("remove", "append", "cut")]}},
            },
        ]
    },
    "LengthOptions": _EITHER,
    "LanguageOptions": _EITHER,
    "NumberOptions": {
        "if": {"required": ["region"]},
        "then": {"properties": {"kind": {"const": "phone"}}},
    },
    "When": {"minProperties": 1},
    "Unless": {"minProperties": 1},
    "RedactAction": {
        "if": {"properties": {"redact": {"type": "string"}}},
        "then": {"properties": {"with": {"type": "null"}}},
    },
    # Beside `turns` stands nothing that is about one reply.
    "Conversation": {
        "if": {"required": ["turns"]},
        "then": {"not": {"anyOf": [{"required": [key]} for key in schema.OF_A_TURN]}},
        "else": {"required": ["reply"]},
    },
}

# What `_PARTS` refers to.
_NAMED: tuple[type[schema.Mapping], ...] = (
    schema.Rule,
    schema.When,
    schema.Unless,
    schema.Asked,
    schema.Examples,
    schema.Example,
    schema.PhraseFile,
    schema.NumberOptions,
    schema.SecretOptions,
)
_BARE = ("flag", "redact", "append", "cut", "drop")
_MAPPINGS: tuple[type[schema.Mapping], ...] = (
    schema.RedactAction,
    schema.ReplaceAction,
    schema.RemoveAction,
    schema.AppendAction,
    schema.CutAction,
)


def pack_schema() -> Schema:
    """What a pack may say."""
    examples = {
        ("Examples", field.alias or name): _EXAMPLES for name, field in schema.Examples.model_fields.items()
    }
    maker = Maker(_PARTS | examples, _MORE)
    root = maker.mapping(schema.Pack)
    for model in _NAMED:
        maker.ref(model)
    defs = maker.definitions
    verbs = {verb: maker.ref(model) for verb, model in schema.VERBS.items()}
    for verb, model in schema.VERBS.items():
        defs[model.__name__]["description"] = verb_page(verb).paragraphs[0]
    defs["Match"] = {"type": "object", "anyOf": [ref for verb, ref in verbs.items() if verb != "not"]}
    mappings = [maker.ref(model) for model in _MAPPINGS]
    defs["ActionWithoutRetry"] = {"anyOf": [*_named(_BARE, ACTIONS)["anyOf"], *mappings]}
    defs["Action"] = {"anyOf": [*defs["ActionWithoutRetry"]["anyOf"], maker.ref(schema.RetryAction)]}
    defs["TextPerLanguage"] = _text_per_language()
    return {"$schema": DRAFT, "title": "A pack of filterproxy", **root, "$defs": dict(sorted(defs.items()))}


def conversations_schema() -> Schema:
    """What a file of conversations (`*.test.yaml`) may say."""
    maker = Maker(_PARTS, _MORE)
    maker.ref(schema.Turn)
    root = {"title": "Conversations for a pack of filterproxy", "type": "array"}
    items = maker.ref(schema.Conversation)
    return {"$schema": DRAFT, **root, "items": items, "$defs": dict(sorted(maker.definitions.items()))}


def _text_per_language() -> Schema:
    text = {"type": "string", "minLength": 1}
    codes = {code: text for code in ("default", *LANGUAGES)}
    with_country = {f"^(?:{'|'.join(map(_any_case, LANGUAGES))})(?:[-_].*)?$": text}
    mapping = {
        "type": "object",
        "properties": codes,
        "patternProperties": with_country,
        "required": ["default"],
        "additionalProperties": False,
    }
    return {"anyOf": [text, mapping]}


def as_text(found: Schema) -> str:
    """A schema as it is published: JSON with a line break at its end."""
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"
