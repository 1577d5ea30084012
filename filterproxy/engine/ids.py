"""The ids of decisions, one for each reply, which clients are told and logs hold."""

from __future__ import annotations

import itertools
import secrets

DECISION_ID = b"x-filterproxy-decision-id"

# Unique for this process's life; the counter makes ids of one process sortable and cheap.
_PROCESS = secrets.token_hex(6).encode()
_NUMBERS = itertools.count(1)


def next_id() -> bytes:
    return b"%b-%x" % (_PROCESS, next(_NUMBERS))
