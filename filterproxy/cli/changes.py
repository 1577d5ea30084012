"""How differences between rulebooks are shown: by `diff`, `history` and `experiments`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.text import Text

GONE, NEW = "bold red", "bold green"

# Values up to this stand on one line with what they became; longer ones each on lines of their own.
_SHORT = 32
# Texts that have less in common than this are not one edited into the other: marks would be noise.
_ALIKE = 0.5
# Members of a list that are named.
_NAMED = 12


def change_lines(
    changes: Mapping[str, Any], terminal: bool, *, about: bool = True, forms: bool = True
) -> Iterator[Text]:
    """
    Lines about a difference, as its JSON has it; changes of mode come first.

    about: whether to show also what only says for whom and why. forms: whether to show what added and removed
    rules do.
    """
    from rich.text import Text

    from filterproxy.cli.show import visible
    from filterproxy.history.unparse import written

    for rule, (before, after) in changes.get("modes", {}).items():
        yield Text.assemble((f"mode of {rule}: ", "bold"), (before, GONE), " -> ", (after, NEW))
    for word, style, key in (("+", NEW, "added"), ("-", GONE, "removed")):
        for rule, form in changes.get(key, {}).items():
            yield Text.assemble((f"{word} {rule}", style), (f"  {key}", "dim"))
            for name, value in written(form).items() if forms else ():
                yield Text(f"    {name}: {visible(_short(value))}")
    for rule, keys in changes.get("changed", {}).items():
        said = ("mode", "rollout") if rule in changes.get("modes", {}) else ()
        kept = {key: one for key, one in keys.items() if key not in said and (about or not _is_about(key))}
        if kept:
            yield Text(f"~ {rule}", style="bold yellow")
        for key, change in kept.items():
            yield from _key_lines(key, change, terminal)
    if changes.get("moved"):
        yield Text(f"moved among the others: {', '.join(changes['moved'])}")
    if changes.get("known"):
        yield Text(f"what is known is not the same: {', '.join(map(visible, changes['known']))}")


def _is_about(key: str) -> bool:
    from filterproxy.history.difference import ABOUT

    return key.split(".")[0] in ABOUT


def _key_lines(key: str, change: Mapping[str, Any], terminal: bool) -> Iterator[Text]:
    from rich.text import Text

    from filterproxy.cli.show import visible
    from filterproxy.history.unparse import written

    if "before" not in change:
        yield Text(f"    {key}:")
        for word, style, name in (("-", GONE, "removed"), ("+", NEW, "added")):
            for one in change.get(name, ())[:_NAMED]:
                yield Text(f"      {word} {visible(_short(one))}", style=style)
            more = len(change.get(name, ())) - _NAMED
            if more > 0:
                yield Text(f"      {word} and {more} more", style=style)
        return
    before, after = (_short(written({key: change[side]})[key]) for side in ("before", "after"))
    if max(len(before), len(after)) <= _SHORT:
        yield Text.assemble(f"    {key}: ", (visible(before), GONE), " -> ", (visible(after), NEW))
        return
    yield Text(f"    {key}:")
    old, new = _parts(before, after)
    yield from _marked(before, old, "      - ", GONE, terminal)
    yield from _marked(after, new, "      + ", NEW, terminal)


def _marked(
    text: str, spans: Sequence[tuple[int, int]], indent: str, style: str, terminal: bool
) -> Iterable[Text]:
    from filterproxy.cli.show import marked

    blank = " " * len(indent)
    for number, line in enumerate(marked(text, [(span, style) for span in spans], blank, terminal)):
        if number == 0:
            line.plain = indent + line.plain[len(indent) :]
        yield line


def _parts(before: str, after: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """What differs between two texts, as spans of each: whole words and single marks."""
    old, new = _tokens(before), _tokens(after)
    matcher = difflib.SequenceMatcher(None, [t for _, t in old], [t for _, t in new], autojunk=False)
    if matcher.ratio() < _ALIKE:
        return [], []
    gone: list[tuple[int, int]] = []
    come: list[tuple[int, int]] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            gone += _span(old, a, b)
            come += _span(new, c, d)
    return gone, come


def _tokens(text: str) -> list[tuple[int, str]]:
    return [(found.start(), found[0]) for found in re.finditer(r"\w+|\s+|.", text, re.DOTALL)]


def _span(tokens: Sequence[tuple[int, str]], start: int, end: int) -> list[tuple[int, int]]:
    return [(tokens[start][0], tokens[end - 1][0] + len(tokens[end - 1][1]))] if start < end else []


def _short(value: Any) -> str:
    """A value as an author would read it: text as it is, the rest as YAML on a line."""
    from filterproxy.history.yaml_text import on_a_line

    if value is None:
        return "(nothing)"
    return value if isinstance(value, str) else on_a_line(_fewer(value))


def _fewer(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _fewer(inner) for key, inner in value.items()}
    if not isinstance(value, list):
        return value
    more = [f"and {len(value) - _NAMED} more"] if len(value) > _NAMED else []
    return [*map(_fewer, value[:_NAMED]), *more]


def counted(changes: Mapping[str, Any]) -> str:
    """How many rules are not the same: "1 rule added, 2 changed"."""
    from filterproxy.cli.rules import count

    found = {name: list(changes.get(name, ())) for name in ("added", "removed", "changed", "moved")}
    found["moved"] = [rule for rule in found["moved"] if rule not in found["changed"]]
    words = [(len(rules), name) for name, rules in found.items() if rules]
    if not words:
        return "No rule changed, but what they know"
    (first, name), *others = words
    return ", ".join([f"{count(first, 'rule')} {name}", *(f"{number} {name}" for number, name in others)])


def summary(changes: Mapping[str, Any] | None) -> str:
    """The rules that are not the same, in one line: `+new -gone ~changed`."""
    if changes is None:
        return "(what changed is not known)"
    words = [f"+{rule}" for rule in changes.get("added", ())]
    words += [f"-{rule}" for rule in changes.get("removed", ())]
    words += [f"~{rule}" for rule in changes.get("changed", ())]
    words += [f"^{rule}" for rule in changes.get("moved", ()) if rule not in changes.get("changed", ())]
    words += [f"known: {name}" for name in changes.get("known", ())]
    if len(words) > _NAMED:
        words = [*words[:_NAMED], f"and {len(words) - _NAMED} more"]
    return " ".join(words) or "the same rules"
