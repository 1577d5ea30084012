"""
Rules as bytes → files in a folder: one pack, or a .tar.gz of packs.

What comes over a network is not to be trusted with a file system: only regular files below the root are
written, links, devices and names that lead elsewhere are refused, and so is what would grow without bound.
"""

from __future__ import annotations

import io
import tarfile
import zlib
from pathlib import Path, PurePosixPath

# A rulebook of a thousand rules with their examples is a megabyte.
UNPACKED_LIMIT_BYTES = 64 << 20
# Members of an archive, folders included: a whole repository may stand beside its packs.
MEMBER_LIMIT = 2000
_GZIP = b"\x1f\x8b"
_WANTS_GZIP = 16 + zlib.MAX_WBITS


class ArchiveError(ValueError):
    """Bytes that are no rules; args[0] says why, with no subject, as in "holds a link"."""


def unpack(body: bytes, name: str, folder: Path) -> Path:
    """
    The pack, or the folder of packs, that *body* holds, written below the empty *folder*.

    name: of the file, where *body* is one pack. Of an archive in which everything stands in one folder, as
    GitHub makes them, it is that folder. Raises ArchiveError.
    """
    if body.startswith(_GZIP):
        _extract(_inflate(body), folder)
        return _root(folder)
    file = folder / name
    file.write_bytes(body)
    return file


def _inflate(body: bytes) -> bytes:
    inflate = zlib.decompressobj(_WANTS_GZIP)
    try:
        found = inflate.decompress(body, UNPACKED_LIMIT_BYTES + 1)
    except zlib.error:
        raise ArchiveError("is no gzip, though it begins like one") from None
    if len(found) > UNPACKED_LIMIT_BYTES:
        raise ArchiveError(f"has more than {UNPACKED_LIMIT_BYTES >> 20} MiB when it is unpacked")
    if not inflate.eof:
        raise ArchiveError("ends in its middle")
    return found


def _extract(archive: bytes, folder: Path) -> None:
    count = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:") as members:
            for member in members:
                count += 1
                if count > MEMBER_LIMIT:
                    raise ArchiveError(f"has more than {MEMBER_LIMIT} members")
                _write(members, member, folder)
    except (tarfile.TarError, EOFError):
        raise ArchiveError("is a gzip of something else than a tar archive") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ArchiveError(f"holds what cannot be written: {reason}") from None


def _write(members: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    place = PurePosixPath(member.name)
    if place.is_absolute() or ".." in place.parts or "\0" in member.name or "\\" in member.name:
        raise ArchiveError("holds a name that leads out of it")
    if member.isdir():
        return
    if not member.isreg():
        raise ArchiveError("holds something else than files and folders, as a link")
    found = members.extractfile(member)
    assert found is not None
    target = folder / place
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(found.read())


def _root(folder: Path) -> Path:
    """*folder*, or the one folder in it that everything stands in."""
    while len(inside := list(folder.iterdir())) == 1 and inside[0].is_dir():
        folder = inside[0]
    return folder
