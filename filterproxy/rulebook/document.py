"""
The checked rulebook as plain data: what one process may hand to another as JSON.

A *form* is the normal form of a part of a rule: a mapping with "verb" and every option filled in.

    match    {"verb": "regex", "pattern": "...", "ignore_case": false}
             {"verb": "phrases", "phrases": ["..."], "words": true}
             {"verb": "tokens", "patterns": [[{}]], "language": "en"}
             {"verb": "fact", "kind": "..."}
             {"verb": "number", "kind": "phone", "region": "GB"}
             {"verb": "secret", "kind": "github"}
             {"verb": "length", "over": 5, "under": null}
             {"verb": "repetition", "of": "words", "times": 3}
             {"verb": "repeats", "of": "system", "words": 12}
             {"verb": "language", "languages": ["de", "asked"], "other": true}
             {"verb": "json_schema", "schema": {}, "fenced": false}
             {"verb": "entity", "labels": ["PERSON"], "model": "en_core_web_sm"}
             {"verb": "service", "url": "", "timeout": 300, "over": null, "question": false, "limit": 20000}
             {"verb": "python", "function": "package.module:function", "timeout": 100}
             {"verb": "any", "members": [...]}
             {"verb": "all", "first": {}, "others": [], "nots": []}
    action   {"verb": "flag"}  {"verb": "drop"}
             {"verb": "redact", "with": "..."}  {"verb": "replace", "template": "..."}
             {"verb": "remove", "unit": "sentence"}  {"verb": "append", "text": {"default": "..."}}
             {"verb": "cut", "unit": "sentence", "close": false}
             {"verb": "retry", "times": 1, "note": "", "temperature": null, "fallback": "", "then": {}}
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypedDict

Form = dict[str, Any]

# What a rule does; the rest of it only says where it stands, for whom and why.
_MATTERS = (
    "id",
    "match",
    "scope",
    "in",
    "when",
    "unless",
    "action",
    "streamed",
    "say",
    "mode",
    "rollout",
    "on_error",
    "exact",
    "skip",
)
_HASH_LENGTH = 16
_VERSION_LENGTH = 12


class Document(TypedDict):
    """
    version: of the rule language. hash: of what the rules do, whatever their files are called. rules: in the
    order in which they run, each a form with the keys of `_MATTERS` and pack, file, line, examples, owner,
    link, created, expires, why. known: texts of the operator's files, by name.
    """

    version: int
    hash: str
    rules: list[Form]
    known: dict[str, str]


def document_of(rules: list[Form], known: Mapping[str, str] = MappingProxyType({})) -> Document:
    """The document of checked rules, with its hash."""
    return {"version": 1, "hash": hash_of(rules, known), "rules": rules, "known": dict(known)}


def hash_of(rules: list[Form], known: Mapping[str, str] = MappingProxyType({})) -> str:
    """The first 16 hexadecimal digits of SHA-256 over canonical JSON of what rules do and what is known."""
    matters: list[Any] = [_matters(rule) for rule in rules]
    matters += [dict(known)] if known else []
    return _digest(matters)[:_HASH_LENGTH]


def digest_of(rule: Form) -> str:
    """SHA-256 in hexadecimal over canonical JSON of what a rule does."""
    return _digest(_matters(rule))


def version_of(rule: Form) -> str:
    """
    Which version of a rule this is, as 12 hexadecimal digits: a digest of what it does, however far it is
    rolled out. What was seen of one version, and said of it, says nothing of another.

    Raises KeyError for a form that another version of the program made.
    """
    return digest_of({**rule, "mode": "", "rollout": 1.0})[:_VERSION_LENGTH]


def versions_of(document: Document) -> dict[str, str]:
    """The version of each rule, by its id."""
    return {rule["id"]: version_of(rule) for rule in document["rules"]}


def _matters(rule: Form) -> Form:
    return {key: rule[key] for key in _MATTERS}


def _digest(value: Any) -> str:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
