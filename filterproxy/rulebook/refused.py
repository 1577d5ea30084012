"""What a detector says of options that it cannot work with, at the option that is meant."""

from __future__ import annotations

import re
from collections.abc import Callable

from filterproxy.detectors.tongues import NAMES
from filterproxy.rulebook.conditions import primary
from filterproxy.rulebook.document import Form
from filterproxy.rulebook.patterns import unreadable_pattern
from filterproxy.rulebook.problem import Place, Problem, nearest, one_of
from filterproxy.rulebook.source import Node
from filterproxy.rulebook.wording import unknown_language

_NEVER = "the rule would never be able to match"
_PHRASE = re.compile(r"phrase (\d+) (?P<said>.*)")
_TOKEN = re.compile(r"pattern (?P<pattern>\d+)(?:[,:] token (?P<token>\d+))?[,:]? (?P<said>.*)", re.DOTALL)
_OPERATORS = ("!", "*", "+", "1", "?", "{2}", "{2,}", "{2,4}")
_SCHEMA_PLACE = re.compile(r'this is no JSON Schema at "(?P<place>[^"]*)"')
# What people call the country, by the two letters that telephone numbers know it by.
_REGIONS = {"UK": "GB", "EN": "GB", "USA": "US", "GER": "DE"}


def refused(form: Form, node: Node, message: str) -> Problem:
    """The problem of a match (*node*) whose detector said *message*."""
    verb = form["verb"]
    return _TOLD[verb](node, message) if verb in _TOLD else _cannot(node.at((verb,)).place, verb, message)


def not_installed(place: Place, verb: str) -> Problem:
    """A verb whose package is not there."""
    return Problem(
        place,
        "FP022",
        f'"{verb}" needs a package that is not installed',
        "the rule could not run",
        "install it: pip install 'filterproxy[nlp]'",
    )


def _cannot(place: Place, verb: str, what: str, fix: str = "", label: str = "") -> Problem:
    otherwise = f'rules/WRITING.md says what "{verb}" takes'
    return Problem(place, "FP022", f'"{verb}" cannot work with this: {what}', _NEVER, fix or otherwise, label)


def _of_regex(node: Node, message: str) -> Problem:
    return unreadable_pattern(node.at(("regex",)), message)


def _of_phrases(node: Node, message: str) -> Problem:
    inner = node.at(("phrases",))
    at = _PHRASE.fullmatch(message)
    if at is None:
        return _cannot(inner.place, "phrases", message)
    place = inner.at((int(at[1]) - 1,)).place
    fix = "write a shorter one: its first words will do"
    return Problem(place, "FP022", f"this phrase {at['said']}", _NEVER, fix)


def _of_service(node: Node, message: str) -> Problem:
    fix = "write it as in http://127.0.0.1:9000/judge"
    return _cannot(node.at(("service", "url")).place, "service", message, fix)


def _of_python(node: Node, message: str) -> Problem:
    return _cannot(node.at(("python",)).place, "python", message, "write it as in our_rules.codes:find")


def _of_secret(node: Node, message: str) -> Problem:
    return _of_kind(node.at(("secret",)), "secret", message)


def _of_number(node: Node, message: str) -> Problem:
    inner = node.at(("number",))
    what = message.partition("; there are ")[0]
    if "region" not in what:
        return _of_kind(inner, "number", message)
    region = inner.at(("region",))
    written = str(region.value)
    near = _REGIONS.get(written.upper(), written.upper())
    fix = f'did you mean "{near}"?' if len(near) == 2 and near != written else ""
    return _cannot(region.place, "number", what, fix)


def _of_kind(node: Node, verb: str, message: str) -> Problem:
    """Of a verb (its value is *node*) that names what there is."""
    what, _, names = message.partition("; there are ")
    known = names.split(", ")
    kind = node.at(("kind",))
    near = nearest(str(kind.value), known)
    return _cannot(kind.place, verb, what, f'did you mean "{near}"?' if near else "", one_of(known))


def _of_language(node: Node, message: str) -> Problem:
    """Of a list the first member that is no language is meant."""
    node = node.at(("language",))
    inner = next((found for key in ("is", "not") if (found := node.get(key)) is not None), node)
    members = inner.items() or (inner,)
    wrong = next(
        (m for m in members if f"{m.value!r} " in message or primary(str(m.value)) not in NAMES), inner
    )
    if wrong.value == "asked":
        fix = "write `not: asked`: a reply in the language of the question is as it should be"
        return _cannot(wrong.place, "language", "`is: asked`", fix)
    names = NAMES if node.get("not") is None else {**NAMES, "asked": "asked"}
    return unknown_language(wrong.place, str(wrong.value), "no text is ever told to be in it", names)


def _of_schema(node: Node, message: str) -> Problem:
    """In a schema that stands in the pack, at the word that is meant; else at its file's name."""
    at = _SCHEMA_PLACE.match(message)
    steps = () if at is None else tuple(int(s) if s.isdigit() else s for s in at["place"].split("/"))
    place = node.at(("json_schema", "violated", *steps)).place
    return _cannot(place, "json_schema", message, "https://json-schema.org says what a schema may hold")


def _of_entity(node: Node, message: str) -> Problem:
    if "needs spaCy" in message:
        return not_installed(node.keys["entity"], "entity")
    if "is not installed" in message:
        what, _, command = message.partition(": ")
        place = node.at(("model",)).place if "model" in node.keys else node.keys["entity"]
        return Problem(place, "FP022", what, "the rule could not run", f"install it: {command}")
    what, _, names = message.partition("; there are ")
    inner = node.at(("entity",))
    wrong = next((m for m in inner.items() or (inner,) if repr(m.value) in what), inner)
    known = names.split(", ")
    near = nearest(str(wrong.value).upper(), known)
    return _cannot(wrong.place, "entity", what, f'did you mean "{near}"?' if near else "", one_of(known))


def _of_tokens(node: Node, message: str) -> Problem:
    if "needs spaCy" in message:
        return not_installed(node.keys["tokens"], "tokens")
    if "language" in message:
        language = node.at(("language",))
        return _cannot(
            language.place,
            "tokens",
            f'spaCy has no language "{language.value}"',
            "write its two letters, as in en or de",
        )
    at = _TOKEN.fullmatch(message)
    inner = node.at(("tokens",))
    if at is None:
        return _cannot(inner.place, "tokens", message)
    pattern = _pattern(inner, int(at["pattern"]) - 1)
    if at["token"] is None:
        return _cannot(
            pattern.place, "tokens", at["said"].replace("has no tokens", "a pattern without tokens")
        )
    return _of_token(pattern.at((int(at["token"]) - 1,)), at["said"])


def _pattern(node: Node, number: int) -> Node:
    """One of several patterns, or the only one."""
    lists = [member for member in node.items() if isinstance(member.value, tuple)]
    return lists[number] if number < len(lists) else node


def _of_token(token: Node, message: str) -> Problem:
    what, _, names = message.partition("; there are ")
    known = names.split(", ") if names else []
    key = next((key for key in token.keys if re.match(rf"{re.escape(key.upper())}\b", what)), "")
    if known:
        near = nearest(key, known)
        place = token.keys.get(key, token.place)
        return _cannot(place, "tokens", what, f'did you mean "{near}"?' if near else "", one_of(known))
    place = token.at((key,)).place if key else token.place
    if "->" not in what:
        return _cannot(place, "tokens", what)
    if key.upper() == "OP":
        fix = "write how often the token may stand there, as in ? or +"
        return _cannot(place, "tokens", f'"{key}" has no such value', fix, one_of(_OPERATORS))
    return _cannot(place, "tokens", f'"{key}" has no such value' if key else "this token cannot be read")


# Of a match and what its detector said; the other verbs have no options that could be refused one by one.
_TOLD: dict[str, Callable[[Node, str], Problem]] = {
    "regex": _of_regex,
    "phrases": _of_phrases,
    "tokens": _of_tokens,
    "number": _of_number,
    "secret": _of_secret,
    "language": _of_language,
    "json_schema": _of_schema,
    "entity": _of_entity,
    "service": _of_service,
    "python": _of_python,
}
