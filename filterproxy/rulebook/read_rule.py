"""One rule of a pack as a form, key by key."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from filterproxy.language import LANGUAGES
from filterproxy.rulebook import schema
from filterproxy.rulebook.conditions import primary
from filterproxy.rulebook.detect import ASKING, default_scope, leaves
from filterproxy.rulebook.document import Form
from filterproxy.rulebook.fit import fit, known_keys
from filterproxy.rulebook.problem import Place, Problem, nearest
from filterproxy.rulebook.read_action import Beside, read_action, read_say
from filterproxy.rulebook.read_match import fact_kind, read_match
from filterproxy.rulebook.source import Node
from filterproxy.rulebook.together import check_together
from filterproxy.rulebook.wording import empty, out_of_range, said, unknown_language, wrong_kind

T = TypeVar("T")

CHANNELS = ("content", "refusal", "reasoning", "arguments")
EXAMPLE_LISTS = ("hit", "pass", "todo_hit", "todo_pass")

# An id is a label in metrics, a word in logs and an argument on command lines.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,99}")
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?) ?%")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def read_rule(node: Node, pack: schema.Pack | None, folder: Path, problems: list[Problem]) -> Form | None:
    """
    The form of a rule; None where it has mistakes, which are then in *problems*.

    pack: whose owner, why and on_error count for rules that say nothing; None where it has mistakes itself.
    folder: where the pack stands.
    """
    before = len(problems)
    fitted = fit(schema.Rule, node, "a rule", problems)
    if not isinstance(node.value, dict):
        return None
    form: Form = {
        "match": _part(node, "match", lambda inner: read_match(inner, folder, problems)),
        "when": _part(node, "when", lambda inner: _read_when(inner, folder, problems)),
        "unless": _part(node, "unless", lambda inner: _read_unless(inner, folder, problems)),
        "say": _part(node, "say", lambda inner: read_say(inner, "say", problems)),
        "rollout": _part(node, "rollout", lambda inner: _read_rollout(inner, problems)),
        "examples": _part(node, "examples", lambda inner: _read_examples(inner, problems)),
        "created": _part(node, "created", lambda inner: _read_date(inner, "created", problems)),
        "expires": _part(node, "expires", lambda inner: _read_date(inner, "expires", problems)),
    }
    form |= _read_actions(node, problems)
    _check_id(node, problems)
    _check_dates(node, form, problems)
    check_together(node, form, problems)
    if fitted is None or len(problems) > before:
        return None
    return _finished(form, fitted, pack, node)


def _part(node: Node, key: str, read: Callable[[Node], T | None]) -> T | None:
    """What *read* makes of a key's value; None where there is none."""
    inner = node.get(key)
    return None if inner is None else read(inner)


def _finished(form: Form, rule: schema.Rule, pack: schema.Pack | None, node: Node) -> Form:
    where = node.keys["id"]
    channels = CHANNELS if "all" in rule.channels else tuple(c for c in CHANNELS if c in rule.channels)
    inherited = pack.on_error if pack is not None else None
    return form | {
        "action": _with_say(form["action"], form["say"]),
        "streamed": _with_say(form["streamed"], form["say"]),
        "id": rule.id,
        "pack": pack.pack if pack is not None else "",
        "file": where.file,
        "line": where.line,
        "scope": rule.scope or default_scope(form["match"]).value,
        "in": list(channels),
        "mode": rule.mode,
        "rollout": 1.0 if form["rollout"] is None else form["rollout"],
        "on_error": rule.on_error or inherited,
        "exact": rule.exact,
        "skip": sorted(set(rule.skip or ())),
        "examples": form["examples"] or {key: [] for key in EXAMPLE_LISTS},
        "owner": rule.owner or (pack.owner if pack is not None else ""),
        "link": rule.link or (pack.link if pack is not None else ""),
        "why": rule.why or (pack.why if pack is not None else ""),
    }


def _with_say(action: Form | None, say: dict[str, str] | None) -> Form | None:
    """The action, with the rule's text where it is an `append` that has none of its own."""
    if action is None or (action["verb"] == "append" and action["text"] is not None):
        return action
    if action["verb"] == "append":
        return action | {"text": say}
    return action | {"then": _with_say(action["then"], say)} if "then" in action else action


def _read_actions(node: Node, problems: list[Problem]) -> Form:
    with_text, after = node.at(("with",)), node.at(("after_cut",))
    beside = Beside(
        with_text.value if isinstance(with_text.value, str) else None,
        after.value if isinstance(after.value, str) else None,
    )
    return {
        key: _part(node, key, lambda inner: read_action(inner, beside, problems))
        for key in ("action", "streamed")
    }


def _check_id(node: Node, problems: list[Problem]) -> None:
    inner = node.get("id")
    if inner is None or not isinstance(inner.value, str) or not inner.value or _ID.fullmatch(inner.value):
        return
    problems.append(
        Problem(
            inner.place,
            "FP015",
            "an id is made of letters A to Z, digits, and - _ . /, at most 100 of them",
            "it is a label in metrics and an argument on command lines",
            f"write for instance `id: {_plain_id(inner.value)}`",
        )
    )


def _plain_id(text: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[^A-Za-z0-9_./-]+", "-", plain).strip("-_./")[:100].lower() or "opening-hours"


def _read_when(node: Node, folder: Path, problems: list[Problem]) -> Form | None:
    fitted = fit(schema.When, node, '"when"', problems)
    if node.value == {}:
        problems.append(empty(node, '"when"', "it would hold for every reply, as if it were not there"))
    _check_languages(node, problems)
    asked = _part(node, "asked", lambda inner: _read_asked(inner, folder, problems))
    if fitted is None:
        return None
    return {
        "model": fitted.model,
        "route": fitted.route,
        "header": fitted.header,
        "language": fitted.language,
        "asked": asked,
    }


def _check_languages(node: Node, problems: list[Problem]) -> None:
    named = node.at(("language",)) if "language" in node.keys else None
    for member in () if named is None else named.items() or (named,):
        if isinstance(member.value, str) and member.value and primary(member.value) not in LANGUAGES:
            why = "the rule would never be asked: questions are told to be in these only"
            problems.append(unknown_language(member.place, member.value, why))


def _read_asked(node: Node, folder: Path, problems: list[Problem]) -> Form | None:
    if "about" not in node.keys:
        match = read_match(node, folder, problems)
        asking = next((leaf["verb"] for leaf in leaves(match) if leaf["verb"] in ASKING), "") if match else ""
        if asking:
            problems.append(_asks_too_soon(node, asking))
        return None if match is None else {"match": match}
    if fit(schema.Asked, node, '"asked"', problems) is None:
        return None
    kind = fact_kind(node.at(("about",)), "about", problems)
    return None if kind is None else {"about": kind}


def _asks_too_soon(node: Node, verb: str) -> Problem:
    return Problem(
        node.place,
        "FP026",
        f"`{verb}` below `asked`",
        "which rules a reply meets is known before anybody is asked about it",
        f"look for something else here, or put `{verb}` below `match`",
    )


def _read_unless(node: Node, folder: Path, problems: list[Problem]) -> Form | None:
    fitted = fit(schema.Unless, node, '"unless"', problems)
    if node.value == {}:
        problems.append(empty(node, '"unless"', "it would excuse nothing"))
    match = _part(node, "match", lambda inner: read_match(inner, folder, problems))
    if fitted is None:
        return None
    return {"grounded": bool(fitted.grounded), "allow": fitted.allow, "match": match}


def _read_rollout(node: Node, problems: list[Problem]) -> float | None:
    described = '"rollout": the share of conversations for which the rule acts'
    if not isinstance(node.value, str) or not (said := _PERCENT.fullmatch(node.value)):
        problem = wrong_kind(node, '"rollout"', "a percentage", described)
        number = isinstance(node.value, int | float) and not isinstance(node.value, bool)
        fix = f"write {node.value}%" if number else "write it as in 10%"
        if isinstance(node.value, float) and 0 < node.value < 1:
            fix = f"write {node.value * 100:g}%, or {node.value}% if that is what you mean"
        problems.append(Problem(problem.place, problem.code, problem.what, problem.why, fix, problem.label))
        return None
    percent = float(said[1])
    if percent > 100:
        problems.append(out_of_range(node, "rollout", "0% to 100%", described))
        return None
    return percent / 100


def _read_date(node: Node, key: str, problems: list[Problem]) -> str | None:
    value = node.value
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return datetime.date.fromisoformat(value).isoformat()
        except ValueError:
            pass
    problems.append(_no_date(node.place, key, said(node)))
    return None


def _check_dates(node: Node, form: Form, problems: list[Problem]) -> None:
    created, expires = form["created"], form["expires"]
    if created is not None and expires is not None and expires < created:
        problems.append(
            Problem(
                node.at(("expires",)).place,
                "FP029",
                "the rule expires before it was created",
                "it would be overdue from its first day",
                f"write a day after {created}",
            )
        )


def _no_date(place: Place, key: str, said: str) -> Problem:
    return Problem(
        place,
        "FP029",
        f'"{key}" wants a day',
        "nobody could be told how old the rule is, or when to look at it again",
        "write year, month and day, as in 2024-05-31",
        label=f"this is {said}",
    )


def _read_examples(node: Node, problems: list[Problem]) -> Form | None:
    fitted = fit(schema.Examples, node, '"examples"', problems)
    found = {
        key: [_read_example(member, problems) for member in node.at((key,)).items()]
        if key in node.keys
        else []
        for key in EXAMPLE_LISTS
    }
    return None if fitted is None else found


def _read_example(node: Node, problems: list[Problem]) -> Form | None:
    if isinstance(node.value, str):
        return {"line": node.place.line, "reply": node.value}
    if len(node.keys) == 1 and not set(node.keys) & set(known_keys(schema.Example)) and _is_text(node):
        problems.append(_unquoted(node))
        return None
    if not isinstance(node.value, dict):
        why = "an example is a reply, or a mapping with `reply` and what came before it"
        problems.append(wrong_kind(node, "an example", "text", why))
        return None
    fitted = fit(schema.Example, node, "an example", problems)
    if fitted is None:
        return None
    return {"line": node.place.line} | fitted.model_dump(by_alias=True, exclude_unset=True)


def _is_text(node: Node) -> bool:
    """Whether a mapping looks like a sentence with a colon in it: its key is none that is nearly right."""
    key = next(iter(node.keys))
    return nearest(key, known_keys(schema.Example)) is None and isinstance(node.at((key,)).value, str)


def _unquoted(node: Node) -> Problem:
    return Problem(
        next(iter(node.keys.values())),
        "FP014",
        "an example wants text",
        "YAML takes what stands before a colon and a blank for a key",
        "put the whole reply into quotes",
        "this is a mapping",
    )
