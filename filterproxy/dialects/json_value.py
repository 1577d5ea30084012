"""Arguments that stand in a reply as JSON values, where rules read them as JSON text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from filterproxy.dialects.reply import WireError
from filterproxy.dialects.whole import dumps, loads


def text_of_value(value: object) -> str:
    """*value* as JSON text, a string as it is. Raises WireError when it is nested too deeply."""
    if isinstance(value, str):
        return value
    try:
        return dumps(value).decode()
    except (ValueError, RecursionError):
        raise WireError("arguments are nested too deeply") from None


def value_of_text(text: str) -> object:
    """What `text_of_value` gave *text* for; {} where a rule left no JSON."""
    try:
        return loads(text.encode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        return {}


@dataclass(frozen=True, slots=True)
class ValueHolder:
    """Stands for an object in a Place whose text is a JSON value there: text that is put in becomes one."""

    holder: dict[str, Any]

    def __setitem__(self, key: str, text: str) -> None:
        self.holder[key] = text if isinstance(self.holder[key], str) else value_of_text(text)
