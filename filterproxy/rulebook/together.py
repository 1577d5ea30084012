"""Keys of a rule that are right by themselves, and say nothing, or do harm, beside each other."""

from __future__ import annotations

from filterproxy.rulebook.check_template import check_template
from filterproxy.rulebook.detect import COUNTING, leaves
from filterproxy.rulebook.document import Form
from filterproxy.rulebook.problem import Problem
from filterproxy.rulebook.read_action import IN_ARGUMENTS, walk
from filterproxy.rulebook.source import Node
from filterproxy.rulebook.wording import missing


def check_together(node: Node, form: Form, problems: list[Problem]) -> None:
    """Add to *problems* what is wrong with the keys of a rule taken together."""
    written = [(key, form[key]) for key in ("action", "streamed") if node.get(key) is not None]
    if any(action is None for _, action in written) or form["action"] is None:
        return
    actions = [(key, part) for key, action in written for part in walk(action)]
    verbs = {part["verb"] for _, part in actions}
    _check_texts(node, verbs, problems)
    _check_skip(node, form, problems)
    _check_scope(node, form, problems)
    for key, part in actions:
        _check_append(node, key, part, problems)
        _check_arguments(node, key, part, problems)
        if part["verb"] == "replace" and form["match"] is not None:
            inner = node.at((key,))
            check_template(
                inner if "replace" in inner.keys else inner.at(("then",)), part, form["match"], problems
            )


def _check_texts(node: Node, verbs: set[str], problems: list[Problem]) -> None:
    """What stands beside actions that would not use it."""
    if "say" in node.keys and verbs == {"flag"}:
        why = "`flag` leaves the reply as it is, and nobody would read it"
        fix = "take it out, or choose another action"
        problems.append(Problem(node.keys["say"], "FP026", "`say` beside `flag`", why, fix))
    if "with" in node.keys and "redact" not in verbs:
        problems.append(
            _without(node, "with", "redact", "only `redact` puts a fixed text in place of a match")
        )
    if "after_cut" in node.keys and "cut" not in verbs:
        problems.append(_without(node, "after_cut", "cut", "only `cut` ends a reply before upstream does"))


def _without(node: Node, key: str, action: str, why: str) -> Problem:
    fix = f"take it out, or write `action: {action}`"
    return Problem(node.keys[key], "FP026", f"`{key}` without `{action}`", why, fix)


def _check_skip(node: Node, form: Form, problems: list[Problem]) -> None:
    if "skip" not in node.keys or form["match"] is None:
        return
    counting = next((leaf["verb"] for leaf in leaves(form["match"]) if leaf["verb"] in COUNTING), None)
    if counting is not None:
        problems.append(
            Problem(
                node.keys["skip"],
                "FP026",
                f"`skip` beside `{counting}`",
                f"`{counting}` counts along the whole text, code and quotations included",
                "take it out, or look for something else",
            )
        )


def _check_scope(node: Node, form: Form, problems: list[Problem]) -> None:
    scope = node.get("scope")
    if scope is None or scope.value not in ("sentence", "line") or form["match"] is None:
        return
    if any(leaf["verb"] == "json_schema" for leaf in leaves(form["match"])):
        problems.append(
            Problem(
                scope.place,
                "FP026",
                f"`scope: {scope.value}` beside `json_schema`",
                "a piece of JSON is no JSON, and every reply would have a match",
                "take it out: `json_schema` reads the whole text",
            )
        )


def _check_append(node: Node, key: str, part: Form, problems: list[Problem]) -> None:
    if part["verb"] != "append":
        return
    if part["text"] is None and "say" not in node.keys:
        problems.append(
            missing(
                node.at((key,)).place,
                '"append"',
                "say",
                "the text that is added; `{append: TEXT}` says it, too",
            )
        )
    if part["text"] is not None and key == "action" and "say" in node.keys and node.get("streamed") is None:
        problems.append(
            Problem(
                node.keys["say"],
                "FP026",
                "two texts for one `append`",
                "only one of them can be added",
                "keep `{append: TEXT}`, or `append` and `say: TEXT`",
            )
        )


def _check_arguments(node: Node, key: str, part: Form, problems: list[Problem]) -> None:
    named = node.get("in")
    words = () if named is None else tuple(n.value for n in (named.items() or (named,)))
    if part["verb"] in IN_ARGUMENTS or not {"arguments", "all"} & set(map(str, words)):
        return
    inner = node.at((key,))
    follows = inner.at(("then",)) if part["verb"] not in inner.keys else inner
    problems.append(
        Problem(
            follows.keys.get(part["verb"], follows.place),
            "FP027",
            f"`{part['verb']}` in a tool call's arguments",
            "arguments are JSON: with text taken away or added, the client could not read them",
            "choose one of "
            + ", ".join(IN_ARGUMENTS)
            + ", or name other channels: `in: [content, reasoning]`",
        )
    )
