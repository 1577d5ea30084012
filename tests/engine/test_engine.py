"""What an engine does before its first reply."""

from __future__ import annotations

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

from filterproxy.config import Config
from filterproxy.core.request import Request
from filterproxy.core.rule import Action, Rule, Span, Verb
from filterproxy.core.shape import Shape
from filterproxy.engine.engine import Engine
from filterproxy.metrics import Metrics
from filterproxy.rulebook.book import Rulebook


@dataclass(frozen=True)
class Slow:
    """Works something out on first use, and then fails."""

    asked: list[str] = field(default_factory=list)

    @property
    def shape(self) -> Shape | None:
        return None

    @property
    def gate(self) -> tuple[str, ...] | None:
        return ("never in any sample",)

    def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
        self.asked.append(text[slice(*unit)])
        raise ValueError

    def __call__(self, text: str, span: Span, unit: Span, request: Request) -> str | None:
        self.asked.append(request.question)
        raise ValueError


def test_every_detector_and_excuse_was_asked_before_the_first_reply_whatever_it_says() -> None:
    detector, excuse = Slow(), Slow()
    rule = Rule("r", detector, Action(Verb.FLAG), unless=(excuse,))
    registry = CollectorRegistry()
    Engine(Rulebook("0" * 16, (rule,), ()), Config("http://h"), Metrics(registry))

    for asked in (detector.asked, excuse.asked):
        assert asked
        assert all(sign in asked[0] for sign in ("9:30", "€", "@", "Street", "4111"))
    assert registry.get_sample_value("filterproxy_rule_errors_total", {"rule": "r", "cause": "error"}) is None
