"""A document and its rulebook → every warning, and what could not be decided."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from filterproxy.rulebook.book import Rulebook
from filterproxy.rulebook.document import Document
from filterproxy.rulebook.lint.finding import Finding, Report, Unanalysed, in_order
from filterproxy.rulebook.lint.lists import of_lists
from filterproxy.rulebook.lint.patterns import of_patterns
from filterproxy.rulebook.lint.rules import Bounds, of_rule
from filterproxy.rulebook.lint.shadow import Fired, of_order
from filterproxy.rulebook.lint.written import Written, allows, written
from filterproxy.rulebook.outline import outline

_WORD = re.compile(r"[^\W\d_]{3,20}")
_MOST_WORDS = 20_000


def lint(document: Document, rulebook: Rulebook, bounds: Bounds, fired: Fired) -> Report:
    """
    Everything that is worth a warning.

    document, rulebook: of the same packs, which were read without a mistake. fired: runs rules on examples
    (a function, as what runs them stands above the rulebook). A comment `# allow FW006` in the line of what
    is warned of, or of its rule's id, takes that warning out; such ones are counted.
    """
    rules = written(document)
    found = list(_all(rules, rulebook, bounds, fired))
    warnings = in_order(one for one in found if isinstance(one, Finding))
    unanalysed = tuple(dict.fromkeys(one for one in found if isinstance(one, Unanalysed)))
    nodes = {rule.id: rule.node for rule in rules}
    kept = tuple(one for one in warnings if not allows(one.code, one.problem.place, nodes.get(one.rule)))
    return Report(kept, unanalysed, len(warnings) - len(kept))


def _all(
    rules: Sequence[Written], rulebook: Rulebook, bounds: Bounds, fired: Fired
) -> Iterator[Finding | Unanalysed]:
    words = _words(rulebook)
    lines = {line.id: line for line in outline(rulebook)}
    for rule in rules:
        yield from of_patterns(rule, words)
        yield from of_rule(rule, lines[rule.id], bounds)
    yield from of_lists(rules)
    yield from of_order(rules, rulebook, fired)


def _words(rulebook: Rulebook) -> list[str]:
    """The words of replies that rules must pass: what is hit there by mistake is best shown there."""
    replies = (ex.reply for info in rulebook.infos for ex in info.examples if not ex.hit)
    found = dict.fromkeys(word for reply in replies for word in _WORD.findall(reply))
    return list(found)[:_MOST_WORDS]
