"""The action that asks upstream again."""

from __future__ import annotations

from filterproxy.core.rule import Action, Say, Verb


def retry(
    times: int,
    then: Action,
    note: str = "",
    temperature: float | None = None,
    fallback: str = "",
    say: Say | None = None,
) -> Action:
    """
    Throw the reply away and ask the model again.

    Options:
        retry: how often, 1 to 5.
        note: what the model is told then, as one more message of the system.
        temperature: of the sampling then, 0 to 2. Without it that of the request, and a model that works at 0
            says the same again.
        fallback: another model server, asked once when the last try still has a match. The configuration
            names it (`upstreams: {big: "http://..."}`). It gets the request as the first one did, with its
            headers and the name of the model.
        then: the action when the last reply still has a match (default `drop`). Where nobody can be asked
            again, it is taken at once.

    The reply is delivered whole, as with `drop`. What the replies that were thrown away had cost is counted,
    and said in the headers `x-filterproxy-retries` and `x-filterproxy-discarded-tokens`.

    Before: `{retry: 1, then: {redact: "[name]"}}`  on  "We give refunds."
    After:  "We give [name]."
    """
    return Action(
        Verb.RETRY,
        times=times,
        note=note,
        temperature=temperature,
        fallback=fallback,
        then=then,
        say=say,
    )
