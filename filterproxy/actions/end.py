"""Actions that end the reply: cut keeps what came before, drop keeps nothing."""

from __future__ import annotations

from filterproxy.core.rule import Action, Say, Scope, Verb


def cut(unit: Scope = Scope.SENTENCE, close: bool = False, say: Say | None = None) -> Action:
    """
    End the reply before the first match: what came before stays, and `say` follows it.

    Options:
        cut: before what the reply ends: `sentence` (default), `line` or `match`. With `sentence` a stream
            leaves sentence by sentence, with `match` only what could begin a match waits.
        after_cut: `read` (default): upstream is read to its end, for its usage and for rules in shadow.
            `close`: the connection is closed, and the model may stop.

    Later rules read what was kept.

    Before: `{cut: sentence}`  on  "Hello. We give refunds. Bye."
    After:  "Hello. "
    """
    return Action(Verb.CUT, unit=unit, after_cut_close=close, say=say)


def drop(say: Say | None = None) -> Action:
    """
    Take the whole reply away. The client reads `say`, or without it gets an error (`content_filter`).

    No part of a reply that may be dropped can leave early: it is delivered whole. Where clients ask for
    streams, give the rule `streamed: cut`.

    Before: `drop`  on  "Hello. We give refunds. Bye."
    After:  ""
    """
    return Action(Verb.DROP, say=say)
