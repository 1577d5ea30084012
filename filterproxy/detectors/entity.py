"""
The verb `entity`: names of people, places ..., as a trained spaCy model tells them.

https://spacy.io/usage/linguistic-features#named-entities

A model takes milliseconds for a sentence and up to a second to be read, so that it is asked like a server is:
only about sentences that may hold a name, in a thread of its own. Whether it is installed, and which names it
knows, is seen at load without reading it.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from filterproxy.core.asking import Asker, Found, asked, first
from filterproxy.core.request import Request
from filterproxy.core.rule import Span
from filterproxy.core.shape import Shape

# Parts of common models that say nothing about names, and cost most of the time.
_UNNEEDED = ("tagger", "parser", "attribute_ruler", "lemmatizer", "morphologizer", "senter", "textcat")
# A capital, a digit, or a letter of a script without capitals: every name that models find has one.
_IN_NAMES = frozenset({"Lu", "Lt", "Lo", "Nd"})
_GATE = r"[\p{Lu}\p{Lt}\p{Lo}\p{Nd}]"


@dataclass(frozen=True, slots=True)
class Model:
    """Who is asked: a model, once for all rules that use it."""

    name: str

    @property
    def kind(self) -> str:
        return "entity"

    def answer(self, text: str) -> tuple[Found, ...]:
        """Every named entity in *text*."""
        return tuple((e.start_char, e.end_char, e.label_) for e in _pipeline(self.name)(text).ents)

    def warm(self) -> None:
        """Read the model now rather than for the first reply."""
        self.answer("All is well.")


@dataclass(frozen=True, slots=True)
class Entity:
    """
    Find names: of people, organisations, places ..., as a trained model tells them.

    Options:
        entity: the kind, or a list of kinds, by the model's labels: `PERSON`, `ORG`, `GPE`, `DATE` ...
        model: the spaCy model, by its package's name (default `en_core_web_sm`) or the path of its folder.

    Needs spaCy and the model: `pip install 'filterproxy[nlp]'`, then `python -m spacy download
    en_core_web_sm`. A model errs now and then, also on names: begin with `mode: shadow`, and count.

    Reads sentence by sentence; one without a capital letter, a digit or a letter of a script that has no
    capitals is not given to the model. Models read beside the replies, in a thread of their own. A rule that
    enforces holds the whole reply; with `mode: shadow` or `flag` it holds nothing, and is judged when
    the reply has gone. What the model fails at is never a verdict: `on_error` decides.

    Hit:   `entity: PERSON`  on  "Ask Maria Keller about it."
    Pass:  `entity: PERSON`  on  "Ask the front desk about it."
    """

    labels: tuple[str, ...]
    model: str = "en_core_web_sm"
    shape: Shape | None = field(default=None, init=False, repr=False, compare=False)
    gate: tuple[str, ...] | None = field(default=(_GATE,), init=False, repr=False, compare=False)
    _asker: Model = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        known = labels_of(self.model)
        for label in self.labels:
            if known and label not in known:
                raise ValueError(f"no kind {label!r}; there are {', '.join(sorted(known))}")
        object.__setattr__(self, "_asker", Model(self.model))

    @property
    def askers(self) -> tuple[Asker, ...]:
        return (self._asker,)

    def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
        said = text[slice(*unit)]
        if pos >= unit[1] or not _may_name(said):
            return None
        return first((f for f in asked(self._asker, said, request) if f[2] in self.labels), pos, unit)


def _may_name(text: str) -> bool:
    return any(unicodedata.category(c) in _IN_NAMES for c in text)


def labels_of(model: str) -> frozenset[str]:
    """
    The labels that a model knows; empty where it does not say. Raises ValueError where it is not installed.
    """
    try:
        from spacy.util import get_package_path, is_package
    except ImportError:
        raise ValueError("the verb `entity` needs spaCy: pip install 'filterproxy[nlp]'") from None
    folder = Path(model)
    if not (folder / "meta.json").is_file():
        if not is_package(model):
            raise ValueError(f"the model {model!r} is not installed: python -m spacy download {model}")
        folder = get_package_path(model)
    try:
        meta = json.loads((folder / "meta.json").read_text("utf-8"))
        told = [label for part in ("ner", "entity_ruler") for label in meta["labels"].get(part, ())]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return frozenset()
    return frozenset(map(str, told))


@lru_cache(maxsize=8)
def _pipeline(model: str) -> Any:
    import spacy

    return spacy.load(model, exclude=list(_UNNEEDED))
