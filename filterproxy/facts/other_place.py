"""
When two subjects of hours are different places.

They clash only where each has a word that the other lacks, and the one that is not known is a subject
elsewhere in the request ("The restaurant is open until 23:30. The bar is next to the lobby."), or was asked
for by that name beside the same noun ("the rooftop café", known "the ground-floor café"), or differs in a
number, or both are nothing but kinds of place ("the pool", known "the kitchen"). A business named once and
then spoken of as "the gym" does not clash with its name.

Tried and dropped: any two subjects without a common word clash. "PulseFit" is "the gym", a "tip" a
"recycling centre".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from filterproxy.facts.subject import Subject

# A word may have others stuck to it from this length on ("Fahrradwerkstatt").
_LONG = 4
# From here on scripts write words without blanks.
_KANA = "\u3041"


class Mentions(Protocol):
    """All that the request states, hours or not."""

    def subjects_with(self, words: frozenset[str]) -> Sequence[Subject]:
        """Subjects of sentences that have one of *words*."""

    def operator_says(self, words: frozenset[str]) -> bool:
        """Whether one of *words* stands in what the operator's side states."""


def clash(
    known: Subject, said: Subject, mentions: Mentions, asked: Subject, names: frozenset[str] = frozenset()
) -> bool:
    """
    Whether *said* is another place than *known*.

    names: what else the known one is called. mentions: what else the request states. asked: what the
    question names.
    """
    ours, theirs = _without(known.words, said.words), _without(said.words, known.words | names)
    if not ours or not theirs:
        return False
    if _numbers(ours) and _numbers(theirs):
        return True
    apart = [m for m in mentions.subjects_with(theirs) if _tells_apart(m.words, ours, theirs)]
    if known.name and not known.kinds and theirs <= said.kind_words:
        # The business by its name, and by what it is; but not "Deli: 8-20. Bakery: fresh bread."
        return known.label and any(m.label for m in apart)
    named_alike = _of_one_kind(known, said) and _holds(asked.words, theirs)
    return bool(apart) or named_alike or _other_kind(known, said)


def _tells_apart(mentioned: frozenset[str], ours: frozenset[str], theirs: frozenset[str]) -> bool:
    """Whether it is the other one: it has a word of *theirs* and none of *ours*."""
    return _holds(theirs, mentioned) and not _holds(mentioned, ours)


def _of_one_kind(known: Subject, said: Subject) -> bool:
    return bool(known.kind_words & said.kind_words)


def _other_kind(known: Subject, said: Subject) -> bool:
    """ "The pool", known "the kitchen": nothing but kinds, and not one of them the same."""
    return bool(
        known.kinds
        and said.kinds
        and known.words == known.kind_words
        and said.words == said.kind_words
        and not known.kinds & said.kinds
    )


def _without(one: frozenset[str], other: Collection[str]) -> frozenset[str]:
    return frozenset(w for w in one if not any(_alike(w, x) for x in other))


def _holds(all_: Collection[str], some: Collection[str]) -> bool:
    return any(_alike(w, x) for w in some for x in all_)


def _alike(one: str, other: str) -> bool:
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if not short.isascii() and short > _KANA:
        return long.endswith(short) or (len(short) > 1 and short in long)
    # "Stadtbücherei" is one, "Museumsladen" no museum.
    return len(short) >= _LONG and (
        long.endswith(short) or (long.startswith(short) and len(long) < len(short) + 3)
    )


def _numbers(words: Collection[str]) -> frozenset[str]:
    return frozenset(w for w in words if w.isdigit())
