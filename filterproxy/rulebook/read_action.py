"""What an author wrote under `action:`, `streamed:`, `then:` and `say:`, as forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from filterproxy.actions.edit import REDACTED
from filterproxy.language import LANGUAGES
from filterproxy.rulebook import schema
from filterproxy.rulebook.conditions import primary
from filterproxy.rulebook.document import Form
from filterproxy.rulebook.fit import fit
from filterproxy.rulebook.problem import Problem, nearest, one_of
from filterproxy.rulebook.source import Node
from filterproxy.rulebook.wording import empty, missing, said, unknown_language, wrong_kind

# What each does, for an author who has to choose.
ACTIONS = {
    "flag": "It only counts the match",
    "redact": "It puts a fixed text in place of each match",
    "replace": "It fills a template in place of each match",
    "remove": "It takes the match, or its sentence or line, away",
    "append": "It adds a text at the end of the reply",
    "cut": "It ends the reply before the match's sentence",
    "drop": "It takes the whole reply away",
    "retry": "It asks the model again",
}
# A value inside JSON can be changed in place; taking text away from around it breaks the JSON.
IN_ARGUMENTS = ("flag", "redact", "replace", "drop", "retry")
_CODE = "FP012"


@dataclass(frozen=True, slots=True)
class Beside:
    """What a rule says beside its actions: for each of them that has none of its own."""

    with_text: str | None = None
    after_cut: str | None = None


def read_action(node: Node, beside: Beside, problems: list[Problem], *, asks: bool = True) -> Form | None:
    """
    The form of an action; None where it has mistakes, which are then in *problems*.

    asks: whether it may be `retry` (what follows a `retry` may not).
    """
    name = _name(node, problems)
    if name is None:
        return None
    if name == "retry" and not asks:
        problems.append(_retry_again(node))
        return None
    if isinstance(node.value, dict):
        return _WITH_ARGUMENT[name](node, beside, problems)
    return _bare(name, node, beside, problems)


def walk(form: Form | None) -> Iterator[Form]:
    """The action, and what it becomes when asking again did not help."""
    while form is not None:
        yield form
        form = form.get("then")


def _name(node: Node, problems: list[Problem]) -> str | None:
    if isinstance(node.value, str) and node.value:
        if node.value in ACTIONS:
            return node.value
        problems.append(_unknown(node, node.value))
        return None
    if not isinstance(node.value, dict) or not node.value:
        problems.append(_no_action(node))
        return None
    found = [key for key in node.keys if key in ACTIONS]
    if len(found) == 1:
        return found[0]
    problems.append(_several(node, found) if found else _unknown(node, next(iter(node.keys))))
    return None


_WHY = "the rule would match and then do nothing"


def _no_action(node: Node) -> Problem:
    fix = "write for instance `action: drop`, or `action: {remove: sentence}`"
    return Problem(
        node.place,
        "FP014",
        "an action wants a name, or a mapping",
        _WHY,
        "keep one of them, and write a second rule for the other" if node.items() else fix,
        label=f"this is {said(node)}",
    )


# What other programs, and people, call the actions.
_OTHER_NAMES = {
    **dict.fromkeys(("block", "reject", "deny", "refuse"), "drop"),
    **dict.fromkeys(("mask", "censor", "hide", "anonymize"), "redact"),
    **dict.fromkeys(("delete", "strip"), "remove"),
    **dict.fromkeys(("warn", "log", "count", "report", "alert"), "flag"),
    **dict.fromkeys(("stop", "truncate", "end"), "cut"),
    **dict.fromkeys(("substitute", "rewrite"), "replace"),
    **dict.fromkeys(("regenerate", "again", "fallback"), "retry"),
    **dict.fromkeys(("add", "disclaimer"), "append"),
}


def _unknown(node: Node, name: str) -> Problem:
    near = _OTHER_NAMES.get(name.lower()) or nearest(name, ACTIONS)
    return Problem(
        node.keys.get(name, node.place),
        _CODE,
        f'unknown action "{name}"',
        _WHY,
        f'did you mean "{near}"? {ACTIONS[near]}' if near else "rules/WRITING.md says what each action does",
        label=one_of(ACTIONS),
    )


def _several(node: Node, found: list[str]) -> Problem:
    return Problem(
        node.keys[found[1]],
        "FP025",
        "several actions in one: " + ", ".join(found),
        "a rule does one thing with a match",
        "keep one of them, and write a second rule for the other",
    )


def _retry_again(node: Node) -> Problem:
    return Problem(
        node.keys.get("retry", node.place),
        "FP026",
        "`retry` after `retry`",
        "`then` is for when asking again did not help",
        "give a larger number to the first `retry`, and let `then` be `drop`",
    )


def _bare(name: str, node: Node, beside: Beside, problems: list[Problem]) -> Form | None:
    if name in _NEEDS_ARGUMENT:
        what, example = _NEEDS_ARGUMENT[name]
        problems.append(
            Problem(
                node.place,
                "FP009",
                f'"{name}" without {what}',
                "the action could not know what to do",
                f"write `{example}`",
            )
        )
        return None
    if name == "redact":
        return _redact(beside.with_text)
    if name == "cut":
        return _cut("sentence", beside.after_cut)
    return {"verb": name, "text": None} if name == "append" else {"verb": name}


_NEEDS_ARGUMENT = {
    "replace": ("a template", '{replace: "about {match}"}'),
    "remove": ("how much", "{remove: sentence}"),
    "retry": ("how often", "{retry: 1, then: drop}"),
}


def _redact(text: str | None) -> Form:
    return {"verb": "redact", "with": REDACTED if text is None else text}


def _cut(unit: str, after: str | None) -> Form:
    return {"verb": "cut", "unit": unit, "close": after == "close"}


def _bare_mapping(name: str) -> Callable[[Node, Beside, list[Problem]], Form | None]:
    def read(node: Node, beside: Beside, problems: list[Problem]) -> Form | None:
        problems.append(
            Problem(
                node.keys[name],
                "FP014",
                f'"{name}" takes no argument',
                "what stands behind it would not be read",
                f"write `action: {name}`",
            )
        )
        return None

    return read


def _read_redact(node: Node, beside: Beside, problems: list[Problem]) -> Form | None:
    fitted = fit(schema.RedactAction, node, '"redact"', problems)
    if fitted is None:
        return None
    if fitted.redact is not None and fitted.with_text is not None:
        problems.append(
            Problem(
                node.keys["with"],
                "FP026",
                "two texts for one match",
                "only one of them can stand in its place",
                "keep `{redact: TEXT}`, or `redact` and `with: TEXT`",
            )
        )
        return None
    given = fitted.redact if fitted.redact is not None else fitted.with_text
    return _redact(beside.with_text if given is None else given)


def _read_replace(node: Node, beside: Beside, problems: list[Problem]) -> Form | None:
    fitted = fit(schema.ReplaceAction, node, '"replace"', problems)
    return None if fitted is None else {"verb": "replace", "template": fitted.replace}


def _read_remove(node: Node, beside: Beside, problems: list[Problem]) -> Form | None:
    fitted = fit(schema.RemoveAction, node, '"remove"', problems)
    return None if fitted is None else {"verb": "remove", "unit": fitted.remove}


def _read_append(node: Node, beside: Beside, problems: list[Problem]) -> Form | None:
    fitted = fit(schema.AppendAction, node, '"append"', problems)
    text = read_say(node.at(("append",)), "append", problems)
    return None if fitted is None or text is None else {"verb": "append", "text": text}


def _read_cut(node: Node, beside: Beside, problems: list[Problem]) -> Form | None:
    fitted = fit(schema.CutAction, node, '"cut"', problems)
    if fitted is None:
        return None
    return _cut(fitted.cut, fitted.after_cut if "after_cut" in node.keys else beside.after_cut)


def _read_retry(node: Node, beside: Beside, problems: list[Problem]) -> Form | None:
    fitted = fit(schema.RetryAction, node, '"retry"', problems)
    inner = node.get("then")
    then: Form | None = {"verb": "drop"}
    if inner is not None:
        then = read_action(inner, beside, problems, asks=False)
    if fitted is None or then is None:
        return None
    return {
        "verb": "retry",
        "times": fitted.retry,
        "note": fitted.note,
        "temperature": fitted.temperature,
        "fallback": fitted.fallback or "",
        "then": then,
    }


_WITH_ARGUMENT: dict[str, Callable[[Node, Beside, list[Problem]], Form | None]] = {
    "flag": _bare_mapping("flag"),
    "redact": _read_redact,
    "replace": _read_replace,
    "remove": _read_remove,
    "append": _read_append,
    "cut": _read_cut,
    "drop": _bare_mapping("drop"),
    "retry": _read_retry,
}


def read_say(node: Node, key: str, problems: list[Problem]) -> dict[str, str] | None:
    """The texts by language, "default" among them; None, and problems, where it is something else."""
    if isinstance(node.value, str) and node.value:
        return {"default": node.value}
    if isinstance(node.value, str):
        problems.append(empty(node, f'"{key}"', "the client would read nothing"))
        return None
    if not isinstance(node.value, dict):
        problems.append(wrong_kind(node, f'"{key}"', "text", "it is a text, or one text for each language"))
        return None
    strange = [_strange_language(node, language) for language in node.value if not _is_language(language)]
    problems.extend(strange)
    wrong = [text for text in node.value.values() if not isinstance(text.value, str)]
    blank = [text for text in node.value.values() if text.value == ""]
    problems.extend(empty(text, f'a text of "{key}"', "the client would read nothing") for text in blank)
    why = "each language has its text: `{en: ..., de: ..., default: ...}`"
    problems.extend(wrong_kind(text, f'a text of "{key}"', "text", why) for text in wrong)
    if "default" not in node.value:
        problems.append(
            missing(node.place, f'"{key}"', "default", "the text for all languages that are not named")
        )
        return None
    return (
        None
        if wrong or strange or blank
        else {language: str(text.value) for language, text in node.value.items()}
    )


def _is_language(language: str) -> bool:
    return language == "default" or primary(language) in LANGUAGES


def _strange_language(node: Node, language: str) -> Problem:
    return unknown_language(node.keys[language], language, "the language of a question is told in these only")
