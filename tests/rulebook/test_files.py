"""Files are written whole, or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from filterproxy.rulebook.files import read_text, write_text

MARK = b"\xef\xbb\xbf"


def test_a_new_file_has_the_rights_that_new_files_have(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    write_text(tmp_path / "p.yaml", "a: 1\r\n", was="")

    assert b"a: 1\r\n" == (tmp_path / "p.yaml").read_bytes()
    assert (tmp_path / "other").stat().st_mode == (tmp_path / "p.yaml").stat().st_mode


@pytest.mark.parametrize("text", ["b", "\ufeffb"])
def test_a_byte_order_mark_stays_and_does_not_become_two(text: str, tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_bytes(MARK + b"a")
    write_text(file, text, was=read_text(file))

    assert MARK + b"b" == file.read_bytes()


def test_what_somebody_else_has_written_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("a")
    for was in ("b", ""):
        with pytest.raises(OSError, match="changed meanwhile"):
            write_text(file, "c", was=was)
    with pytest.raises(OSError, match="changed meanwhile"):
        write_text(tmp_path / "gone.yaml", "c", was="a")

    assert ("a", ["p.yaml"]) == (file.read_text(), os.listdir(tmp_path))


def test_a_file_that_nobody_may_write_is_left_alone(tmp_path: Path) -> None:
    """Although its folder would let us put another one in its place."""
    file = tmp_path / "p.yaml"
    file.write_text("a")
    file.chmod(0o444)
    with pytest.raises(PermissionError, match="protected against writing"):
        write_text(file, "b")

    assert ("a", 0o444) == (file.read_text(), stat.S_IMODE(file.stat().st_mode))
