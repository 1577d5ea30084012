"""JSON objects without the keys that could repeat text."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any


def odd_keys(value: dict[str, Any], plain: Collection[str]) -> list[str]:
    """The keys that hold something and are not *plain*."""
    return [key for key in value if key not in plain and value[key] is not None]


def keep(value: dict[str, Any], plain: Collection[str]) -> int:
    """Leave nothing but *plain* keys; how many that held something have gone."""
    odd = odd_keys(value, plain)
    for key in odd:
        del value[key]
    return len(odd)
