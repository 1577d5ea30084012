"""Files as text, with what hinders it said in an author's words."""

from __future__ import annotations

from pathlib import Path, PurePath

from filterproxy.rulebook.source import LIMIT_BYTES


class NotFound(ValueError):
    """The file is not there or cannot be opened."""


class TooLarge(ValueError):
    """The file has more than LIMIT_BYTES bytes."""


class NotText(ValueError):
    """The file is not UTF-8."""


def read_beside(folder: Path, name: str) -> str:
    """
    The text of a file that a pack in *folder* names.

    A pack may come from elsewhere: it names what came with it, and nothing else on this machine. Raises as
    read_text does.
    """
    place = PurePath(name)
    if place.is_absolute() or ".." in place.parts:
        raise NotFound("leads out of the pack's folder")
    return read_text(folder / name)


def read_text(path: Path) -> str:
    """The text of a UTF-8 file, without a byte order mark. Raises NotFound, TooLarge, NotText."""
    try:
        with path.open("rb") as file:
            content = file.read(LIMIT_BYTES + 1)
    except FileNotFoundError:
        raise NotFound(
            "is a link to a file that is not there" if path.is_symlink() else "is not there"
        ) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no name of a file"
        raise NotFound(f"cannot be opened: {reason}") from None
    if len(content) > LIMIT_BYTES:
        raise TooLarge(f"has more than {LIMIT_BYTES // 1024 // 1024} MiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise NotText(f"is not UTF-8 (byte 0x{content[error.start]:02X} in line {line})") from None
