"""
A reply that says again what a prompt says, word for word.

Theory of operation. The source (all turns of a role) is a list of items; every run of `seed` items in it is
indexed by its hash, once per prompt. A run of equal items that is long enough has at least `least` items,
so it holds a whole seed that begins at one of every `step` = least - seed + 1 places of the reply: only these
are looked up. A seed that is found becomes an *alignment*: a distance between places in source and reply,
kept with where its run began as long as the items go on being equal.

A run ends with the first item that differs, and is a match when it is long enough. Of runs that overlap the
one that begins first counts, so nothing is said as long as one that began no later goes on. All those are
known by then: they are no shorter than the one that ended, hence had a look-up inside. So what is found never
hangs on how the reply was cut.

What waits is the earliest place from which the last items are still a run: the beginning of an alignment,
or, behind the last look-up, of a chain of words that follow each other somewhere in the source. In ordinary
text that is a word or two.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from filterproxy.core.request import Request
from filterproxy.core.rule import MATCH_LIMIT, Span, Walker
from filterproxy.core.shape import Shape
from filterproxy.detectors.repeats_items import Item, Reader
from filterproxy.detectors.repeats_source import Source, source_of

# Fewer words are said by chance.
_LEAST = 4


@dataclass(frozen=True, slots=True)
class Repeats:
    """
    Find what a reply repeats of the request, word for word.

    Options:
        of: `system` (default: the system prompt, all such turns) or `user` (what the user said, all turns).
        words: how many words in a row, at least 4 (default 12).

    A word is a run of letters and digits, so case, accents, punctuation, Markdown and white space do not
    count. In scripts that write no space between words two characters count as one word. The match is all
    that is repeated in a row. A request without such a turn has no match. Of a source the first 20 000 words
    are looked at.

    Hit:   `repeats: {words: 4}`  on  "So: **never speak** of prices!"  after  system "Never speak of prices"
    Pass:  `repeats: {words: 4}`  on  "I must not speak of prices."  after  system "Never speak of prices"
    """

    of: Literal["system", "user"] = "system"
    words: int = 12
    shape: Shape | None = field(default=None, init=False, repr=False, compare=False)
    gate: tuple[str, ...] | None = field(default=None, init=False, repr=False, compare=False)
    # The last (source, text, unit) and what was found there: the calls for one text follow each other.
    _last: list[tuple[Source, str, Span, list[Span]]] = field(
        default_factory=list, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if self.of not in ("system", "user"):
            raise ValueError(f"`of` is {self.of!r}: a reply can repeat `system` or `user` turns")
        if self.words < _LEAST:
            raise ValueError(f"`words` is {self.words}: fewer than {_LEAST} are said by chance")

    def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
        source = self._source(request)
        spans = self._spans(source, text, unit) if source.keys else []
        return next((span for span in spans if span[0] >= pos), None)

    def _spans(self, source: Source, text: str, unit: Span) -> list[Span]:
        for seen, known, place, spans in self._last:
            if seen is source and place == unit and known == text:
                return spans
        part = text[unit[0] : unit[1]]
        spans = []
        if source.may_be_in(part):
            walker = _Walker(source)
            spans = [(start + unit[0], end + unit[0]) for start, end in walker.feed(part) + walker.end()]
        self._last[:] = [(source, text, unit, spans)]
        return spans

    def walk(self, request: Request) -> Walker | None:
        """A reader for one text, which lets all of it pass when the request has nothing to repeat."""
        source = self._source(request)
        return _Walker(source) if source.keys else _Idle()

    def _source(self, request: Request) -> Source:
        key = ("repeats", self.of, self.words)
        found = request.memo.get(key)
        if not isinstance(found, Source):
            texts = tuple(turn.text for turn in request.turns if turn.role == self.of and turn.text)
            found = request.memo[key] = source_of(texts, self.words)
        return found


@dataclass(slots=True)
class _Run:
    """Equal items so far. first: number of the first in the reply. start, before: as that item has them."""

    first: int
    start: int
    before: int


class _Idle:
    """Nothing can be repeated."""

    def __init__(self) -> None:
        self._seen = 0

    def feed(self, text: str) -> list[Span]:
        self._seen += len(text)
        return []

    def end(self) -> list[Span]:
        return []

    def settled(self) -> int:
        return self._seen


class _Walker:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._reader = Reader()
        # The last items: as many as a run that is not yet long enough may have, and a look-up before it.
        self._items: deque[Item] = deque(maxlen=2 * source.least + source.step + 2)
        self._count = 0  # items so far
        self._weight = 0  # of all of them
        self._runs: dict[int, _Run] = {}  # by the distance from a place in the reply to one in the source
        self._free = 0  # the first item that is in no match
        self._looked = -1  # where the last look-up began
        self._chain = 0  # from here on each two items follow each other in the source

    def feed(self, text: str) -> list[Span]:
        return [span for item in self._reader.feed(text) for span in self._take(item)]

    def end(self) -> list[Span]:
        found = [span for item in self._reader.end() for span in self._take(item)]
        ended = [run for run in self._runs.values() if self._long_enough(run, self._weight)]
        if ended:
            found.append((min(run.start for run in ended), self._items[-1].end))
        return found

    def _take(self, item: Item) -> list[Span]:
        item.before = self._weight
        self._link(item)
        self._items.append(item)
        found = self._go_on(item) if self._runs else []
        self._count += 1
        self._weight += item.weight
        seed = self._source.seed
        if self._count >= seed and (self._count - seed) % self._source.step == 0:
            self._look_up(self._count - seed)
        return found

    def _link(self, item: Item) -> None:
        last = self._items[-1].key if self._items else None
        if hash((last, item.key)) not in self._source.pairs:
            self._chain = self._count + (item.key not in self._source.beginnings)

    def _go_on(self, item: Item) -> list[Span]:
        """What *item*, whose number is `_count`, ends."""
        ended: list[_Run] = []
        for distance, run in list(self._runs.items()):
            if self._key(self._count + distance) != item.key:
                ended.append(self._runs.pop(distance))
            elif item.end - run.start > MATCH_LIMIT:
                ended.append(_Run(run.first, run.start, run.before))
                self._shorten(run, item.end)
        ended = [run for run in ended if self._long_enough(run, item.before)]
        if not ended:
            return []
        first = min(ended, key=lambda run: run.first)
        if any(run.first <= first.first for run in self._runs.values()):
            return []
        self._free = self._count
        for run in self._runs.values():
            run.first, run.start, run.before = self._count, item.start, item.before
        return [(first.start, self._items[-2].end)]

    def _shorten(self, run: _Run, end: int) -> None:
        """Let *run* begin where no more than a match may span lies between there and *end*."""
        # What is longer than all that is kept is long enough, and will begin anew.
        first = max(run.first, self._count + 1 - len(self._items))
        while first <= self._count and end - self._item(first).start > MATCH_LIMIT:
            first += 1
        begin = self._item(min(first, self._count))
        run.first, run.start, run.before = first, begin.start, begin.before

    def _item(self, number: int) -> Item:
        """An item by its number, while the newest is number `_count`."""
        return self._items[number - self._count - 1]

    def _key(self, place: int) -> str | None:
        return self._source.keys[place] if 0 <= place < len(self._source.keys) else None

    def _long_enough(self, run: _Run, weight: int) -> bool:
        return weight - run.before >= 2 * self._source.least

    def _look_up(self, at: int) -> None:
        """Find the seed that the last items are, from number *at* on."""
        behind, self._looked = max(self._free, self._looked + 1), at
        seed = tuple(self._items[i].key for i in range(-self._source.seed, 0))
        for place in self._source.places.get(hash(seed), ()):
            distance = place - at
            if distance not in self._runs and self._source.keys[place : place + len(seed)] == seed:
                self._runs[distance] = self._begin(distance, at, behind)

    def _begin(self, distance: int, at: int, behind: int) -> _Run:
        """The run of an alignment, from its first item on: not before item *behind*."""
        newest = self._count - 1
        first = max(at, self._free)
        while first > behind and self._items[first - 1 - newest - 1].key == self._key(first - 1 + distance):
            first -= 1
        end = self._items[-1].end
        while first < newest and end - self._items[first - newest - 1].start > MATCH_LIMIT:
            first += 1
        item = self._items[first - newest - 1]
        return _Run(first, item.start, item.before)

    def settled(self) -> int:
        return min(self._beginnings(), default=self._reader.seen)

    def _beginnings(self) -> Iterator[int]:
        """Where a match may begin that is not yet known."""
        half = self._reader.open
        for distance, run in self._runs.items():
            if self._long_enough(run, self._weight):
                yield run.start
                continue
            key = self._key(self._count + distance)
            if key is not None and (half is None or key.startswith(half.key)):
                yield from self._begins_at(run.first)
        if half is None or half.key in self._source.beginnings:
            yield from self._begins_at(max(self._chain, self._free, self._looked + 1))

    def _begins_at(self, first: int) -> Iterator[int]:
        """The offset of item number *first*, or of the first behind it that is not too far back."""
        kept: Sequence[Item] = self._items
        half = self._reader.open
        number = max(first - self._count, -len(kept))
        while number < 0 and self._reader.seen - kept[number].start >= MATCH_LIMIT:
            number += 1
        if number < 0:
            yield kept[number].start
        elif half is not None:
            yield half.start
