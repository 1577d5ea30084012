"""
Dialects as an operator gives them to paths (`dialects:` of the configuration):

    dialects:
      - {path: /v1/mine/chat, dialect: openai_chat}
      - path: /ask/*
        dialect: generic
        request_text: {system: context, user: question}
        reply_text: answers[*].text
        stream: sse
        stream_text: token
        stream_end: done
        keep: [conversation]
      - {path: /stream, dialect: text, request_text: prompt}

The first that fits counts, before the paths that are known. `path` is a glob of the whole path, and `method`
is POST unless it says otherwise. `request_text` is a path into JSON, several, or such by role; `reply_text`
and `stream_text` are such, or by channel.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from filterproxy.dialects.dialect import Dialect
from filterproxy.dialects.generic import GENERIC, STREAMS, Described, generic
from filterproxy.dialects.generic.layout import KINDS, Layout, Text
from filterproxy.dialects.generic.path import EVERY, Path, PathError, parse_path
from filterproxy.dialects.generic.request import ROLES, Asked
from filterproxy.dialects.routes import ANY, ROUTES, Override, Routes, loose_parts
from filterproxy.dialects.text import TEXT, text

KNOWN = {route.dialect.name: route.dialect for route in reversed(ROUTES)}
DIALECTS = (*sorted(KNOWN), GENERIC, TEXT)
METHODS = ("POST", "GET", "PUT")

_ALWAYS = ("path", "dialect", "method")
_KEYS = {TEXT: (*_ALWAYS, "request_text")} | {
    GENERIC: (*_ALWAYS, "request_text", "reply_text", "stream", "stream_text", "stream_end", "keep")
}
_EVERY_KEY = _KEYS[GENERIC]


@dataclass(frozen=True, slots=True)
class Mistake:
    """
    One thing that is wrong with an entry.

    at: the keys and numbers that lead to it. key: it is the key that is wrong, not its value. what, why, fix:
    for the operator. offset: where in a text; -1 for all of it.
    """

    code: str
    at: tuple[str | int, ...]
    what: str
    why: str
    choices: tuple[str, ...] = ()
    fix: str = ""
    key: bool = False
    offset: int = -1


def routes_of(entries: Sequence[Mapping[str, Any]]) -> Routes:
    """The table of routes, these first. Raises ValueError for an entry that is mistaken."""
    return Routes((*map(override_of, entries), *ROUTES))


def override_of(entry: Mapping[str, Any]) -> Override:
    """What an entry means. Raises ValueError when it is mistaken."""
    for mistake in mistakes(entry):
        raise ValueError(f"dialects has {mistake.what}")
    parts = "/".join(loose_parts(entry["path"]))
    glob = parts if entry["path"].startswith(ANY) else f"/{parts}"
    return Override(entry.get("method", "POST"), re.compile(fnmatch.translate(glob)), _dialect_of(entry))


def _dialect_of(entry: Mapping[str, Any]) -> Dialect:
    name = entry["dialect"]
    if name in KNOWN:
        return KNOWN[name]
    asked = Asked(tuple((role, path) for role, _, path in _paths(entry, "request_text", "user")))
    if name == TEXT:
        return text(asked)
    reply = _layout(entry, "reply_text")
    event = _layout(entry, "stream_text") if "stream_text" in entry else reply
    end = parse_path(entry["stream_end"]) if "stream_end" in entry else None
    return generic(Described(asked, reply, entry.get("stream", "none"), event, end))


def _layout(entry: Mapping[str, Any], key: str) -> Layout:
    texts = tuple(Text(kind, part, path) for kind, part, path in _paths(entry, key, "content"))
    return Layout(texts, frozenset(entry.get("keep", ())))


def _paths(entry: Mapping[str, Any], key: str, name: str) -> Iterator[tuple[str, int, Path]]:
    """The paths of an entry, with what they are for and their number among those."""
    for named, part, _, written in _written(entry.get(key), name):
        yield named, part, parse_path(written)


def _written(value: Any, name: str) -> Iterator[tuple[str, int, tuple[str | int, ...], Any]]:
    """Each path as it is written: what it is for, its number, and the keys that lead to it."""
    if isinstance(value, Mapping):
        for named, inner in value.items():
            for _, part, at, written in _written(inner, named):
                yield named, part, (named, *at), written
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for part, written in enumerate(value):
            yield name, part, (part,), written
    elif value is not None:
        yield name, 0, (), value


def mistakes(entry: Mapping[str, Any]) -> Iterator[Mistake]:
    """Everything that is wrong with an entry whose values are plain ones."""
    yield from _wrong_path(entry)
    yield from _not_one_of(entry, "method", METHODS)
    if "dialect" not in entry:
        yield _missing("dialect", "it says how the paths are read", DIALECTS)
        return
    wrong = list(_not_one_of(entry, "dialect", DIALECTS))
    yield from wrong
    name = entry["dialect"]
    yield from _wrong_keys(entry, _EVERY_KEY if wrong else _KEYS.get(name, _ALWAYS), "" if wrong else name)
    if not wrong and name not in KNOWN:
        yield from _wrong_texts(entry)


def _wrong_path(entry: Mapping[str, Any]) -> Iterator[Mistake]:
    path = entry.get("path")
    if path is None:
        yield _missing("path", "it says which requests are meant")
    elif not isinstance(path, str) or not path.startswith(("/", "*")):
        why = "it is compared with the paths of requests, and those begin with a slash"
        yield Mistake("FP014", ("path",), '"path" wants a path', why, fix="write it as in /v1/mine/*")


def _wrong_keys(entry: Mapping[str, Any], known: Sequence[str], dialect: str) -> Iterator[Mistake]:
    for key in entry:
        if key in known:
            continue
        if key in _EVERY_KEY:
            why = "it already knows where its texts are" if dialect in KNOWN else "all of a reply is its text"
            what = f'"{key}" does not go with the dialect {dialect}'
            yield Mistake(
                "FP026", (key,), what, why, fix=f"take it out, or write dialect: {GENERIC}", key=True
            )
        else:
            why = "nobody would read it, and replies would be read in another way than the file says"
            yield Mistake("FP010", (key,), f'unknown key "{key}" in a dialect', why, tuple(known), key=True)


def _wrong_texts(entry: Mapping[str, Any]) -> Iterator[Mistake]:
    yield from _wrong_written(entry, "request_text", ROLES)
    if entry["dialect"] == TEXT:
        return
    if entry.get("reply_text") is None:
        yield _missing("reply_text", "nobody would know which of a reply's texts is the model's")
    for key in ("reply_text", "stream_text"):
        yield from _wrong_written(entry, key, KINDS)
        yield from _no_content(entry, key)
        yield from _several_numbers(entry, key)
    yield from _not_one_of(entry, "stream", STREAMS)
    for key in ("stream_text", "stream_end"):
        if entry.get(key) is not None and entry.get("stream", "none") == "none":
            why = "no reply would be read as a stream"
            yield Mistake(
                "FP026", (key,), f'"{key}" without a stream', why, fix="add `stream: sse`", key=True
            )
    if "stream_end" in entry:
        yield from _unreadable(("stream_end",), entry["stream_end"])
    keep = entry.get("keep", ())
    if isinstance(keep, str) or not isinstance(keep, Sequence) or not all(isinstance(k, str) for k in keep):
        why = "it names keys that carry no text of the model"
        yield Mistake(
            "FP014", ("keep",), '"keep" wants a list of keys', why, fix="write them in brackets: [one]"
        )


def _wrong_written(entry: Mapping[str, Any], key: str, names: tuple[str, ...]) -> Iterator[Mistake]:
    value = entry.get(key)
    if isinstance(value, Mapping):
        for name in value:
            if name not in names:
                why = "a text has a role" if names is ROLES else "a text has a channel"
                what = f'unknown {"role" if names is ROLES else "channel"} "{name}"'
                yield Mistake("FP013", (key, name), what, why, names, key=True)
    if key in entry and not list(_written(value, "")):
        yield Mistake("FP016", (key,), f'"{key}" is empty', "it says where texts are", fix="write a path")
    for _, _, at, written in _written(value, ""):
        yield from _unreadable((key, *at), written)


def _unreadable(at: tuple[str | int, ...], written: Any) -> Iterator[Mistake]:
    why = "no text would be found with it"
    fix = "write it as in data.answer or choices[*].text"
    if not isinstance(written, str):
        yield Mistake("FP014", at, f'"{at[0]}" wants a path into JSON', why, fix=fix)
        return
    try:
        parse_path(written)
    except PathError as error:
        yield Mistake(
            "FP014", at, f"a path that cannot be read: {error.args[0]}", why, fix=fix, offset=error.args[1]
        )


def _no_content(entry: Mapping[str, Any], key: str) -> Iterator[Mistake]:
    value = entry.get(key)
    if isinstance(value, Mapping) and value and set(value) <= set(KINDS) - {"content"}:
        why = "what a rule says instead of a reply has no other place"
        yield Mistake("FP009", (key,), f'"{key}" without "content"', why, fix="add `content:`", key=True)


def _several_numbers(entry: Mapping[str, Any], key: str) -> Iterator[Mistake]:
    roots = set()
    for _, _, at, written in _written(entry.get(key), ""):
        try:
            path = parse_path(written)
        except (PathError, TypeError, AttributeError):
            continue
        roots.add(isinstance(path[0], str))
        if path.count(EVERY) > 1:
            why = "it numbers the choices of a reply, and they have one number each"
            what = "a path with more than one [*]"
            yield Mistake("FP026", (key, *at), what, why, fix="write [0] for all but one of them")
    if len(roots) > 1:
        why = "a reply is either of them"
        yield Mistake("FP026", (key,), "paths into an array and into an object", why, fix="write one kind")


def _not_one_of(entry: Mapping[str, Any], key: str, choices: tuple[str, ...]) -> Iterator[Mistake]:
    value = entry.get(key, choices[0])
    why = f"it is one of {', '.join(choices)}"
    if not isinstance(value, str):
        yield Mistake("FP014", (key,), f'"{key}" wants a word', why, choices)
    elif value not in choices:
        yield Mistake("FP013", (key,), f'unknown {key} "{value}"', why, choices)


def _missing(key: str, why: str, choices: tuple[str, ...] = ()) -> Mistake:
    named = f", one of: {', '.join(choices)}" if choices else ""
    return Mistake("FP009", (), f'a dialect without "{key}"', why, fix=f"add `{key}:`{named}")
