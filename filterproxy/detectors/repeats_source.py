"""What a reply could repeat: the items of a prompt, indexed once for all replies to it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from filterproxy.detectors.repeats_items import keys_of

# Words of a source that are looked at. A prompt of 20 000 words is as long as a model with 32 k tokens reads.
_SOURCE_LIMIT = 20_000
# Places that are kept of a seed: what stands in a prompt more often is a table's ruling or a refrain.
_PLACES = 64
# Sources that are kept ready, at some 300 bytes a word: a server has few prompts, and 20 000 words are 6 MB.
_SOURCES = 8


@lru_cache(maxsize=_SOURCES)
def source_of(texts: tuple[str, ...], least: int) -> Source:
    """What some turns say. least: items that a run of equal ones must have."""
    keys: list[str | None] = []
    for text in texts:
        keys += keys_of(text)
        keys.append(None)  # no item is equal to it: no run goes on from one turn to the next
    return Source(tuple(keys[:_SOURCE_LIMIT]) if len(keys) > least else (), least)


@dataclass(frozen=True, eq=False)
class Source:
    """keys: the items, None between turns; none at all where the source is too short to be repeated."""

    keys: tuple[str | None, ...]
    least: int

    @cached_property
    def seed(self) -> int:
        return self.least // 2

    @cached_property
    def step(self) -> int:
        return self.least - self.seed + 1

    @cached_property
    def places(self) -> dict[int, list[int]]:
        """Where seeds begin, by hash."""
        found: dict[int, list[int]] = {}
        for at in range(len(self.keys) - self.seed + 1):
            places = found.setdefault(hash(self.keys[at : at + self.seed]), [])
            if len(places) < _PLACES:
                places.append(at)
        return found

    @cached_property
    def pairs(self) -> frozenset[int]:
        return frozenset(map(hash, zip(self.keys, self.keys[1:], strict=False)))

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """What a word of the source may look like as long as it is not complete."""
        return frozenset(key[:i] for key in set(self.keys) if key for i in range(1, len(key) + 1))

    def may_be_in(self, text: str) -> bool:
        """Whether *text* has one of the seeds where they are looked up: as a walker says, but faster."""
        keys = tuple(keys_of(text))
        places, seed = self.places, self.seed
        return any(hash(keys[at : at + seed]) in places for at in range(0, len(keys) - seed + 1, self.step))
