"""What people read."""

from __future__ import annotations

import io
import json
import sys

import pytest

from filterproxy.cli.show import console, print_json


def test_a_terminal_that_lacks_a_letter_gets_another(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="latin-1"))
    console().print("5 µs, 日本")
    sys.stdout.flush()

    assert "5 µs, ??\n".encode("latin-1") == written.getvalue()


def test_json_is_utf_8_whatever_the_locale_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a text holds what UTF-8 has not."""
    value = {"a": "5 µs, 日本", "b": "\ud800"}
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    print_json(value)
    sys.stdout.flush()

    assert "日本".encode() in written.getvalue()
    assert value == json.loads(written.getvalue())
