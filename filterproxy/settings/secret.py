"""
Values that stand elsewhere: `${env:NAME}` and `${file:PATH}` inside a text, so that a configuration file can
be shown to anybody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from filterproxy.rulebook.files import read_text

_REFERENCE = re.compile(r"\$\{(?:(\w+):)?([^}]*)\}")


class Unresolved(ValueError):
    """A reference that leads nowhere; args[0] says which and why."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Where references lead. folder: paths are relative to it."""

    environment: Mapping[str, str]
    folder: Path

    def fill(self, text: str) -> str:
        """The text with every reference filled in. Raises Unresolved."""
        return _REFERENCE.sub(lambda found: self._filled(found[0], found[1], found[2]), text)

    def _filled(self, reference: str, kind: str | None, name: str) -> str:
        value = self._value(reference, kind, name)
        if not value:  # what an orchestrator makes of a secret that nobody set
            raise Unresolved(f"{reference}: it is empty")
        return value

    def _value(self, reference: str, kind: str | None, name: str) -> str:
        if kind == "env":
            if name not in self.environment:
                raise Unresolved(f"{reference}: there is no such variable in the environment")
            return self.environment[name]
        if kind == "file":
            try:
                # Editors and `kubectl create secret` leave a line break at the end.
                return read_text(self.folder / name).strip()
            except ValueError as error:
                raise Unresolved(f"{reference}: the file {error}") from None
        raise Unresolved(f"{reference}: only env and file are known, as in ${{env:NAME}}")
