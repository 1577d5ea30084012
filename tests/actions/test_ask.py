"""The ask: upstream again, until its tries are over."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from filterproxy.actions.ask import retry
from filterproxy.actions.edit import redact
from filterproxy.actions.end import drop
from tests.actions.runs import SAY, Read, has_match, longest_wait, plan_of, read, replies


@given(replies, st.integers(1, 3), st.integers(0, 4))
def test_upstream_is_asked_again_while_tries_are_left(text: str, times: int, attempt: int) -> None:
    """After that, what is written under `then` happens."""
    got = read(retry(times, redact("[x]")), text, attempt)
    again = Read("", asked=True, outcome="retry")

    if has_match(text) and attempt < times:
        assert again == got
    else:
        assert read(redact("[x]"), text) == got


def test_what_the_model_is_told_goes_with_the_ask() -> None:
    """The shell sends it as one more message."""
    [bound] = plan_of(retry(1, drop(), note="No prices.")).rules

    assert (bound.action.note, bound.action.times) == ("No prices.", 1)


def test_nothing_leaves_before_it_is_known_whether_to_ask() -> None:
    """What has left cannot be taken back; the last try waits as long as its action needs."""
    text = "Hello there. All is well."

    assert longest_wait(retry(1, drop(SAY)), text) == len(text)
