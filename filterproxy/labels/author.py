"""Who says so."""

from __future__ import annotations

import getpass
from pathlib import Path

from filterproxy.history.git import user


def author() -> str:
    """As git commits here, else as the system knows the person; "" where neither says."""
    if name := user(Path.cwd()):
        return name
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
