"""
Where rules come from: files and folders, or one URL (see remote.Remote).

A source gives a checked document, again and again: `refresh` finds out whether there is something new where
that costs a request, `load` reads it. Both take their time, so that they belong into a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from filterproxy.config import Config
from filterproxy.rulebook.document import Document

if TYPE_CHECKING:
    from filterproxy.proxy.reload.remote import Remote

# Packs at these paths, checked. Raises RulebookError with every mistake.
Read = Callable[[Sequence[Path]], Document]


class SourceError(Exception):
    """Rules could not be fetched; args[0] says why in a plain sentence."""


class Source(Protocol):
    """
    Where rules come from.

    name: for people, without secrets. note: what is to be known about the rules that were loaded last ("" for
    nothing). files: paths at which a change is a change of rules. polled: whether one must ask for changes.
    """

    @property
    def polled(self) -> bool: ...

    @property
    def name(self) -> str: ...

    @property
    def note(self) -> str: ...

    @property
    def files(self) -> Sequence[Path]: ...

    def refresh(self) -> bool:
        """Whether there may be something new since `load`. Raises SourceError."""

    def load(self) -> Document:
        """What is there. Raises RulebookError, SourceError."""


class Files:
    """Packs and folders of packs on this machine."""

    note = ""
    polled = False

    def __init__(self, paths: Sequence[Path], known: Sequence[Path], read: Read) -> None:
        self._paths = tuple(paths)
        self._known = tuple(known)
        self._read = read

    @property
    def name(self) -> str:
        return ", ".join(map(str, self._paths))

    @property
    def files(self) -> Sequence[Path]:
        return (*self._paths, *self._known)

    def refresh(self) -> bool:
        return True

    def load(self) -> Document:
        return self._read(self._paths)


def source_of(config: Config, rules: Sequence[Path] | str, known: Sequence[Path]) -> Files | Remote:
    """The source of rules: paths, or a URL. Raises SourceError for a URL that cannot be one."""

    def read(paths: Sequence[Path]) -> Document:
        # YAML and pydantic, which take a while: the workers start meanwhile.
        from filterproxy.rulebook.load import load

        return load(paths, known, upstreams=config.all_upstreams, python=config.python)

    if not isinstance(rules, str):
        return Files(rules, known, read)
    from filterproxy.proxy.reload.remote import Remote

    return Remote(rules, config, known, read)
