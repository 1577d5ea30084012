"""
A document → packs: the way back, for a rulebook of which only the journal has anything.

What an author wrote without need (a default, a pack's owner) and comments are gone; what the rules do is the
same, to the hash. The names of keys are those of rulebook/schema.py, the forms those of rulebook/document.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any

from filterproxy.history.yaml_text import rendered
from filterproxy.rulebook.detect import default_scope
from filterproxy.rulebook.document import Document, Form

_ABOUT = ("why", "owner", "link", "created", "expires")


def packs_of(document: Document) -> dict[str, str]:
    """
    The text of each pack by the name of its file.

    Read in the order of their names the packs give the rules in their order; where the old names would not,
    a number stands before them.
    """
    runs = [list(run) for _, run in groupby(document["rules"], key=lambda rule: (rule["pack"], rule["file"]))]
    names = [_name(run[0]) for run in runs]
    if names != sorted(set(names)):
        width = len(str(len(names)))
        names = [f"{number:0{width}}-{name}" for number, name in enumerate(names, 1)]
    return {name: _pack(run) for name, run in zip(names, runs, strict=True)}


def _name(rule: Form) -> str:
    name = rule["file"].replace("\\", "/").replace(":", "/").rpartition("/")[2] or rule["pack"]
    stem = name.removesuffix(".yaml").removesuffix(".yml").lstrip(".")
    return f"{stem or 'rules'}.yaml"


def _pack(rules: list[Form]) -> str:
    return rendered({"version": 1, "pack": rules[0]["pack"], "rules": [rule_of(rule) for rule in rules]})


def rule_of(form: Form) -> dict[str, Any]:
    """A rule as an author would write it."""
    say, action = form["say"], form["action"]
    rule: dict[str, Any] = {"id": form["id"]}
    rule |= {key: form[key] for key in _ABOUT if form.get(key)}
    rule |= {} if form["when"] is None else {"when": _when(form["when"])}
    rule["match"] = match_of(form["match"])
    if form["scope"] != default_scope(form["match"]).value:
        rule["scope"] = form["scope"]
    rule |= {} if form["in"] == ["content"] else {"in": list(form["in"])}
    rule |= {key: form[key] for key in ("skip", "exact") if form[key]}
    rule |= {} if form["unless"] is None else {"unless": _unless(form["unless"])}
    rule["action"] = action_of(action, say)
    rule |= {} if form["streamed"] is None else {"streamed": action_of(form["streamed"], say)}
    rule |= {} if say is None else {"say": _said(say)}
    rule["mode"] = form["mode"]
    rule |= {} if form["rollout"] == 1 else {"rollout": _percent(form["rollout"])}
    rule |= {"on_error": form["on_error"]} if form["on_error"] else {}
    examples = {key: [_example(one) for one in ones] for key, ones in form["examples"].items() if ones}
    return rule | ({"examples": examples} if examples else {})


def written(form: Form) -> dict[str, Any]:
    """
    Some keys of a rule, as an author would write them: what `difference` says of a rule, or of one key.

    What another version of the program wrote in another form stays as it is.
    """
    say = form.get("say")
    return {key: _written(key, value, say) for key, value in form.items() if not _goes_without(key, form)}


def _goes_without(key: str, form: Form) -> bool:
    """Whether nobody writes that down: a scope is what its match makes of it."""
    try:
        return key == "scope" and form[key] == default_scope(form["match"]).value
    except (KeyError, TypeError, AttributeError):
        return False


def _written(key: str, value: Any, say: Any) -> Any:
    if value is None:
        return None
    try:
        if key in ("action", "streamed"):
            return action_of(value, say)
        return _KEYS[key](value) if key in _KEYS else value
    except (KeyError, TypeError, AttributeError, ValueError):
        return value


def _percent(share: float) -> str:
    return f"{100 * share:.4f}".rstrip("0").rstrip(".") + "%"


def _example(form: Form) -> Any:
    plain = {key: value for key, value in form.items() if key != "line"}
    return plain["reply"] if plain.keys() == {"reply"} else plain


def _when(form: Form) -> dict[str, Any]:
    plain = {key: value for key, value in form.items() if value is not None}
    asked = form.get("asked")
    if asked is not None:
        plain["asked"] = match_of(asked["match"]) if "match" in asked else dict(asked)
    return plain


def _unless(form: Form) -> dict[str, Any]:
    plain = {key: form[key] for key in ("grounded", "allow") if form.get(key)}
    return plain | ({} if form.get("match") is None else {"match": match_of(form["match"])})


def _said(texts: Mapping[str, str]) -> Any:
    return texts["default"] if texts.keys() == {"default"} else dict(texts)


def action_of(form: Form, say: Mapping[str, str] | None = None) -> Any:
    """An action; *say*: the rule's own text, which an `append` need not repeat."""
    verb = form["verb"]
    if verb in ("redact", "replace"):
        return {verb: form["with" if verb == "redact" else "template"]}
    if verb == "remove":
        return {"remove": form["unit"]}
    if verb == "append":
        return "append" if form["text"] == say else {"append": _said(form["text"])}
    if verb == "cut":
        return {"cut": form["unit"]} | ({"after_cut": "close"} if form["close"] else {})
    if verb == "retry":
        return _retry(form, say)
    return verb


def _retry(form: Form, say: Mapping[str, str] | None) -> dict[str, Any]:
    options = {key: form[key] for key in ("note", "fallback") if form.get(key)}
    if form.get("temperature") is not None:
        options["temperature"] = form["temperature"]
    then = {} if form.get("then") is None else {"then": action_of(form["then"], say)}
    return {"retry": form["times"], **options, **then}


def match_of(form: Form) -> dict[str, Any]:
    """A match."""
    options = {key: value for key, value in form.items() if key != "verb" and value is not None}
    return _MATCHES[form["verb"]](options)


def _beside(verb: str, first: str, **defaults: Any) -> Callable[[Form], dict[str, Any]]:
    """Of a verb whose first option is its own value, with the others beside it."""

    def written(options: Form) -> dict[str, Any]:
        others = {key: options[key] for key in options if key != first and options[key] != defaults.get(key)}
        return {verb: options[first], **others}

    return written


def _below(verb: str, **defaults: Any) -> Callable[[Form], dict[str, Any]]:
    """Of a verb whose options stand below it."""
    return lambda options: {
        verb: {key: value for key, value in options.items() if value != defaults.get(key, ())}
    }


def _language(options: Form) -> dict[str, Any]:
    return {"language": {"not" if options["other"] else "is": list(options["languages"])}}


def _all(options: Form) -> dict[str, Any]:
    members = [match_of(one) for one in (options["first"], *options["others"])]
    return {"all": [*members, *({"not": match_of(one)} for one in options["nots"])]}


_MATCHES: Mapping[str, Callable[[Form], dict[str, Any]]] = {
    "regex": _beside("regex", "pattern", ignore_case=False),
    "phrases": _beside("phrases", "phrases", words=True),
    "tokens": _beside("tokens", "patterns", language="en"),
    "fact": _beside("fact", "kind"),
    "number": _below("number"),
    "secret": _below("secret"),
    "length": _below("length"),
    "repetition": _below("repetition"),
    "repeats": _below("repeats"),
    "language": _language,
    "json_schema": lambda options: {
        "json_schema": {"violated": options["schema"]} | ({"fenced": True} if options["fenced"] else {})
    },
    "entity": _beside("entity", "labels"),
    "service": _below("service"),
    "python": _beside("python", "function"),
    "any": lambda options: {"any": [match_of(one) for one in options["members"]]},
    "all": _all,
}

# Keys whose forms are not as they are written.
_KEYS: Mapping[str, Callable[[Any], Any]] = {
    "when": _when,
    "match": match_of,
    "unless": _unless,
    "say": _said,
    "rollout": _percent,
}
