"""What people read."""

from __future__ import annotations

import io
import sys

import pytest

from filterproxy.cli.show import console


def test_a_terminal_that_lacks_a_letter_gets_another(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="latin-1"))
    console().print("5 µs, 日本")
    sys.stdout.flush()

    assert "5 µs, ??\n".encode("latin-1") == written.getvalue()
