"""Rulebooks by their hash, each one packed file in the journal: HASH.json.zst, written once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from filterproxy.history.errors import HistoryError
from filterproxy.history.home import RULEBOOKS, replace_bytes
from filterproxy.rulebook.document import Document, hash_of

try:
    import zstandard
except ImportError:  # an extra, as for the logs
    zstandard = None  # type: ignore[assignment]

SUFFIX = ".json.zst"
HASH = re.compile(r"[0-9a-f]{7,16}")
# The shipped rules are 8 KB packed. What unpacks to more than this is no rulebook that anybody wrote.
_LIMIT_BYTES = 256 * 1024 * 1024


def keep(home: Path, document: Document) -> Path:
    """Where the document stands from now on. Raises HistoryError where it cannot be written."""
    file = home / RULEBOOKS / f"{document['hash']}{SUFFIX}"
    if file.exists() and _intact(file):
        return file
    packer = _zstandard().ZstdCompressor(level=9, write_checksum=True)
    plain = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    try:
        file.parent.mkdir(exist_ok=True)
        replace_bytes(file, packer.compress(plain.encode("utf-8", "surrogatepass")))
    except OSError as error:
        raise HistoryError(f"{file} cannot be written: {error.strerror}") from None
    return file


def stored(home: Path | None, prefix: str = "") -> list[str]:
    """The hashes of rulebooks in the journal that begin so, sorted."""
    return sorted(file.name.removesuffix(SUFFIX) for file in _files(home) if file.name.startswith(prefix))


def _files(home: Path | None) -> Iterator[Path]:
    folder = None if home is None else home / RULEBOOKS
    if folder is not None and folder.is_dir():
        yield from (file for file in folder.iterdir() if file.name.endswith(SUFFIX) and file.name[0] != ".")


def fetch(home: Path, hash: str) -> Document:
    """The document of a stored hash. Raises HistoryError for a file that is not what its name says."""
    return _read(home / RULEBOOKS / f"{hash}{SUFFIX}")


def _intact(file: Path) -> bool:
    try:
        _read(file)
    except HistoryError:
        return False
    return True


def _read(file: Path) -> Document:
    unpacker = _zstandard().ZstdDecompressor()
    why = "it was torn, or is some other file: take it away, and the next replay writes it again"
    try:
        plain = unpacker.decompress(file.read_bytes(), max_output_size=_LIMIT_BYTES)
        document: Document = json.loads(plain.decode("utf-8", "surrogatepass"))
        found = hash_of(document["rules"], document["known"])
    except OSError as error:
        raise HistoryError(f"{file} cannot be read: {error.strerror}") from None
    except (zstandard.ZstdError, ValueError, KeyError, TypeError):
        raise HistoryError(f"{file} is no rulebook; {why}") from None
    if document.get("hash") != found or not file.name.startswith(found):
        raise HistoryError(f"{file} holds another rulebook ({found}); {why}")
    return document


def _zstandard() -> ModuleType:
    if zstandard is None:
        extra = "pip install 'filterproxy[record]'"
        raise HistoryError(f"rulebooks are packed with zstandard, which is not here: {extra}")
    return zstandard
