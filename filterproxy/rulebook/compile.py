"""
A checked document → the rules as the engine runs them.

This is the half that workers do: it imports neither YAML nor pydantic, and what a rule does not need (spaCy,
telephone numbers, facts) is not imported either. A document that came from `load` compiles without an error.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from filterproxy.actions import ACTIONS
from filterproxy.actions.template import Grouped
from filterproxy.core.request import Background
from filterproxy.core.rule import Action, Excuse, Mode, OnError, Rule, Say, Scope
from filterproxy.detectors.regex import Regex
from filterproxy.facts import FACTS
from filterproxy.facts.fact import FactKind
from filterproxy.grounding import Allowed, GroundedFact, GroundedText
from filterproxy.rulebook.book import Example, Rulebook, RuleInfo, message, result
from filterproxy.rulebook.conditions import AskedAbout, AskedMatch, When, globs, primary
from filterproxy.rulebook.detect import detector_of, finders, grouped, needs_unit
from filterproxy.rulebook.document import Document, Form, digest_of
from filterproxy.rulebook.excuses import MatchExcuse, Quotation


def compile(
    document: Document, on_error_default: OnError | None = None, previous: Rulebook | None = None
) -> Rulebook:
    """
    The rulebook of a document.

    on_error_default: for rules that say nothing, and whose pack says nothing; None: drop for rules that
    change text, pass for the others. previous: what ran before: rules that do the same are taken from there,
    with all that they have worked out since.
    """
    forms = document["rules"]
    infos = tuple(_info(form, on_error_default) for form in forms)
    known = (
        {}
        if previous is None
        else {info.digest: rule for info, rule in zip(previous.infos, previous.rules, strict=True)}
    )
    rules = tuple(
        known.get(info.digest) or _rule(form, on_error_default)
        for info, form in zip(infos, forms, strict=True)
    )
    same = previous is not None and dict(previous.background.texts) == document["known"]
    background = previous.background if previous is not None and same else Background(document["known"])
    return Rulebook(document["hash"], rules, infos, background)


def _rule(form: Form, on_error_default: OnError | None) -> Rule:
    action = _action(form["action"], form)
    streamed = None if form["streamed"] is None else _action(form["streamed"], form)
    changes = action.changes or (streamed is not None and streamed.changes)
    on_error = on_error_default or (OnError.DROP if changes else OnError.PASS)
    unless = form["unless"] or {}
    return Rule(
        id=form["id"],
        match=detector_of(form["match"]),
        action=action,
        scope=Scope(form["scope"]),
        channels=frozenset(form["in"]),
        when=None if form["when"] is None else _when(form["when"]),
        unless=_excuses(unless, form["match"], form["skip"]),
        streamed=streamed,
        mode=Mode(form["mode"]),
        rollout=form["rollout"],
        on_error=OnError(form["on_error"]) if form["on_error"] else on_error,
        exact=form["exact"],
        skips_code="code" in form["skip"],
        needs_unit=needs_unit(form["match"]) or unless.get("match") is not None,
    )


def _action(form: Form, rule: Form) -> Action:
    given = {_PARAMETERS.get(key, key): value for key, value in form.items() if key != "verb"}
    if "unit" in given:
        given["unit"] = Scope(form["unit"])
    if "then" in given:
        given["then"] = _action(form["then"], rule)
    if form["verb"] == "replace":
        given["grouped"] = _grouped(rule["match"])
    # What `append` adds is what the client reads, whichever of the two keys says it.
    texts = given.pop("text", rule["say"])
    if texts is not None and form["verb"] != "flag":
        given["say"] = Say(texts)
    return ACTIONS[form["verb"]](**given)


# Keys of a form that are words of Python.
_PARAMETERS = {"with": "with_"}


def _grouped(match: Form) -> Grouped | None:
    form = grouped(match)
    return None if form is None else Regex(form["pattern"], form["ignore_case"])


def _excuses(form: Form, match: Form, skip: Sequence[str]) -> tuple[Excuse, ...]:
    # Cheapest first: grounding indexes the whole request.
    found: list[Excuse] = [Quotation()] if "quotes" in skip else []
    if form.get("match") is not None:
        found.append(MatchExcuse(detector_of(form["match"])))
    if form.get("allow"):
        found += [Allowed(tuple(form["allow"]), kind) for kind in _kinds(match)]
    if form.get("grounded"):
        found += [GroundedText() if kind is None else GroundedFact(kind) for kind in _kinds(match)]
    return tuple(found)


def _kinds(match: Form) -> list[FactKind | None]:
    """The kinds of fact that a match of the rule may state; None for text that is none."""
    names = {form["kind"] if form["verb"] == "fact" else "" for form in finders(match)}
    return [FACTS[name] if name else None for name in sorted(names)]


def _when(form: Form) -> When:
    headers: dict[str, list[str]] = form["header"] or {}
    return When(
        model=_globs(form["model"]),
        route=_globs(form["route"]),
        headers=tuple((name.lower(), globs(values)) for name, values in headers.items()),
        languages=frozenset(map(primary, form["language"] or ())),
        asked=None if form["asked"] is None else _asked(form["asked"]),
    )


def _globs(patterns: Sequence[str] | None) -> re.Pattern[str] | None:
    return globs(patterns) if patterns else None


def _asked(form: Form) -> AskedAbout | AskedMatch:
    if "match" in form:
        return AskedMatch(detector_of(form["match"]))
    return AskedAbout(FACTS[form["about"]].asks)


def _info(form: Form, on_error_default: OnError | None) -> RuleInfo:
    return RuleInfo(
        id=form["id"],
        pack=form["pack"],
        file=form["file"],
        line=form["line"],
        why=form["why"],
        owner=form["owner"],
        link=form["link"],
        created=form["created"],
        expires=form["expires"],
        examples=_examples(form, "hit", "pass"),
        digest=f"{on_error_default or ''}:{digest_of(form)}",
        todo=_examples(form, "todo_hit", "todo_pass"),
    )


def _examples(form: Form, hit: str, passes: str) -> tuple[Example, ...]:
    """The examples of two lists of a rule; a document of an earlier version may lack either."""
    lists = form["examples"]
    found = [_example(example, hit=True) for example in lists.get(hit, ())]
    return (*found, *(_example(example, hit=False) for example in lists.get(passes, ())))


def _example(form: Form, *, hit: bool) -> Example:
    return Example(
        hit=hit,
        reply=form["reply"],
        line=form["line"],
        ask=form.get("ask", ""),
        system=form.get("system", ""),
        documents=tuple(form.get("documents", ())),
        tools=tuple(map(result, form.get("tools", ()))),
        messages=tuple(map(message, form.get("messages", ()))),
        channel=form.get("in", "content"),
        want=form.get("want"),
    )
