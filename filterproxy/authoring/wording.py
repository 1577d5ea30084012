"""
What clients read in place of what a rule takes away, in the languages that the project speaks: wording.json.

say: instead of a reply or a sentence; put: in the place of a match. The words are those of the packs that
ship.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Literal

from filterproxy.authoring.case import Case
from filterproxy.detectors.tongues import told
from filterproxy.language import language_of

Texts = dict[str, dict[str, dict[str, str]]]


@cache
def wording() -> Texts:
    """The table: `say` or `put`, what it is about, language."""
    found: Texts = json.loads(files("filterproxy.authoring").joinpath("wording.json").read_text("utf-8"))
    return found


def text_for(kind: Literal["say", "put"], about: str, case: Case) -> str:
    """The text in the language of the question, else of the reply, else in English."""
    texts = wording()[kind]
    by_language = texts.get(about, texts["other"])
    return by_language.get(_language(case), by_language["en"])


def _language(case: Case) -> str:
    """What can be told from the question, the reply, or both, else what they look like; "" for nothing."""
    texts = (case.ask, case.reply, f"{case.ask}\n{case.reply}", case.system)
    guesses = (tell(text) for tell in (told, language_of) for text in texts)
    return next(filter(None, guesses), "")
