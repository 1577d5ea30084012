"""Which address is asked next: by time and by how requests ended, without a socket."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.proxy.upstream.health import Addresses, Turn
from tests.proxy.upstream.addresses import Clock

UP, TRIAL, ANYWAY = Turn.UP, Turn.TRIAL, Turn.ANYWAY
FAIL_AFTER = 3
PAUSE = 10.0


class Bench:
    """Addresses, their clock, and what was told of them."""

    def __init__(self, count: int) -> None:
        self.clock = Clock()
        self.told: list[tuple[int, bool]] = []
        self.addresses = Addresses(
            count, FAIL_AFTER, PAUSE, self.clock, lambda place, is_up: self.told.append((place, is_up))
        )

    def asks(self) -> tuple[int, Turn]:
        choice = self.addresses.choose()
        assert choice is not None
        return choice

    def fails(self, times: int = 1) -> list[tuple[int, Turn]]:
        """The next requests, each of which fails once it was sent."""
        asked = []
        for _ in range(times):
            asked.append(self.asks())
            self.addresses.failed(*asked[-1])
        return asked

    def works(self) -> tuple[int, Turn]:
        choice = self.asks()
        self.addresses.worked(*choice)
        return choice


def test_the_first_address_is_asked_as_long_as_it_works() -> None:
    bench = Bench(2)

    assert [bench.works() for _ in range(5)] == [(0, UP)] * 5
    assert bench.told == []


def test_failures_in_a_row_take_an_address_down_and_others_do_not() -> None:
    bench = Bench(2)
    bench.fails(FAIL_AFTER - 1)
    bench.works()

    assert [(0, UP)] * FAIL_AFTER == bench.fails(FAIL_AFTER)
    assert (1, UP) == bench.works()
    assert bench.told == [(0, False)]


def test_after_the_pause_one_request_is_let_through_while_others_go_on() -> None:
    bench = Bench(2)
    bench.fails(FAIL_AFTER)
    bench.clock.now += PAUSE - 0.001
    assert (1, UP) == bench.works()
    bench.clock.now += 0.001

    assert [(0, TRIAL), (1, UP), (1, UP)] == [bench.asks() for _ in range(3)]
    bench.addresses.worked(0, TRIAL)
    assert (0, UP) == bench.asks()
    assert bench.told == [(0, False), (0, True)]


def test_the_pause_doubles_with_each_failing_trial_up_to_ten_times_and_begins_anew() -> None:
    bench = Bench(2)
    bench.fails(FAIL_AFTER)
    bench.clock.now += PAUSE
    for pause in (2 * PAUSE, 4 * PAUSE, 8 * PAUSE, 10 * PAUSE, 10 * PAUSE):
        assert [(0, TRIAL)] == bench.fails()
        bench.clock.now += pause - 0.001
        assert (1, UP) == bench.works()
        bench.clock.now += 0.001
    assert (0, TRIAL) == bench.works()
    bench.fails(FAIL_AFTER)
    bench.clock.now += PAUSE

    assert (0, TRIAL) == bench.asks()


def test_a_trial_that_is_taken_back_leaves_the_next_request_to_be_one() -> None:
    bench = Bench(2)
    bench.fails(FAIL_AFTER)
    bench.clock.now += PAUSE
    bench.addresses.left(*bench.asks())

    assert (0, TRIAL) == bench.asks()


def test_with_all_down_they_take_turns_and_the_first_that_works_is_up() -> None:
    bench = Bench(2)
    for _ in range(2 * FAIL_AFTER):
        bench.fails()
        bench.clock.now += 0.1
    turns = []
    for _ in range(3):
        turns += bench.fails()
        bench.clock.now += 0.1

    assert turns == [(0, ANYWAY), (1, ANYWAY), (0, ANYWAY)]
    assert (1, ANYWAY) == bench.works()
    assert [(1, UP)] * 2 == [bench.works() for _ in range(2)]


def test_requests_sent_in_spite_of_an_outage_lengthen_no_pause() -> None:
    bench = Bench(1)
    bench.fails(FAIL_AFTER)

    assert [(0, ANYWAY)] * 100 == bench.fails(100)
    bench.clock.now += PAUSE
    assert (0, TRIAL) == bench.asks()


def test_what_began_before_an_address_went_down_says_nothing_of_it_now() -> None:
    bench = Bench(2)
    early = [bench.asks() for _ in range(FAIL_AFTER + 2)]
    for choice in early[:FAIL_AFTER]:
        bench.addresses.failed(*choice)
    bench.addresses.worked(*early[-2])
    bench.addresses.failed(*early[-1])

    assert bench.told == [(0, False)]
    bench.clock.now += PAUSE
    assert (0, TRIAL) == bench.asks()


def test_an_address_that_this_request_has_been_to_is_not_asked_again_nor_one_that_is_down() -> None:
    bench = Bench(3)
    bench.fails(FAIL_AFTER)  # the first is down

    assert bench.addresses.choose((1,)) == (2, UP)
    assert bench.addresses.choose((1, 2)) is None
    bench.clock.now += PAUSE
    assert bench.addresses.choose((1, 2)) == (0, TRIAL)


class Step(NamedTuple):
    """What happens next: time passes, a request comes, or one of those under way ends."""

    kind: str
    which: int
    seconds: float


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(["ask", "ask", "work", "fail", "fail", "leave", "wait"]),
        st.integers(0, 20),
        st.floats(0, 3 * PAUSE),
    ),
    max_size=80,
)


@pytest.mark.parametrize("count", [1, 2, 3])
@given(steps=STEPS)
def test_whatever_happens_somebody_is_asked_and_recovery_is_found(count: int, steps: list[Step]) -> None:
    """Never two trials of one address, never one that is down while one is up, never nobody."""
    bench = Bench(count)
    addresses = bench.addresses
    under_way: list[tuple[int, Turn]] = []
    for step in steps:
        if step.kind == "ask":
            up = [place for place in range(count) if addresses.up(place)]
            place, turn = choice = bench.asks()
            assert (turn is UP) == (place in up)
            assert turn is not ANYWAY or not up
            assert turn is not TRIAL or choice not in under_way
            under_way.append(choice)
        elif step.kind == "wait":
            bench.clock.now += step.seconds
        elif under_way:
            ended = under_way.pop(step.which % len(under_way))
            {"work": addresses.worked, "fail": addresses.failed, "leave": addresses.left}[step.kind](*ended)
    known = dict.fromkeys(range(count), True) | dict(bench.told)
    assert known == {place: addresses.up(place) for place in range(count)}

    # Every server is back and every request ends well: one is enough to know.
    for choice in under_way:
        addresses.left(*choice)
    bench.works()
    assert any(addresses.up(place) for place in range(count))
    bench.clock.now += 10 * PAUSE
    for _ in range(count):
        bench.works()
    assert addresses.up(0)
