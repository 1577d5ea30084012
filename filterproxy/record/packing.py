"""
Files of lines, plain or packed with Zstandard (extra `record`), read and replaced.

A file is only ever replaced by one that is complete: made beside it, brought to the disk, then renamed. Its
time of change is kept, since that says when its last line was written.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from filterproxy.record.names import PACKED, lock, temporary

try:
    import zstandard
except ImportError:  # the extra is not installed
    zstandard = None  # type: ignore[assignment]

# The library's own default: a second for 300 MB, a fifth of the size.
_LEVEL = 3
_BLOCK = 1 << 18
_UNKNOWN = (1 << 64) - 1  # what the format says where the size of the content was not written down


class Unreadable(Exception):
    """A file, or the rest of it, cannot be read; args[0] says why."""


def can_pack() -> bool:
    """Whether files are packed here, and packed ones can be read."""
    return zstandard is not None


@contextlib.contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The content of a file, unpacked. Raises Unreadable, also while it is read; OSError."""
    if not path.name.endswith(".zst"):
        with open(path, "rb", buffering=_BLOCK) as plain:
            yield plain
        return
    if zstandard is None:
        raise Unreadable("it is packed; pip install 'filterproxy[record]' reads it")
    with open(path, "rb") as source:
        reader = zstandard.ZstdDecompressor().stream_reader(source, read_across_frames=True)
        with io.BufferedReader(_Checked(reader, _size_of(path)), _BLOCK) as unpacked:
            yield unpacked


def _size_of(path: Path) -> int:
    """The length of the content of a packed file, where it says it; else -1."""
    with open(path, "rb") as source:
        try:
            size = zstandard.get_frame_parameters(source.read(18)).content_size
        except zstandard.ZstdError:
            return -1
    return -1 if size == _UNKNOWN else size


class _Checked(io.RawIOBase):
    """What a decompressor gives; to it, a file that was cut off looks complete."""

    def __init__(self, reader: Any, size: int) -> None:
        self._reader = reader
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            read: int = self._reader.readinto(buffer)
        except zstandard.ZstdError:
            raise Unreadable("it is damaged, or was cut off") from None
        self._left -= read
        if not read and self._left > 0:
            raise Unreadable("it was cut off")
        return read


def pack(path: Path, fd: int) -> Path | None:
    """
    Put a packed file in the place of a plain one that is complete; None where that is not possible here.

    fd: the file, locked. Raises OSError.
    """
    if zstandard is None:
        return None
    packed = path.with_name(path.name + ".zst")

    def write(out: BinaryIO) -> None:
        os.lseek(fd, 0, os.SEEK_SET)
        with open(fd, "rb", closefd=False) as source:
            _packed(source, out, os.fstat(fd).st_size)

    _make(packed, os.fstat(fd), write)
    os.unlink(path)
    return packed


def rewrite(path: Path, fd: int, content: BinaryIO) -> None:
    """
    Put what the file *content* holds, packed as the name says, in the place of *path*. Raises OSError.

    fd: *path*, locked.
    """
    size = os.fstat(content.fileno()).st_size

    def write(out: BinaryIO) -> None:
        if path.name.endswith(PACKED):
            _packed(content, out, size)
        else:
            shutil.copyfileobj(content, out, _BLOCK)

    _make(path, os.fstat(fd), write)


def _packed(source: BinaryIO, out: BinaryIO, size: int) -> None:
    packer = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
    with packer.stream_writer(out, size=size, closefd=False) as into:
        shutil.copyfileobj(source, into, _BLOCK)


def _make(path: Path, like: os.stat_result, write: Callable[[BinaryIO], None]) -> None:
    made = temporary(path)
    out = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        lock(out)
        give_to(out, like)
        with open(out, "wb", closefd=False) as file:
            write(file)
        os.utime(out, ns=(like.st_atime_ns, like.st_mtime_ns))
        os.fsync(out)
        os.rename(made, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(made)
        raise
    finally:
        os.close(out)


def give_to(fd: int, like: os.stat_result) -> None:
    """Let an open file belong to whom *like* belongs to, where root makes it for somebody else."""
    if os.geteuid() == 0:
        os.fchown(fd, like.st_uid, like.st_gid)


def lines_in(path: Path) -> int:
    """How many whole lines a file has; as far as it can be read."""
    count = 0
    with contextlib.suppress(OSError, Unreadable), opened(path) as file:
        while block := file.read(_BLOCK):
            count += block.count(b"\n")
    return count
