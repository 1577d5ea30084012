"""The verb `regex`, where other threads have work to do."""

from __future__ import annotations

import sys
import threading

from filterproxy.core.request import Request
from filterproxy.detectors.regex import Regex

TEXT = "lamp shade courier. " * 400


def test_what_other_threads_compute_does_not_count_against_a_rule() -> None:
    """Rules are compiled beside the traffic: innocent ones were late then, and their replies withheld."""
    stop = threading.Event()
    busy = threading.Thread(target=_work, args=(stop,))
    usual = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)
    busy.start()
    try:
        rule = Regex("INTERNAL")
        for _ in range(20_000):
            assert rule.find(TEXT, 0, (0, len(TEXT)), Request()) is None
    finally:
        sys.setswitchinterval(usual)
        stop.set()
        busy.join()


def _work(stop: threading.Event) -> None:
    while not stop.is_set():
        sum(range(20_000))
