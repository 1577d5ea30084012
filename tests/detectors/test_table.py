"""The table of verbs: each names a class that is there, and none is imported before it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

from filterproxy.detectors import DETECTORS, detector_class

HEAVY = ("spacy", "phonenumbers", "stdnum", "ahocorasick_rs", "filterproxy.facts")


@pytest.mark.parametrize("verb", DETECTORS)
def test_every_verb_has_a_class_that_finds(verb: str) -> None:
    """With the three things that the engine asks of it."""
    found = detector_class(verb)

    assert [name for name in ("find", "shape", "gate") if not hasattr(found, name)] == []


def test_the_table_imports_nothing_that_a_rule_may_not_need() -> None:
    """Half a second and 100 MB, for one of them."""
    code = "import sys, filterproxy.detectors; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert {name for name in HEAVY if name in loaded.stdout.split()} == set()
