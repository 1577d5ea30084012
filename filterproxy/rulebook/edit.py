"""
Packs changed where they stand: a key of a rule set, an example added, every other byte left as it is.

The file is not written anew from its values, which would take comments, quotes and line breaks with it.
PyYAML's nodes say where each value begins and ends; an edit is a piece of text for such a place. Then the new
text is read again: only the one value may differ from what was there, else nothing is done (`CannotEdit`). So
aliases, anchors, odd layouts and whatever else was not thought of here end in a sentence, never in another
rule.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from filterproxy.rulebook.files import read_text
from filterproxy.rulebook.problem import Problem
from filterproxy.rulebook.source import parse

# A list item longer than this is written on several lines, where the list has lines of its own.
_COLUMNS = 110

# Keys before which `mode` is put where a rule has none: what a rule is for stands before how far it is rolled
# out.
_AFTER_MODE = ("rollout", "on_error", "owner", "link", "created", "expires", "why", "examples")
# What PyYAML would read as something other than the text itself, or refuse, inside double quotes.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
_SIMPLE = re.compile(r"[A-Za-z][A-Za-z0-9_]*|\d{1,3}(?:\.\d+)?%")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class CannotEdit(ValueError):
    """The file is written in a way that cannot be changed in place; args[0] says what to do."""


@dataclass(frozen=True, slots=True)
class Edit:
    """text[start:end] becomes *text*; code points."""

    start: int
    end: int
    text: str


def applied(text: str, edits: Sequence[Edit]) -> str:
    """*text* with edits that do not overlap."""
    # Of two at one place what is put in comes last, so that it is not taken out again.
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end), reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


class PackText:
    """
    A pack's text, and where its rules stand. Raises CannotEdit where it is no pack.

    name: what the file is called in sentences.
    """

    def __init__(self, text: str, name: str = "the pack") -> None:
        self.text = text
        self.name = name
        self._break = "\r\n" if "\r\n" in text else "\n"
        try:
            root = yaml.compose(text, Loader=_LOADER)
        except (yaml.YAMLError, RecursionError):
            raise CannotEdit(f"{name} cannot be read as YAML; `filterproxy check` says where") from None
        rules = _value(root, "rules")
        self._rules: list[Any] = list(rules.value) if isinstance(rules, yaml.SequenceNode) else []
        self._plain = _plain(text)

    def set(self, rule: str, keys: Mapping[str, str | None]) -> str:
        """The text in which the rule has these words under these keys; None: it has no such key."""
        index, node = self._rule(rule)
        words = {key: word for key, word in keys.items() if word is not None}
        there = [key for key in keys if _value(node, key) is not None]
        edits = [
            self._replaced(node, key, words[key]) if key in words else self._taken_out(node, key)
            for key in there
        ]
        if missing := [(key, word) for key, word in words.items() if key not in there]:
            edits.append(self._inserted(node, missing, words))
        wanted = _plain(self.text)
        for key in keys.keys() - words.keys():
            wanted["rules"][index].pop(key, None)
        wanted["rules"][index].update({key: _meant(word) for key, word in words.items()})
        return self._checked(applied(self.text, edits), wanted)

    def add_example(self, rule: str, kind: str, example: str | Mapping[str, Any]) -> str:
        """The text in which the rule has one more example of a kind: `hit`, `pass` ..., behind the others."""
        index, node = self._rule(rule)
        wanted = _plain(self.text)
        member = example if isinstance(example, str) else dict(example)
        examples = wanted["rules"][index].get("examples") or {}
        wanted["rules"][index]["examples"] = examples | {kind: [*(examples.get(kind) or []), member]}
        return self._checked(applied(self.text, [self._added(node, kind, example)]), wanted)

    def lines(self, rule: str) -> tuple[int, int]:
        """The first and the last line of a rule, counted from 1."""
        _, node = self._rule(rule)
        return node.start_mark.line + 1, self.text.count("\n", 0, _end(self.text, node)) + 1

    def word(self, rule: str, key: str) -> Any:
        """What stands under a key of a rule; None where it has no such key."""
        return self._plain["rules"][self._rule(rule)[0]].get(key)

    def _rule(self, rule: str) -> tuple[int, Any]:
        for index, node in enumerate(self._rules):
            named = _value(node, "id")
            if isinstance(named, yaml.ScalarNode) and named.value == rule:
                return index, node
        raise CannotEdit(f'{self.name} has no rule "{rule}"')

    def _replaced(self, rule: Any, key: str, word: str) -> Edit:
        node = _value(rule, key)
        if not isinstance(node, yaml.ScalarNode) or node.style in ("|", ">"):
            raise CannotEdit(f'"{key}" of {rule_name(rule)} is no plain word; change it by hand')
        written = self.text[node.start_mark.index : node.end_mark.index]
        if written[:1] in ("&", "!", "*"):
            raise CannotEdit(f'"{key}" of {rule_name(rule)} has an anchor or a tag; change it by hand')
        if node.start_mark.index == node.end_mark.index:  # `mode:` and nothing behind it
            return Edit(node.start_mark.index, node.end_mark.index, f" {word}")
        quote = written[0] if written[0] in "\"'" else ""
        return Edit(node.start_mark.index, node.end_mark.index, quote + word + quote)

    def _taken_out(self, rule: Any, name: str) -> Edit:
        """A key away, with its line where it has one to itself; a comment behind it stays."""
        at = next(at for at, (key, _) in enumerate(rule.value) if key.value == name)
        key, value = rule.value[at]
        end = _end(self.text, value)
        start = key.start_mark.index - key.start_mark.column
        if not rule.flow_style and self._opens_line(key):
            rest = self.text[end : self._line_end(end)]
            if comment := rest.strip():
                return Edit(key.start_mark.index, end + rest.index(comment), "")
            whole = _BREAK.search(self.text, end)
            return Edit(start, whole.end() if whole else len(self.text), "")
        if at + 1 < len(rule.value):
            span = key.start_mark.index, rule.value[at + 1][0].start_mark.index
        else:
            span = _end(self.text, rule.value[at - 1][1]), end
        if "#" in self.text[slice(*span)]:
            raise CannotEdit(f'"{name}" of {rule_name(rule)} stands among comments; take it out by hand')
        return Edit(*span, "")

    def _inserted(self, rule: Any, pairs: list[tuple[str, str]], keys: Mapping[str, str]) -> Edit:
        """New keys: beside a key of the same call that is there already, else before those that come late."""
        lines = [f"{key}: {word}" for key, word in pairs]
        beside = next((pair for pair in rule.value if pair[0].value in keys), None)
        if rule.flow_style or beside is not None:
            key, value = beside or next(pair for pair in rule.value if pair[0].value == "id")
            if rule.flow_style:
                at = value.end_mark.index
                return Edit(at, at, "".join(f", {line}" for line in lines))
            return self._below(key, value, lines)
        for key, _ in rule.value:
            if key.value in _AFTER_MODE and self._opens_line(key):
                at = self._above_comments(key)
                indent = " " * key.start_mark.column
                return Edit(at, at, "".join(indent + line + self._break for line in lines))
        key, value = next(pair for pair in rule.value if pair[0].value == "id")
        return self._below(key, value, lines)

    def _below(self, key: Any, value: Any, lines: Sequence[str]) -> Edit:
        """Lines under the one on which a value ends, indented as its key."""
        at = self._line_end(_end(self.text, value))
        indent = self._break + " " * key.start_mark.column
        return Edit(at, at, "".join(indent + line for line in lines))

    def _added(self, rule: Any, kind: str, example: str | Mapping[str, Any]) -> Edit:
        pair = _pair(rule, "examples")
        if pair is None:
            return self._new_key(rule, "examples", kind, example)
        examples = pair[1]
        if not isinstance(examples, yaml.MappingNode):
            raise CannotEdit(f'"examples" of {rule_name(rule)} is empty; write `hit:` or `pass:` below it')
        members = _value(examples, kind)
        if members is None:
            return self._new_key(examples, "", kind, example)
        if not isinstance(members, yaml.SequenceNode):
            raise CannotEdit(f'"{kind}" of {rule_name(rule)} is no list; write one')
        if members.flow_style:
            return self._into_brackets(members, example)
        at = self._line_end(_end(self.text, members))
        indent = " " * members.start_mark.column
        return Edit(at, at, self._break + self._item(example, indent))

    def _into_brackets(self, members: Any, example: str | Mapping[str, Any]) -> Edit:
        if not members.value:
            at = members.start_mark.index + self.text[members.start_mark.index :].index("[") + 1
            return Edit(at, at, flow(example))
        at = _end(self.text, members.value[-1])
        return Edit(at, at, ", " + flow(example))

    def _new_key(self, mapping: Any, outer: str, kind: str, example: str | Mapping[str, Any]) -> Edit:
        """A list of its own at the end of a mapping, below `examples` where that is new, too."""
        if not mapping.value:
            raise CannotEdit(f"{self.name} has an empty mapping of examples; write `{kind}: []` into it")
        at = _end(self.text, mapping.value[-1][1])
        if mapping.flow_style:
            pair = f"{kind}: [{flow(example)}]"
            return Edit(at, at, ", " + (f"{outer}: {{{pair}}}" if outer else pair))
        indent = " " * mapping.value[0][0].start_mark.column
        opening = [indent + outer + ":"] if outer else []
        inner = indent + "  " * len(opening)
        lines = [*opening, f"{inner}{kind}:", self._item(example, inner + "  ")]
        at = self._line_end(at)
        return Edit(at, at, "".join(self._break + line for line in lines))

    def _item(self, example: str | Mapping[str, Any], indent: str) -> str:
        line = f"{indent}- {flow(example)}"
        if len(line) <= _COLUMNS or isinstance(example, str):
            return line
        pairs = [f"{key}: {flow(value)}" for key, value in example.items()]
        return f"{indent}- " + f"{self._break}{indent}  ".join(pairs)

    def _opens_line(self, key: Any) -> bool:
        start = key.start_mark.index - key.start_mark.column
        return not self.text[start : key.start_mark.index].strip(" ")

    def _above_comments(self, key: Any) -> int:
        """Where the line of a key begins, or the comments that stand above it."""
        at = key.start_mark.index - key.start_mark.column
        while at > 0:
            before = self.text.rfind("\n", 0, at - 1) + 1
            if not self.text[before:at].lstrip(" ").startswith("#"):
                break
            at = before
        return int(at)

    def _line_end(self, at: int) -> int:
        found = _BREAK.search(self.text, at)
        return found.start() if found else len(self.text)

    def _checked(self, text: str, wanted: Any) -> str:
        if _plain(text) != wanted:
            raise CannotEdit(
                f"{self.name} is written in a way that cannot be changed in place; do it by hand"
            )
        return text


def flow(value: Any) -> str:
    """A value on one line: texts in double quotes, mappings in braces."""
    if isinstance(value, str):
        return _ESCAPED.sub(lambda c: f"\\u{ord(c[0]):04x}", json.dumps(value, ensure_ascii=False))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(inner) for inner in value) + "]"
    return json.dumps(value)


def rule_name(rule: Any) -> str:
    """What a rule is called in sentences."""
    return f'rule "{_value(rule, "id").value}"'


def read(path: Path) -> PackText:
    """The text of a pack's file. Raises CannotEdit where it cannot be read."""
    try:
        return PackText(read_text(path), str(path))
    except CannotEdit:
        raise
    except ValueError as error:
        raise CannotEdit(f'"{path}" {error}') from None


def _pair(mapping: Any, key: str) -> tuple[Any, Any] | None:
    pairs = mapping.value if isinstance(mapping, yaml.MappingNode) else ()
    return next((pair for pair in pairs if pair[0].value == key), None)


def _value(mapping: Any, key: str) -> Any:
    """The value of a key, if it stands behind it: an alias leads elsewhere."""
    pair = _pair(mapping, key)
    if pair is None:
        return None
    if pair[1].start_mark.index < pair[0].end_mark.index:
        raise CannotEdit(f'"{key}" is written as an alias; change it by hand')
    return pair[1]


def _end(text: str, node: Any) -> int:
    """Where a value ends: PyYAML says of blocks only where the next thing begins, comments skipped."""
    flows = isinstance(node, yaml.CollectionNode) and node.flow_style
    if isinstance(node, yaml.CollectionNode) and not flows and node.value:
        last = node.value[-1]
        if not isinstance(last, tuple):
            return _end(text, last)
        # An alias stands elsewhere: the line of its key is all that is known.
        value = last[1] if last[1].start_mark.index >= last[0].end_mark.index else last[0]
        return _end(text, value)
    start, end = node.start_mark.index, node.end_mark.index
    return int(start) + len(text[start:end].rstrip())


def _meant(word: str) -> Any:
    if not _SIMPLE.fullmatch(word):
        raise ValueError(f"{word!r} would have to be quoted")
    return word


def _plain(text: str) -> Any:
    problems: list[Problem] = []
    node = parse("", text, problems)
    if node is None or problems or not isinstance(node.value, dict):
        raise CannotEdit("the pack has mistakes; `filterproxy check` lists them")
    return node.plain()
