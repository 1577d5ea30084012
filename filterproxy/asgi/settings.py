"""What the middleware is told: by its arguments, else by the environment, else by nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from filterproxy.config import Config
from filterproxy.rulebook.load import shipped_rules
from filterproxy.settings.gather import gather

Paths = str | Path | Sequence[str | Path]

_URLS = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Given:
    """rules: packs and folders of packs, or one URL. known: files of what the model may say."""

    config: Config
    rules: Sequence[Path] | str
    known: Sequence[Path] = ()


def settings_of(
    rules: Paths | None,
    known: Paths | None,
    config: Config | str | Path | None,
    environment: Mapping[str, str],
) -> Given:
    """The settings that hold. Raises RulebookError for mistakes in a file or in the environment."""
    chosen = rules if isinstance(rules, str) and rules.startswith(_URLS) else _several(rules)
    if isinstance(config, Config):
        return Given(config, chosen or (shipped_rules(),), _several(known))
    file = environment.get("FILTERPROXY_CONFIG") if config is None else config
    own = {name: value for name, value in environment.items() if name != "FILTERPROXY_CONFIG"}
    found = gather({}, own, Path(file) if file else None, needs_upstream=False)
    return Given(found.config, chosen or found.rules or (shipped_rules(),), _several(known) or found.known)


def _several(value: Paths | None) -> tuple[Path, ...]:
    return (Path(value),) if isinstance(value, str | Path) else tuple(map(Path, value or ()))
