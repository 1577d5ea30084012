"""
The catalogue of the shipped packs, `rules/README.md`: `python -m filterproxy.rulebook.catalogue` prints it.

Everything in it is read off the packs and off what they compile to; only the opening page is written here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from filterproxy.language import LANGUAGES
from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.document import Form
from filterproxy.rulebook.files import read_text
from filterproxy.rulebook.load import load, shipped_rules
from filterproxy.rulebook.outline import Line, outline
from filterproxy.rulebook.source import parse


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule as its pack says it, and as it runs."""

    form: Form
    line: Line


def catalogue(folder: Path | None = None) -> str:
    """The whole catalogue of a folder of packs, as Markdown. Raises RulebookError."""
    document = load([folder or shipped_rules()])
    lines = outline(compile(document))
    entries = [Entry(form, line) for form, line in zip(document["rules"], lines, strict=True)]
    files = [list(group) for _, group in groupby(entries, key=lambda entry: entry.line.file)]
    parts = [_OPENING, _contents(files), *(_pack(group) for group in files)]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _contents(files: Sequence[Sequence[Entry]]) -> str:
    rows = "\n".join(_content(group) for group in files)
    return f"| pack | rules | enforced | waits for, of a stream |\n|---|---|---|---|\n{rows}"


def _content(group: Sequence[Entry]) -> str:
    name = Path(group[0].line.file).name
    enforced = sum(entry.line.mode == "enforce" for entry in group)
    waits = max((entry.line.keeps for entry in group), key=_WAITS.index)
    return f"| [{name}](#{_anchor(group[0].line.pack)}) | {len(group)} | {enforced} | {waits} |"


# From the least to the most.
_WAITS = [
    "nothing",
    "what could begin a match",
    "each sentence to its end",
    "each line to its end",
    "the whole reply",
]


def _anchor(pack: str) -> str:
    return "".join(c for c in pack.lower().replace(" ", "-") if c.isalnum() or c in "-_")


def _pack(group: Sequence[Entry]) -> str:
    line = group[0].line
    rows = "\n".join(_row(entry) for entry in group)
    reasons = "\n".join(_reason(entry) for entry in group)
    return (
        f"## {line.pack}\n\n"
        f"[{Path(line.file).name}]({Path(line.file).name}): {_why(Path(line.file))}\n\n"
        "| rule | finds | does | mode | speaks | of a stream, waits for | examples |\n"
        f"|---|---|---|---|---|---|---|\n{rows}\n\n{reasons}"
    )


def _why(file: Path) -> str:
    """What a pack says it is for; "" when it does not."""
    node = parse(str(file), read_text(file), [])
    why = node.get("why") if node is not None else None
    return "" if why is None else " ".join(str(why.plain()).split())


def _row(entry: Entry) -> str:
    form, line = entry.form, entry.line
    cells = (
        f"`{line.id}`",
        found(form["match"]) + _excused(form["unless"]) + _condition(line),
        _does(line),
        f"{line.mode} {line.rollout:.0%}" if line.mode == "canary" else line.mode,
        _speaks(form["say"]),
        line.keeps,
        str(line.examples),
    )
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _reason(entry: Entry) -> str:
    why = " ".join(entry.form["why"].split())
    link = entry.form["link"]
    return f"- `{entry.line.id}`: {why}" + (f" ([source]({link}))" if link else "")


def _does(line: Line) -> str:
    return f"{line.action}; streamed: {line.streamed}" if line.streamed else line.action


def _condition(line: Line) -> str:
    return ", where its `when` holds" if line.conditional else ""


def _excused(unless: Form | None) -> str:
    if unless is None:
        return ""
    reasons = {
        "grounded": "the request states it",
        "allow": "it is allowed",
        "match": "another match excuses it",
    }
    return ", unless " + " or ".join(text for key, text in reasons.items() if unless[key])


def _speaks(say: dict[str, str] | None) -> str:
    if not say:
        return ""
    named = [code for code in LANGUAGES if code in say]
    return " ".join(named) if named else "one text"


def found(match: Form) -> str:
    """What a match looks for, in a few words. Raises KeyError for a verb that is none."""
    return _FOUND[match["verb"]](match)


def _members(match: Form) -> Iterator[str]:
    return (found(member) for member in match["members"])


def _all(match: Form) -> str:
    others = "".join(f" beside {found(other)}" for other in match["others"])
    return found(match["first"]) + others + "".join(f" without {found(other)}" for other in match["nots"])


def _length(match: Form) -> str:
    if match["under"] == 1:
        return "an empty text"
    most = match["under"] is not None
    return (
        f"a text of {'less' if most else 'more'} than {match['under'] if most else match['over']} characters"
    )


def _language(match: Form) -> str:
    named = " or ".join("the question's language" if c == "asked" else c for c in match["languages"])
    return f"a text in another language than {named}" if match["other"] else f"a text in {named}"


def _tokens(match: Form) -> str:
    return _count(match["patterns"], "sequence of words", "sequences of words")


def _count(things: Sequence[Any], one: str, many: str) -> str:
    return f"a {one}" if len(things) == 1 else f"any of {len(things)} {many}"


_FOUND: dict[str, Callable[[Form], str]] = {
    "regex": lambda match: "a pattern",
    "phrases": lambda match: _count(match["phrases"], "phrase", "phrases"),
    "tokens": _tokens,
    "fact": lambda match: f"a statement: {match['kind'].replace('_', ' ')}",
    "number": lambda match: f"a real number: {match['kind']}",
    "secret": lambda match: f"a secret: {match['kind']}",
    "length": _length,
    "repetition": lambda match: f"{match['of']} said {match['times']} times in a row",
    "repeats": lambda match: f"{match['words']} words of the {match['of']}'s in a row",
    "language": _language,
    "json_schema": lambda match: "JSON that is not as its schema wants",
    "entity": lambda match: f"a name: {' or '.join(match['labels'])}",
    "service": lambda match: "what a service finds",
    "python": lambda match: "what a function finds",
    "any": lambda match: " or ".join(dict.fromkeys(_members(match))),
    "all": _all,
}


_OPENING = """
# The shipped packs

<!-- Made by `python -m filterproxy.rulebook.catalogue`; what it says is read off the packs. -->

Each file here is a pack of rules, ready to run. [WRITING.md](WRITING.md) says how rules are written.

**To use all of them, or some**

```
filterproxy serve --rules rules                             # the whole folder
filterproxy serve --rules rules/prices.yaml --rules mine    # one pack, then your own folder
filterproxy try "We open at nine." --rules rules/business_hours.yaml
```

**Order.** Packs run as the `--rules` flags name them, the files of a folder by name, rules as they stand
in their file; each reads what the one before it left. `filterproxy check` prints the order.

**To change one**, copy its file into a folder of your own and name that instead: an update of the program
then leaves it alone. Rule ids are unique in a rulebook, so do not load the copy beside the original. What
most people change first is `say`, then `mode`.

**Modes.** `enforce` acts. `shadow` only counts what it would have done: these rules are right often
enough to be worth watching, and not often enough, or not everywhere, to act unasked. Try them on your own
traffic (`filterproxy eval`, or a week of shadow) before you enforce them. `off` does nothing until you
say otherwise.

**Streams.** The last column but one says what a rule makes a stream wait for. A stream waits for as much
as the most demanding of its rules does.
"""


if __name__ == "__main__":
    print(catalogue(), end="")
