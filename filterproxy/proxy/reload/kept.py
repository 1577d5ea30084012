"""
The last good copy of rules from a URL, on disk: for a start while their server is not there.

One file holds a line of JSON, what the server said about the bytes, and then the bytes themselves, so that
one rename replaces both.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Copy:
    """
    Rules as they came. etag, modified: the server's own words for this state of them, "" where it has none.
    """

    body: bytes
    etag: str = ""
    modified: str = ""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


def default_folder() -> Path:
    """filterproxy in the folder that is meant for copies (XDG Base Directory Specification)."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    # The specification: relative paths do not count.
    base = Path(named) if named.startswith("/") else Path.home() / ".cache"
    return base / "filterproxy"


def file_of(folder: Path, url: str) -> Path:
    """Where in *folder* the copy from *url* stands."""
    return folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.rules"


def keep(file: Path, copy: Copy) -> None:
    """Put *copy* in the place of what *file* holds, all or nothing. Raises OSError."""
    about = asdict(copy) | {"body": len(copy.body), "sha256": copy.sha256}
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Named apart, so that two proxies that share the folder do not write into one another's.
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(json.dumps(about).encode() + b"\n" + copy.body)
            out.flush()
            os.fsync(out.fileno())
        os.replace(name, file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def kept(file: Path) -> Copy | None:
    """What `keep` has put there; None where nothing is, or not what was put there."""
    try:
        first, _, body = file.read_bytes().partition(b"\n")
        about = json.loads(first)
        copy = Copy(body, str(about["etag"]), str(about["modified"]))
        return copy if copy.sha256 == about["sha256"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
