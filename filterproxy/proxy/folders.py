"""Folders that settings name, and why nothing can be written there."""

from __future__ import annotations

import os
from pathlib import Path

from filterproxy.config import Config


def unwritable(config: Config) -> str | None:
    """Why the first log that is configured cannot be written; None where all can. Makes nothing."""
    for name in ("decisions", "recording"):
        log = getattr(config, name)
        if log is not None and (reason := _hindrance(Path(log.folder))):
            return f"{name}: nothing can be written to {log.folder}: {reason}"
    return None


def _hindrance(folder: Path) -> str:
    """The folder is made when it is needed: what counts is the nearest one that is there."""
    for place in (folder, *folder.absolute().parents):
        if os.path.lexists(place):
            if not place.is_dir():
                return f"{place} is no folder"
            return "" if os.access(place, os.W_OK | os.X_OK) else f"{place} is not open to this user"
    return ""
