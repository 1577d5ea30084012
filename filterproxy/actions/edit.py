"""Actions that change a place of the reply and let the rest go on: flag, redact, replace, remove, append."""

from __future__ import annotations

from filterproxy.actions.template import WHOLE, Copy, Filled, Grouped, Literal, parse
from filterproxy.core.rule import Action, Say, Scope, Template, Verb

REDACTED = "[redacted]"


def flag() -> Action:
    """
    Count the match, and leave the reply as it is.

    A flag costs a stream nothing: the rule reads what has left.

    Before: `flag`  on  "We give refunds."
    After:  "We give refunds."
    """
    return Action(Verb.FLAG)


def redact(with_: str = REDACTED, say: Say | None = None) -> Action:
    """
    Put a fixed text in place of each match.

    Options:
        redact: the text, exactly as it is to stand there (default `[redacted]`); `""` leaves nothing.
        with: the same beside `action: redact`, as a key of the rule.

    In a stream only what could begin a match waits. In arguments of a tool call, and in a reply that must be
    JSON, it works on each string value.

    Before: `{redact: "[name]"}`  on  "We give refunds."
    After:  "We give [name]."
    """
    return Action(Verb.REDACT, template=Literal(with_), say=say)


def replace(template: str, grouped: Grouped | None = None, say: Say | None = None) -> Action:
    """
    Put a text in place of each match that may copy parts of it.

    Options:
        replace: the template. `{match}` is the whole match; where the match is one regex, `{1}` and `{name}`
            are its groups. `{{` and `}}` are the braces themselves.

    Before: `{replace: "<{match}>"}`  on  "We give refunds."
    After:  "We give <refunds>."
    """
    return Action(Verb.REPLACE, template=_template(template, grouped), say=say)


def remove(unit: Scope, say: Say | None = None) -> Action:
    """
    Take the match away, or the sentence or line that it stands in.

    Options:
        remove: `match`, `sentence` or `line`. With the last two, a stream leaves sentence by sentence (line
            by line), each as soon as its end is certain.

    Where nothing but white space is left of the reply, the client reads `say`.

    Before: `{remove: sentence}`  on  "Hello. We give refunds. Bye."
    After:  "Hello. Bye."
    """
    return Action(Verb.REMOVE, unit=unit, say=say)


def append(say: Say | None) -> Action:
    """
    Add a text at the end of the reply, once, however many matches there are.

    Options:
        append: the text, or one per language; without it, `say` is added. White space before it is yours
            to write.

    Before: `{append: " Terms apply."}`  on  "We give refunds."
    After:  "We give refunds. Terms apply."
    """
    return Action(Verb.APPEND, say=say)


def _template(template: str, grouped: Grouped | None) -> Template:
    parts = parse(template)
    copies = [part for part in parts if isinstance(part, Copy)]
    if not copies:
        return Literal("".join(part for part in parts if isinstance(part, str)))
    # Groups are found by matching once more: only for templates that name one.
    return Filled(parts, grouped if any(copy.name != WHOLE for copy in copies) else None)
