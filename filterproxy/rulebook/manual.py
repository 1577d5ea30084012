"""
The rule author's manual, `rules/WRITING.md`: `python -m filterproxy.rulebook.manual` prints it.

What a verb or an action does is said once, in the docstring of what does it; what a key is for, once, in
`schema`. Only the opening page is written here.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from filterproxy.actions import ACTIONS
from filterproxy.detectors import DETECTORS, detector_class
from filterproxy.rulebook import schema

_HEADING = "Options:"
_OPTION = re.compile(r"    (?P<name>[a-z_]+): (?P<text>.*)")
_SAMPLE = re.compile(
    r"(?P<label>[A-Z][a-z]+): +`(?P<written>.+)`  on  \"(?P<reply>.*?)\""
    r"(?:  after  (?P<role>system|user) \"(?P<turn>.*)\")?"
)
_AFTER = re.compile(r"After: +\"(?P<text>.*)\"")


@dataclass(frozen=True, slots=True)
class Sample:
    """
    A line of proof in a docstring.

    label: Hit, Pass, Before or After. written: what an author writes. text: the reply, for After the reply
    as it leaves. role, turn: what was said before, where that matters.
    """

    label: str
    written: str
    text: str
    role: str = ""
    turn: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A docstring taken apart: paragraphs as Markdown; options by name."""

    paragraphs: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    samples: tuple[Sample, ...]


def page_of(documented: object) -> Page:
    """The manual page in a docstring."""
    paragraphs: list[str] = []
    options: list[tuple[str, str]] = []
    samples: list[Sample] = []
    for block in re.split(r"\n\n+", inspect.getdoc(documented) or ""):
        lines = block.splitlines()
        if lines[0] == _HEADING:
            options += _options(lines[1:])
        elif found := list(_samples(lines)):
            samples += found
        else:
            paragraphs.append(" ".join(lines))
    return Page(tuple(paragraphs), tuple(options), tuple(samples))


def _options(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    name, text = "", ""
    for line in lines:
        started = _OPTION.fullmatch(line)
        if started and name:
            yield name, text
        name, text = (started["name"], started["text"]) if started else (name, f"{text} {line.strip()}")
    if name:
        yield name, text


def _samples(lines: Iterable[str]) -> Iterator[Sample]:
    written = ""
    for line in lines:
        if found := _SAMPLE.fullmatch(line):
            written = found["written"]
            yield Sample(found["label"], written, found["reply"], found["role"] or "", found["turn"] or "")
        elif after := _AFTER.fullmatch(line):
            yield Sample("After", written, after["text"])


def verb_page(verb: str) -> Page:
    """The page of a verb; `not` stands on that of `all`."""
    return page_of(detector_class("all" if verb == "not" else verb))


def action_page(name: str) -> Page:
    """The page of an action."""
    return page_of(ACTIONS[name])


def manual() -> str:
    """The whole manual, as Markdown."""
    verbs = [f"### `{verb}`\n\n{_rendered(verb_page(verb))}" for verb in DETECTORS if verb != "all"]
    both = f"### `all` and `not`\n\n{_rendered(verb_page('all'))}"
    actions = [f"### `{name}`\n\n{_rendered(action_page(name))}" for name in ACTIONS]
    parts = [_OPENING, *_keys(), _VERBS, *verbs, both, _ACTIONS, *actions]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _rendered(page: Page) -> str:
    options = [f"- `{name}`: {text}" for name, text in page.options]
    samples = [_sample(sample) for sample in page.samples]
    blocks = [page.paragraphs[0], "\n".join(options), *page.paragraphs[1:], "\n".join(samples)]
    return "\n\n".join(block for block in blocks if block)


def _sample(sample: Sample) -> str:
    if sample.label == "After":
        return f'- After: "{sample.text}"' if sample.text else "- After: nothing is left."
    before = f' after the {sample.role} turn "{sample.turn}"' if sample.turn else ""
    return f'- {sample.label}: `{sample.written}` on "{sample.text}"{before}'


_SECTIONS: tuple[tuple[str, str, type[schema.Mapping]], ...] = (
    ("A pack", "The keys of a file.", schema.Pack),
    ("A rule", "The keys of a member of `rules`. Those with no default must be there.", schema.Rule),
    (
        "`when`",
        "Which replies the rule is for, told by the request. All keys must hold, and of a list one member; "
        "`asked` takes `about: FACT` or any match.",
        schema.When,
    ),
    (
        "`unless`",
        "What excuses a match, judged match by match; one key is enough. An excused match is counted.",
        schema.Unless,
    ),
    (
        "Examples",
        "Under `hit` and `pass`, each a reply, or a mapping of these keys. `filterproxy test` runs each "
        "through its own rule, whole, cut in every way, and through every API. What the rule should hit or "
        "pass and does not yet goes under `todo_hit` and `todo_pass`: it is listed and fails nothing, and "
        "the test says when it has become right.",
        schema.Example,
    ),
    (
        "Conversations",
        "A list in a file beside a pack, named as it is: `shop.test.yaml` beside `shop.yaml`. Each runs "
        "through the whole chain, in the modes that the rules have. A conversation is a mapping of these "
        "keys, or has `turns`, mappings of those that are about one reply; each turn then comes after all "
        "that was said before it. For editors its first line names a schema, as packs do: "
        "`# yaml-language-server: $schema=./test.schema.json` (`filterproxy schema --tests`).",
        schema.Conversation,
    ),
)


def _keys() -> Iterator[str]:
    for title, text, model in _SECTIONS:
        rows = "\n".join(_row(name, field) for name, field in model.model_fields.items())
        yield f"## {title}\n\n{text}\n\n| key | what it is | default |\n|---|---|---|\n{rows}"


def _row(name: str, field: Any) -> str:
    words = list(_words(field.annotation))
    choices = f": {', '.join(f'`{word}`' for word in words)}" if words else ""
    return f"| `{field.alias or name}` | {field.description}{choices} | {_default(field)} |"


def _words(annotation: Any) -> Iterator[str]:
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    else:
        for inner in get_args(annotation):
            yield from _words(inner)


def _default(field: Any) -> str:
    if field.is_required():
        return "none"
    default = field.default
    if default in (None, "", [], {}):
        return ""
    if isinstance(default, bool):
        return f"`{default}`".lower()
    return f"`{', '.join(default) if isinstance(default, list) else default}`"


_OPENING = """
# Writing rules

<!-- Made by `python -m filterproxy.rulebook.manual`; what it says stands in the code beside what does it. -->

A *pack* is a YAML file of *rules*. A rule says **what to find** in a reply (`match`), **what excuses it**
(`unless`) and **what to do** (`action`). Rules run in the order in which they stand, files of a folder by
name, and each reads what the one before it left.

```yaml
version: 1
pack: delivery
why: The model promises delivery days that nobody has agreed to.
rules:
  - id: delivery-promise
    match: {regex: '(?i)\\b(?:arrives?|delivered|be there) (?:today|tomorrow|tonight)\\b'}
    unless: {grounded: true}
    action: {remove: sentence}
    say: We will write to you as soon as your parcel is on its way.
    mode: shadow
    examples:
      hit:
        - reply: Good news! Your lamp arrives tomorrow. Anything else?
          want: Good news! Anything else?
        - {ask: When does it come?, reply: It will be delivered today.}
      pass:
        - {tools: "Tracking: the parcel arrives tomorrow", reply: Your lamp arrives tomorrow.}
        - Delivery usually takes two working days.
```

Read it aloud: *find* "arrives tomorrow" and its kin; *unless* the request says the same; *remove* the
sentence it stands in, and if nothing is left of the reply *say* this; but for now only count (`mode:
shadow`).

**From a reply that went wrong to a rule that works**

1. Write the rule, with the reply as its first `hit`, and one that looks like it and is fine as its first
   `pass`.
2. `filterproxy check FILE` lists every mistake with its place, and says what the rule makes a stream wait
   for.
3. `filterproxy test FILE` runs the examples, each whole, cut in every way a stream may cut it, and through
   every API; `--coverage` says which alternatives no example uses, and `--watch` runs again on each change.
4. `filterproxy try "REPLY" --rules FILE` shows what each rule said about a reply, with the spans marked.
5. Serve it with `mode: shadow`. The metrics count what it would have done:
   `filterproxy_rule_matches_total{rule="delivery-promise",mode="shadow"}`.
6. `mode: enforce` with `rollout: 10%` is a canary, the same conversations each time; without `rollout` it
   acts on all. A conversation is known by the header that `canary_header` names, else by the model server's
   id of it, else by who asks, the system prompt and the first question: where the prompt tells the time, or
   clients leave out old turns, name a header.

**What the model may say because the request says it.** With `unless: {grounded: true}` a match is excused
when the system prompt, a document, the result of a tool, or a statement of the user says the same: for
`fact` the same *by value* ("until five on weekdays" by "Mon-Fri 9-17"), for the other verbs the same text
in any case. A question is no statement, and what the model itself said earlier does not count.

**What a rule costs a stream.** `flag` and `append` cost nothing. `redact`, `replace`, `{remove: match}` and
`{cut: match}` hold back only what could begin a match. `cut` and `remove: sentence` hold each sentence to
its end, and so does every rule with `scope: sentence` that changes text. `all` and `unless: {match: ...}`
look at their scope to its end, so name a narrow one beside them. `drop` and `retry` hold the whole reply:
give such a rule `streamed: cut`. A rule in shadow holds nothing.

**What a match can span.** `scope` bounds it: `sentence`, `line` or `reply` (the default is `reply`, for
`fact: opening_hours` and `tokens` it is `sentence`); none is longer than 4 096 characters. Matching also
sees the text with look-alike, full-width and invisible characters made plain; `exact: true` turns that
off.

**What is not looked at.** `skip: [code]` leaves out Markdown code, in fences of backticks and in spans; no
match goes on behind it. `skip: [quotes]` excuses a match inside quotation marks, or on a line that begins
with `>`, where the user wrote the same words.

**Text that you write** (`say`, `with`, templates) goes in as it stands and is not filtered again. `say` may
be one text, or one per language of the question: `{en: ..., de: ..., default: ...}`.

**Quoting.** Write patterns in single quotes: there a backslash is a backslash, and `''` is one quote. A text
with a colon or a `#` in it needs quotes, too.
"""

_VERBS = """
## What to find

A match is one verb with its options beside it. Hit and Pass show a match that finds something in a reply, and
one that does not.
"""

_ACTIONS = """
## What to do

An action is a name, or a mapping where it takes an argument. `streamed` is an action, too: it is taken
instead when the client asked for a stream. Before and After show a reply to a rule that finds "refunds".
"""


if __name__ == "__main__":
    print(manual(), end="")
