"""
What rules do with a match: a table over three shapes (edit, end, ask) by the names that authors use.

The docstrings are the rule author's manual: Before and After are a reply to a rule that looks for "refunds".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from filterproxy.actions.ask import retry
from filterproxy.actions.edit import append, flag, redact, remove, replace
from filterproxy.actions.end import cut, drop
from filterproxy.core.rule import Action

ACTIONS: Final[Mapping[str, Callable[..., Action]]] = MappingProxyType(
    {
        "flag": flag,
        "redact": redact,
        "replace": replace,
        "remove": remove,
        "append": append,
        "cut": cut,
        "drop": drop,
        "retry": retry,
    }
)
