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
from filterproxy.rulebook.patterns import pattern_problem
from filterproxy.rulebook.problem import Place, Problem, nearest, one_of
from filterproxy.rulebook.read_asking import read_entity, read_json_schema, read_python, read_service
from filterproxy.rulebook.refused import not_installed, refused
from filterproxy.rulebook.source import Node
from filterproxy.rulebook.wording import empty, later, unknown_word, wrong_kind

_IN_ALL_ONLY = "`not` narrows what another member of an `all` finds"


def read_match(node: Node, folder: Path, problems: list[Problem]) -> Form | None:
    """
    The form of a match; None where it has mistakes, which are then in *problems*.

    folder: where the pack stands, for the files that it names.
    """
    if not isinstance(node.value, dict):
        problems.append(wrong_kind(node, "a match", "a mapping", _EXAMPLE))
        return None
    verb = _verb(node, problems)
    if verb is None:
        return None
    if verb == "not":
        problems.append(_lonely_not(node.keys["not"]))
        read_match(node.value["not"], folder, problems)
        return None
    fitted = fit(schema.VERBS[verb], node, f'a match with "{verb}"', problems)
    form = _READ[verb](node, folder, problems)
    # With a mistake in an option, the pattern is still worth looking at.
    if form is None or (fitted is None and verb != "regex"):
        return None
    options = schema.VERBS[verb].model_fields
    form |= {key: getattr(fitted, key, options[key].default) for key in _OPTIONS.get(verb, ())}
    works = verb in ("any", "all") or _works(form, node, problems)
    return form if works and fitted is not None else None


_EXAMPLE = "a match is a verb and what it looks for, as in `phrases: [refund]`"
# Keys beside the verb that go into the form as they are.
_OPTIONS = {
    "regex": ("ignore_case",),
    "phrases": ("words",),
    "tokens": ("language",),
    "python": ("timeout",),
    "entity": ("model",),
}


def _verb(node: Node, problems: list[Problem]) -> str | None:
    found = [key for key in node.keys if key in schema.VERBS]
    found = [key for key in found if not any(key in _OPTIONS.get(other, ()) for other in found)]
    if len(found) == 1:
        return found[0]
    if found:
        problems.append(_several(node.keys[found[1]], found))
    elif not node.keys:
        problems.append(_nothing(node))
    else:
        problems.append(_no_verb(node))
    return None


def _nothing(node: Node) -> Problem:
    return Problem(
        node.place,
        "FP009",
        "a match without a verb",
        "the rule would have nothing to look for",
        "write a verb and what it looks for, as in `phrases: [refund]`",
        label=one_of(schema.VERBS),
    )


# What authors of other programs call the verbs.
_OTHER_NAMES = {
    **dict.fromkeys(
        ("contains", "word", "words", "keyword", "keywords", "text", "string", "terms"), "phrases"
    ),
    **dict.fromkeys(("pattern", "patterns", "re", "regexp", "matches"), "regex"),
    **dict.fromkeys(("and",), "all"),
    **dict.fromkeys(("or",), "any"),
}


def _no_verb(node: Node) -> Problem:
    for key, place in node.keys.items():
        if key in schema.LATER_VERBS:
            return later(place, f'the verb "{key}"')
    near = {key: _OTHER_NAMES.get(key.lower()) or nearest(key, schema.VERBS) for key in node.keys}
    key = next((key for key, verb in near.items() if verb), next(iter(node.keys)))
    return Problem(
        node.keys[key],
        "FP011",
        f'unknown verb "{key}"',
        "the rule would have nothing to look for",
        f'did you mean "{near[key]}"?' if near[key] else _EXAMPLE,
        label=one_of(schema.VERBS),
    )


def _several(place: Place, found: list[str]) -> Problem:
    return Problem(
        place,
        "FP025",
        "one match with several verbs: " + ", ".join(found),
        "it would be anybody's guess whether one or all of them must be found",
        f"write `any: [{{{found[0]}: ...}}, {{{found[1]}: ...}}]`, or `all`",
    )


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


def _read_length(node: Node, folder: Path, problems: list[Problem]) -> Form | None:
    inner = node.at(("length",))
    if not isinstance(inner.value, dict):
        return None
    given = [key for key in ("over", "under") if inner.get(key) is not None]
    if len(given) != 1 and set(inner.keys) <= {"over", "under"}:
        problems.append(_one_length(inner, len(given)))
    if len(given) != 1:
        return None
    return {"verb": "length", "over": inner.at(("over",)).value if "over" in given else None} | {
        "under": inner.at(("under",)).value if "under" in given else None
    }


def _one_length(node: Node, given: int) -> Problem:
    return Problem(
        node.place,
        "FP025",
        '"length" wants one of "over" and "under"',
        "a text cannot be too long and too short at once"
        if given
        else "every text would have the right length",
        "write `length: {over: 2000}`; for both make two rules",
    )


def _read_repetition(node: Node, folder: Path, problems: list[Problem]) -> Form | None:
    inner = node.at(("repetition",))
    if not isinstance(inner.value, dict):
        return None
    of, times = inner.get("of"), inner.get("times")
    return {
        "verb": "repetition",
        "of": "words" if of is None else of.value,
        "times": 3 if times is None else times.value,
    }


def _read_repeats(node: Node, folder: Path, problems: list[Problem]) -> Form | None:
    inner = node.at(("repeats",))
    if not isinstance(inner.value, dict):
        return None
    of, words = inner.get("of"), inner.get("words")
    return {
        "verb": "repeats",
        "of": "system" if of is None else of.value,
        "words": 12 if words is None else words.value,
    }


def _read_language(node: Node, folder: Path, problems: list[Problem]) -> Form | None:
    inner = node.at(("language",))
    if not isinstance(inner.value, dict):
        return None
    given = [key for key in ("is", "not") if inner.get(key) is not None]
    if len(given) != 1 and set(inner.keys) <= {"is", "not"}:
        problems.append(_one_language(inner, len(given)))
    if len(given) != 1:
        return None
    named = inner.at((given[0],))
    members = [member.value for member in named.items() or (named,)]
    codes = [code for code in members if isinstance(code, str) and code]
    if len(codes) < len(members):
        return None
    languages = [code if code == "asked" else primary(code) for code in codes]
    return {"verb": "language", "languages": languages, "other": given[0] == "not"}


def _one_language(node: Node, given: int) -> Problem:
    return Problem(
        node.place,
        "FP025",
        '"language" wants one of "is" and "not"',
        "what is in one language is in no other" if given else "there would be no language to compare with",
        "write `language: {not: asked}`, or `language: {is: [de, en]}`",
    )


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
    "repetition": _read_repetition,
    "repeats": _read_repeats,
    "language": _read_language,
    "number": _read_number,
    "secret": _read_secret,
    "json_schema": read_json_schema,
    "entity": read_entity,
    "service": read_service,
    "python": read_python,
    "any": _read_any,
    "all": _read_all,
}
