"""Files as text, with what hinders it said in an author's words."""

from __future__ import annotations

import errno
import os
import tempfile
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


_MARK = "\ufeff"
# Bits of a file's mode that say who may write it.
_WRITE = 0o222


def write_text(path: Path, text: str, was: str | None = None) -> None:
    """
    The file with another text, all at once: who reads it gets the old one or the new one.

    A byte order mark, the rights of the file and a link to it stay. was: the text that the new one was made
    of. Raises OSError, also where that is no longer in the file, and where nobody may write it: the folder
    would let us.
    """
    path = path.resolve()
    there = path.exists()
    if there and not path.stat().st_mode & _WRITE:
        raise PermissionError(errno.EACCES, "it is protected against writing")
    if was is not None and was.removeprefix(_MARK) != (_as_it_is(path) if there else ""):
        raise OSError(errno.EBUSY, "it was changed meanwhile; begin again")
    mark = _MARK if there and path.read_bytes().startswith(_MARK.encode()) else ""
    fd, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write((mark + text.removeprefix(_MARK)).encode())
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, path.stat().st_mode & 0o7777 if there else 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _as_it_is(path: Path) -> str | None:
    try:
        return read_text(path)
    except ValueError:
        return None


def _umask() -> int:
    """What this process keeps others from; it can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
