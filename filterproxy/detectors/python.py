"""The verb `python`: a function of the operator's. A shell runs it, if it may (see filterproxy.answers)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib import import_module

from filterproxy.core.asking import Asker, asked, first
from filterproxy.core.request import Request
from filterproxy.core.rule import Span
from filterproxy.core.shape import Shape

Function = Callable[[str], Iterable[tuple[int, int]]]

_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*:[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Python:
    """
    Find what a function of yours finds.

    Options:
        python: the function, as `package.module:function`. It takes the text and gives back pairs of start
            and end, in code points: `def find(text: str) -> list[tuple[int, int]]`.
        timeout: milliseconds until an answer counts as none (default 100).

    A rule file alone never runs code: the operator allows each function by name, with the setting `python`
    (a list) of `serve`, and `--allow-python` of `test` and `try`. Without that `serve` does not start, and
    `test` and `try` say what was not run.

    The function runs in a thread beside the replies. The same text must always give the same pairs. An
    exception, a pair outside of the text or a late answer is never a verdict: `on_error` decides. A rule that
    is late again and again is suspended. A rule that enforces holds the whole reply; with `mode: shadow` or
    `flag` it holds nothing, and is judged when the reply has gone.

    Hit:   `python: 'our_rules.codes:find'`  on  "a text in which it finds something"
    Pass:  `python: 'our_rules.codes:find'`  on  "a text for which it gives back nothing"
    """

    function: str
    timeout: int = 100
    shape: Shape | None = field(default=None, init=False, repr=False, compare=False)
    gate: tuple[str, ...] | None = field(default=None, init=False, repr=False, compare=False)
    kind: str = field(default="python", init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.function):
            raise ValueError("a function is named package.module:function")

    @property
    def askers(self) -> tuple[Asker, ...]:
        return (self,)

    def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
        said = text[slice(*unit)]
        return first(asked(self, said, request), pos, unit) if said and pos < unit[1] else None


def function_named(name: str) -> Function:
    """The function, its module imported now. Raises ValueError with a sentence for the operator."""
    module, _, function = name.partition(":")
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no function's name: write package.module:function")
    try:
        found: Function | None = getattr(import_module(module), function, None)
    except ImportError as error:
        raise ValueError(f"the function {name} cannot be had: {error}") from None
    if not callable(found):
        raise ValueError(f"the module {module} has no function {function!r}")
    return found
