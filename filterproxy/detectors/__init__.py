"""
The ways of finding, by the verbs that authors use.

Places rather than classes: spaCy, phonenumbers and the facts are imported when a rule needs them, not before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Final

from filterproxy.core.rule import Detector

DETECTORS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "regex": "filterproxy.detectors.regex:Regex",
        "phrases": "filterproxy.detectors.phrases:Phrases",
        "fact": "filterproxy.detectors.fact:FactDetector",
        "tokens": "filterproxy.detectors.tokens:Tokens",
        "number": "filterproxy.detectors.number:Number",
        "secret": "filterproxy.detectors.secret:Secret",
        "length": "filterproxy.detectors.length:Length",
        "repetition": "filterproxy.detectors.repetition:Repetition",
        "repeats": "filterproxy.detectors.repeats:Repeats",
        "language": "filterproxy.detectors.language:Language",
        "json_schema": "filterproxy.detectors.json_schema:JsonSchema",
        "entity": "filterproxy.detectors.entity:Entity",
        "service": "filterproxy.detectors.service:Service",
        "python": "filterproxy.detectors.python:Python",
        "any": "filterproxy.detectors.combine:AnyOf",
        "all": "filterproxy.detectors.combine:AllOf",
    }
)


def detector_class(verb: str) -> Callable[..., Detector]:
    """The class that finds for a verb, imported now. Raises KeyError where there is no such verb."""
    module, _, name = DETECTORS[verb].partition(":")
    found: Callable[..., Detector] = getattr(import_module(module), name)
    return found
