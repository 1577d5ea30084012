"""Results of replays, for the tests of their reports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from filterproxy.corpus.sources import corpus_of
from filterproxy.replay.gates import Gate, judged, limit_of
from filterproxy.replay.pool import inline
from filterproxy.replay.run import Given, replay
from filterproxy.scores import wilson
from tests.replay.books import book, drops, flags, line_of, many, redacts, write_lines


def replayed(folder: Path) -> dict[str, Any]:
    """Of 60 exchanges and two broken lines: a fires more often, b less, c is new, quiet finds nothing."""
    lines = [*map(line_of, many(60)), b"no json\n", {"a": 1}]
    write_lines(folder / "rec" / "a.jsonl", lines)
    old = book(folder / "old", drops("a", "gold"), redacts("b", "tin"), flags("quiet", "copper"))
    new = book(
        folder / "new",
        drops("a", "gold|lead"),
        redacts("b", "tin"),
        flags("c", "zinc"),
        flags("quiet", "ore"),
    )
    result = replay(Given(corpus_of([folder / "rec"]), old, new, "old", "new"), inline)
    result["gates"] = judged([Gate("changed", limit_of("0")), Gate("new-drops", limit_of("90%"))], result)
    return result


def labelled(result: dict[str, Any], rule: str, right: int, wrong: int) -> dict[str, Any]:
    """The same, with labels of a rule."""
    low, high = wilson(right, right + wrong)
    precision = {"right": right, "wrong": wrong, "low": low, "high": high}
    rules = {**result["rules"], rule: {**result["rules"][rule], "precision": precision}}
    return {**result, "rules": rules}


# Words that the program chose, or that it tells things apart by.
_OURS = ("kind", "channel", "outcomes")
# Whose keys are names and sentences.
_KEYED = ("rules", "skipped_by")


def everywhere(value: Any, text: str, of: str = "") -> Any:
    """*value* (what *of* names) with *text* behind each text, name and sentence in it."""
    if of in _OURS:
        return value
    if isinstance(value, dict):
        behind = text if of in _KEYED else ""
        return {key + behind: everywhere(inner, text, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [everywhere(member, text) for member in value]
    return value + text if isinstance(value, str) else value
