"""The action that asks upstream again."""

from __future__ import annotations

from filterproxy.core.rule import Action, Say, Verb


def retry(times: int, then: Action, note: str = "", say: Say | None = None) -> Action:
    """
    Throw the reply away and ask the model again.

    Options:
        retry: how often, 1 to 5.
        note: what the model is told then, as one more message of the system.
        then: the action when the last try still has a match (default `drop`). Where nobody can be asked
            again, it is taken at once.

    The reply is delivered whole, as with `drop`.

    Before: `{retry: 1, then: {redact: "[name]"}}`  on  "We give refunds."
    After:  "We give [name]."
    """
    return Action(Verb.RETRY, times=times, then=then, note=note, say=say)
