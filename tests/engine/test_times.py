"""What one reply took, by clock readings that a test makes up."""

from __future__ import annotations

from filterproxy.engine.times import Stopwatch, Times


def test_held_is_the_longest_wait_and_delay_that_of_the_first_bytes() -> None:
    times = Times()
    watch = Stopwatch(times)
    watch.step(10.0, 11.0, left=False, waiting=True)
    watch.step(13.0, 14.0, left=True, waiting=True)
    watch.step(15.0, 15.5, left=False, waiting=True)
    watch.end(20.0, 21.0)

    assert Times(filtering=1.0 + 1.0 + 0.5 + 1.0, held=21.0 - 14.0, delay=14.0 - 10.0) == times


def test_what_never_waited_was_not_held() -> None:
    times = Times()
    watch = Stopwatch(times)
    watch.step(1.0, 2.0, left=True, waiting=False)
    watch.end(5.0, 5.0)

    assert Times(filtering=1.0, held=0.0, delay=1.0) == times


def test_a_reply_that_leaves_at_its_end_is_late_by_all_of_its_time() -> None:
    times = Times()
    watch = Stopwatch(times)
    watch.step(1.0, 1.0, left=False, waiting=True)
    watch.end(9.0, 9.0)

    assert Times(held=8.0, delay=8.0) == times


def test_without_a_body_nothing_is_late() -> None:
    times = Times()
    Stopwatch(times).end(3.0, 4.0)

    assert Times(filtering=1.0) == times
