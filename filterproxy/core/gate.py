"""
One scan that names the rules which could touch a text, and one that says from where on it must wait.

Both are sound and neither is exact: a rule that would match is always named, a match never begins in
text that need not wait; the rule's own engine then decides. So a reply that no rule can touch costs one
scan, whether there are ten rules or a thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from filterproxy.core.fold import FOLD_REACH, FOLDABLE, fold, unsure_from
from filterproxy.core.rule import MATCH_LIMIT, Detector, Mode, Rule, Scope
from filterproxy.core.scan import PatternSet, TailPattern, encode, usable
from filterproxy.core.shape import Underivable, prefixes, wide


def gate_sources(rule: Rule) -> tuple[str, ...] | None:
    """RE2 patterns, one of which is in every text with a match; None: the rule must always run."""
    detector = rule.match
    if detector.gate is not None:
        return detector.gate
    if detector.shape is None:
        return None
    try:
        source = wide(detector.shape, ends=rule.scope is Scope.REPLY and not rule.skips_code)
    except Underivable:
        return None
    return (source,) if source else None


# Holds that are kept ready; each may take a megabyte, and some hundredths of a second to be made. A rulebook
# has few; past this the oldest is made anew.
_KEPT_HOLDS = 128


class Gate:
    """The gate of a rulebook, and the holds of its rules."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        self._holds: dict[tuple[int, ...], Hold] = {}
        sources: list[str] = []
        self._owners: list[int] = []
        self._screens: list[tuple[int, Callable[[str], bool]]] = []
        always: list[int] = []
        for index, rule in enumerate(rules):
            if rule.mode is Mode.OFF:
                continue
            found = gate_sources(rule)
            screen = getattr(rule.match, "may_hit", None)
            if found is not None:
                if not all(map(usable, found)):
                    always.append(index)
                    continue
                sources.extend(found)
                self._owners.extend([index] * len(found))
            elif screen is not None:
                self._screens.append((index, screen))
            else:
                always.append(index)
        # Last, so that one scan also says whether there is a folded view to be asked.
        self._patterns = len(sources)
        self._set = PatternSet([*sources, *FOLDABLE])
        # Rules that the gate can say nothing about, by index.
        self.always = frozenset(always)
        # The last answer: a chain may come in several runs, which mostly read the very same text.
        self._last: tuple[str, int, frozenset[int]] = ("", -1, frozenset())

    def names(self, text: str, pos: int = 0) -> frozenset[int]:
        """Indices of the rules that could match in text[pos:], as it is or folded."""
        last_text, last_pos, named = self._last
        if text is not last_text or pos != last_pos:
            named = frozenset(self._named(text, pos))
            self._last = (text, pos, named)
        return named

    def hold(self, indices: tuple[int, ...]) -> Hold:
        """The hold of some of the rules, by their indices; each must have one (can_hold)."""
        hold = self._holds.get(indices)
        if hold is None:
            if len(self._holds) >= _KEPT_HOLDS:
                del self._holds[next(iter(self._holds))]
            hold = self._holds[indices] = Hold([self._rules[index] for index in indices])
        return hold

    def _named(self, text: str, pos: int) -> set[int]:
        tail = text[pos:] if pos else text
        if not tail.isascii():  # its fold may hang on what has left
            tail = text[max(0, pos - FOLD_REACH) :]
        named, perhaps_folds = self._names(tail)
        if perhaps_folds:
            folded = fold(tail)
            if folded is not None:
                named |= self._names(folded.text)[0]
        return named | self.always if self.always else named

    def _names(self, text: str) -> tuple[set[int], bool]:
        """Rules named on one view, and whether the text may have another."""
        matched = self._set.matches(encode(text))
        if not matched and not self._screens:
            return set(), False
        named = {self._owners[i] for i in matched if i < self._patterns}
        named.update(index for index, screen in self._screens if screen(text))
        return named, any(i >= self._patterns for i in matched)


class Hold:
    """From where on a text must wait, for the rules that it was made of."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        sources: list[str] = []
        self._starts: list[Callable[[str, int], int]] = []
        for rule in rules:
            start = getattr(rule.match, "prefix_start", None)
            if rule.match.shape is not None:
                sources.append(prefixes(rule.match.shape))
            elif start is not None:
                self._starts.append(start)
            else:
                raise ValueError(f"rule {rule.id}: no hold shorter than its scope")
        self._tail = TailPattern(sources)
        self._folds = not all(rule.exact for rule in rules)

    def start(self, text: str, pos: int) -> int:
        """
        The earliest offset from *pos* on at which a match may begin that is not settled by *text*.

        No attempt looks further than MATCH_LIMIT, so nothing before that waits.
        """
        waits = self._start(text, max(pos, len(text) - MATCH_LIMIT))
        lead = max(0, pos - FOLD_REACH)
        if not self._folds or text[lead:].isascii():
            return waits
        sure = unsure_from(text)
        folded = fold(text[lead:sure])
        if folded is not None:
            begin = max(folded.place(pos - lead), len(folded.text) - MATCH_LIMIT)
            at = self._start(folded.text, begin)
            waits = min(waits, lead + folded.span(at, at)[0] if at < len(folded.text) else sure)
        return max(pos, min(waits, sure))

    def _start(self, text: str, pos: int) -> int:
        tail = text[pos:] if pos else text
        waits = pos + self._tail.start(tail)
        return min([waits, *(start(text, pos) for start in self._starts)]) if self._starts else waits


def can_hold(detector: Detector) -> bool:
    """Whether a hold shorter than the scope can be derived for *detector*."""
    return detector.shape is not None or hasattr(detector, "prefix_start")
