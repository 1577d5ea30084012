"""The breaker of a service, and the lines that are kept."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from filterproxy.detectors.service import Service
from filterproxy.metrics import Metrics
from filterproxy.proxy.asking.breaker import Breaker
from filterproxy.proxy.asking.services import Services


def test_failures_far_apart_do_not_open_a_breaker() -> None:
    now = [0.0]
    breaker = Breaker(lambda: now[0])
    for second in range(0, 100, 8):
        now[0] = float(second)
        assert breaker.lets()
        breaker.failed()

    assert not breaker.is_open


def test_the_one_that_is_let_through_decides() -> None:
    now = [0.0]
    breaker = Breaker(lambda: now[0])
    for _ in range(5):
        breaker.failed()
    assert (True, False) == (breaker.is_open, breaker.lets())
    now[0] = 10.0
    assert [True, False] == [breaker.lets(), breaker.lets()]
    breaker.failed()
    now[0] = 19.0
    assert not breaker.lets()
    now[0] = 20.0
    assert breaker.lets()
    breaker.left()
    assert breaker.lets()
    breaker.worked()

    assert [False, True, True] == [breaker.is_open, breaker.lets(), breaker.lets()]


def test_services_that_no_rule_names_any_more_are_forgotten() -> None:
    """The one that is asked all the time keeps its line, and what its breaker knows."""
    services = Services(Metrics(CollectorRegistry()))
    asked, left = Service("http://asked/"), Service("http://left/")
    kept, lost = services.line(asked), services.line(left)
    for number in range(1000):
        services.line(Service(f"http://edit-{number}/"))
        assert kept is services.line(asked)

    assert lost is not services.line(left)
