"""What an author wrote under `match:`, verb by verb, as a form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from filterproxy.facts import FACTS
from filterproxy.rulebook import schema
from filterproxy.rulebook.conditions import primary
from filterproxy.rulebook.detect import detector_of
from filterproxy.rulebook.document import Form
from filterproxy.rulebook.files import read_beside
from filterproxy.rulebook.fit import fit
from filterproxy.rulebook.match_verb import BESIDE, EXAMPLE, verb_of
from filterproxy.rulebook.patterns import pattern_problem
from filterproxy.rulebook.problem import Place, Problem
from filterproxy.rulebook.read_asking import read_entity, read_json_schema, read_python
from filterproxy.rulebook.refused import not_installed, refused
from filterproxy.rulebook.source import Node
from filterproxy.rulebook.wording import empty, unknown_word, wrong_kind

_IN_ALL_ONLY = "`not` narrows what another member of an `all` finds"


def read_match(node: Node, folder: Path, problems: list[Problem]) -> Form | None:
    """
    The form of a match; None where it has mistakes, which are then in *problems*.

    folder: where the pack stands, for the files that it names.
    """
    if not isinstance(node.value, dict):
        problems.append(wrong_kind(node, "a match", "a mapping", EXAMPLE))
        return None
    verb = verb_of(node, problems)
    if verb is None:
        return None
    if verb == "not":
        problems.append(_lonely_not(node.keys["not"]))
        read_match(node.value["not"], folder, problems)
        return None
    fitted = fit(schema.VERBS[verb], node, f'a match with "{verb}"', problems)
    form = _READ[verb](node, folder, problems) if verb in _READ else _as_written(verb, fitted)
    # With a mistake in an option, the pattern is still worth looking at.
    if form is None or (fitted is None and verb != "regex"):
        return None
    options = schema.VERBS[verb].model_fields
    form |= {key: getattr(fitted, key, options[key].default) for key in BESIDE.get(verb, ())}
    works = verb in ("any", "all") or _works(form, node, problems)
    return form if works and fitted is not None else None


def _lonely_not(place: Place) -> Problem:
    return Problem(
        place,
        "FP024",
        "`not` outside `all`",
        "alone it would match whatever is left, and has no text to point at",
        "put it into an `all` beside a match that finds something: `all: [{...}, {not: {...}}]`",
    )


def _works(form: Form, node: Node, problems: list[Problem]) -> bool:
    """Whether the detector takes the options."""
    try:
        detector_of(form)
    except ValueError as error:
        problems.append(refused(form, node, str(error)))
        return False
    except ImportError:
        problems.append(not_installed(node.keys[form["verb"]], form["verb"]))
        return False
    problem = pattern_problem(node.at(("regex",))) if form["verb"] == "regex" else None
    if problem is not None:
        problems.append(problem)
    return problem is None


def _read_regex(node: Node, folder: Path, problems: list[Problem]) -> Form | None:
    pattern = node.at(("regex",)).value
    return {"verb": "regex", "pattern": pattern} if isinstance(pattern, str) and pattern else None


def _read_phrases(node: Node, folder: Path, problems: list[Problem]) -> Form | None:
    inner = node.at(("phrases",))
    if isinstance(inner.value, dict):
        found = _phrases_of_file(inner, folder, problems)
    else:
        found = texts(inner, '"phrases"', "a phrase", problems)
    return None if found is None else {"verb": "phrases", "phrases": found}


def texts(node: Node, name: str, one: str, problems: list[Problem]) -> list[str] | None:
    """A list of texts, none of them empty; None, and problems, where it is something else."""
    if not isinstance(node.value, tuple):
        problems.append(wrong_kind(node, name, "a list", f"{name} is a list of texts"))
        return None
    if not node.value:
        problems.append(empty(node, name, "the rule would have nothing to look for"))
    before = len(problems)
    for member in node.value:
        if not isinstance(member.value, str):
            problems.append(wrong_kind(member, one, "text", "only text can be compared with a reply"))
        elif not member.value.strip():
            problems.append(_empty_phrase(member, one))
    sound = len(problems) == before and bool(node.value)
    return [str(member.value) for member in node.value] if sound else None


def _empty_phrase(node: Node, one: str) -> Problem:
    return Problem(
        node.place,
        "FP016",
        f"{one} without a character",
        "it would be found everywhere",
        "write it, or take the line out",
    )


def _phrases_of_file(node: Node, folder: Path, problems: list[Problem]) -> list[str] | None:
    fitted = fit(schema.PhraseFile, node, '"phrases"', problems)
    if fitted is None:
        return None
    place = node.at(("file",)).place
    try:
        text = read_beside(folder, fitted.file)
    except ValueError as error:
        problems.append(_phrase_file(place, f'"{fitted.file}" {error}'))
        return None
    lines = (line.strip() for line in text.splitlines())
    found = [line for line in lines if line and not line.startswith("#")]
    if not found:
        problems.append(_phrase_file(place, f'"{fitted.file}" holds no phrases'))
    return found or None


def _phrase_file(place: Place, what: str) -> Problem:
    return Problem(
        place,
        "FP023",
        what,
        "the rule would have nothing to look for",
        "name a UTF-8 file from the pack's folder, with one phrase a line (lines with # are comments)",
    )


def _read_fact(node: Node, folder: Path, problems: list[Problem]) -> Form | None:
    kind = fact_kind(node.at(("fact",)), "fact", problems)
    return None if kind is None else {"verb": "fact", "kind": kind}


def fact_kind(node: Node, key: str, problems: list[Problem]) -> str | None:
    """The name of a kind of fact; None, and a problem, where there is no such kind."""
    if isinstance(node.value, str) and node.value in FACTS:
        return node.value
    if node.value or not isinstance(node.value, str):
        problems.append(
            unknown_word(
                node,
                key,
                tuple(FACTS),
                "only statements whose meaning is known can be compared with the request",
            )
        )
    return None


def _read_tokens(node: Node, folder: Path, problems: list[Problem]) -> Form | None:
    inner = node.at(("tokens",))
    lists = [member for member in inner.items() if isinstance(member.value, tuple)]
    patterns = lists if lists else [inner]
    sound = bool(inner.items())
    if inner.value == ():
        problems.append(empty(inner, '"tokens"', "the rule would have nothing to look for"))
    for member in inner.items() if lists else ():
        if not isinstance(member.value, tuple):
            problems.append(wrong_kind(member, "a pattern", "a list", "the others here are lists of tokens"))
            sound = False
    for token in (token for pattern in patterns for token in pattern.items()):
        if not isinstance(token.value, dict):
            problems.append(
                wrong_kind(
                    token, "a token", "a mapping", "each token is told by its attributes: {LOWER: refund}"
                )
            )
            sound = False
    return {"verb": "tokens", "patterns": [pattern.plain() for pattern in patterns]} if sound else None


def _as_written(verb: str, fitted: schema.Mapping | None) -> Form | None:
    """The form of a verb whose options mean what they say."""
    return None if fitted is None else {"verb": verb, **getattr(fitted, verb).model_dump()}


def _read_length(node: Node, folder: Path, problems: list[Problem]) -> Form | None:
    key = _either(
        node,
        "length",
        ("over", "under"),
        ("a text cannot be too long and too short at once", "every text would have the right length"),
        "write `length: {over: 2000}`; for both make two rules",
        problems,
    )
    if key is None:
        return None
    return {"verb": "length", "over": None, "under": None, key: node.at(("length", key)).value}


def _read_language(node: Node, folder: Path, problems: list[Problem]) -> Form | None:
    key = _either(
        node,
        "language",
        ("is", "not"),
        ("what is in one language is in no other", "there would be no language to compare with"),
        "write `language: {not: asked}`, or `language: {is: [de, en]}`",
        problems,
    )
    if key is None:
        return None
    named = node.at(("language", key))
    members = [member.value for member in named.items() or (named,)]
    codes = [code for code in members if isinstance(code, str) and code]
    if len(codes) < len(members):
        return None
    languages = [code if code == "asked" else primary(code) for code in codes]
    return {"verb": "language", "languages": languages, "other": key == "not"}


def _either(
    node: Node, verb: str, keys: tuple[str, str], why: tuple[str, str], fix: str, problems: list[Problem]
) -> str | None:
    """
    The one of two options that *verb* has; None, and a problem, where it has both or none.

    why: what follows from both, and from none.
    """
    inner = node.at((verb,))
    if not isinstance(inner.value, dict):
        return None
    given = [key for key in keys if inner.get(key) is not None]
    if len(given) == 1:
        return given[0]
    if set(inner.keys) <= set(keys):  # a stranger beside them may be meant for one
        what = f'"{verb}" wants one of "{keys[0]}" and "{keys[1]}"'
        problems.append(Problem(inner.place, "FP025", what, why[0] if given else why[1], fix))
    return None


def _read_number(node: Node, folder: Path, problems: list[Problem]) -> Form | None:
    inner = node.at(("number",))
    if isinstance(inner.value, str) and inner.value:
        return {"verb": "number", "kind": inner.value, "region": None}
    fitted = fit(schema.NumberOptions, inner, '"number"', problems)
    if fitted is not None and fitted.region is not None and fitted.kind != "phone":
        problems.append(_region_of(inner, fitted.kind))
    return None if fitted is None else {"verb": "number", "kind": fitted.kind, "region": fitted.region}


def _region_of(node: Node, kind: str) -> Problem:
    return Problem(
        node.keys["region"],
        "FP026",
        f'"region" beside the kind "{kind}"',
        "only telephone numbers are written otherwise from country to country",
        "take it out, or write `kind: phone`",
    )


def _read_secret(node: Node, folder: Path, problems: list[Problem]) -> Form | None:
    inner = node.at(("secret",))
    if isinstance(inner.value, str) and inner.value:
        return {"verb": "secret", "kind": inner.value}
    fitted = fit(schema.SecretOptions, inner, '"secret"', problems)
    return None if fitted is None else {"verb": "secret", "kind": fitted.kind}


def _read_any(node: Node, folder: Path, problems: list[Problem]) -> Form | None:
    members = [read_match(member, folder, problems) for member in node.at(("any",)).items()]
    sound = [member for member in members if member is not None]
    return {"verb": "any", "members": sound} if members and len(sound) == len(members) else None


def _read_all(node: Node, folder: Path, problems: list[Problem]) -> Form | None:
    members = node.at(("all",)).items()
    negative = [member for member in members if tuple(member.keys) == ("not",)]
    positive = [member for member in members if member not in negative]
    if members and not positive:
        problems.append(_only_nots(negative[0].keys["not"]))
    found = [read_match(member, folder, problems) for member in positive]
    nots = [read_match(member.at(("not",)), folder, problems) for member in negative]
    if not found or None in found or None in nots:
        return None
    return {"verb": "all", "first": found[0], "others": found[1:], "nots": nots}


def _only_nots(place: Place) -> Problem:
    return Problem(
        place,
        "FP024",
        "`all` with nothing but `not`",
        _IN_ALL_ONLY + "; here there is nothing to find",
        "add a member that finds something, and put it first: its text is what the action takes",
    )


_READ: dict[str, Callable[[Node, Path, list[Problem]], Form | None]] = {
    "regex": _read_regex,
    "phrases": _read_phrases,
    "fact": _read_fact,
    "tokens": _read_tokens,
    "length": _read_length,
    "language": _read_language,
    "number": _read_number,
    "secret": _read_secret,
    "json_schema": read_json_schema,
    "entity": read_entity,
    "python": read_python,
    "any": _read_any,
    "all": _read_all,
}
