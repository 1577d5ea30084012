"""
Rules at an http(s) URL: one pack in YAML, or a .tar.gz of packs.

The server is asked with what it said last (ETag, Last-Modified), so that no answer costs more than a head
while nothing changes. Redirects are not followed: rules come from where the operator says. A URL that ends in
`#sha256=HEX` pins the bytes. What was loaded without a mistake is kept on disk, and serves for a start while
the server is not there.
"""

from __future__ import annotations

import http.client
import logging
import re
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from filterproxy.config import Config
from filterproxy.proxy.reload.archive import ArchiveError, unpack
from filterproxy.proxy.reload.kept import Copy, default_folder, file_of, keep, kept
from filterproxy.proxy.reload.sources import Read, SourceError
from filterproxy.rulebook.document import Document
from filterproxy.rulebook.problem import RulebookError

_log = logging.getLogger(__name__)

# As large as a pack with its lists may be, several times over.
BODY_LIMIT_BYTES = 16 << 20
# To connect, and between two pieces; then for all of it.
_PAUSE_SECONDS = 10.0
_ALL_SECONDS = 30.0
_PIN = re.compile(r"sha256=([0-9a-fA-F]{64})")


class Remote:
    """Rules at *url*. Raises SourceError for a URL that cannot be one."""

    polled = True

    def __init__(self, url: str, config: Config, known: Sequence[Path], read: Read) -> None:
        self._url, fragment, parts = _parts(url)
        self.pinned = _pinned(fragment)
        # A query may hold a secret.
        self.name = f"{parts.scheme}://{parts.netloc}{parts.path}"
        self.note = ""
        self.files = tuple(known)
        self._pack = _pack_name(parts.path)
        self._token = config.rules_token
        self._read = read
        folder = Path(config.rules_cache) if config.rules_cache else default_folder()
        self._file = file_of(folder, self._url)
        self._copy: Copy | None = None  # what was fetched last
        self._loaded: Copy | None = None  # what was loaded last

    def refresh(self) -> bool:
        """Whether there may be something new since `load`. Raises SourceError."""
        if self._copy is None or self.pinned is None:
            self._fetch()
        return self._copy is not self._loaded

    def load(self) -> Document:
        """
        The rules that were fetched last.

        When none were, because the server is not there, those of the copy on disk. Raises RulebookError,
        SourceError.
        """
        copy = self._copy
        if copy is None:
            copy = self._from_disk()
        document = self._unpacked(copy)
        if copy is self._copy and copy is not self._loaded:
            self._keep(copy)
            self._loaded, self.note = copy, ""
        return document

    def _from_disk(self) -> Copy:
        try:
            self._fetch()
        except SourceError as error:
            copy = kept(self._file)
            if copy is None or (self.pinned is not None and copy.sha256 != self.pinned):
                raise SourceError(f"{error}, and there is no copy of it on disk") from None
            self.note = f"the last good copy on disk, because {error}"
            _log.warning("these rules are %s", self.note)
            return copy
        assert self._copy is not None
        return self._copy

    def _keep(self, copy: Copy) -> None:
        try:
            keep(self._file, copy)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            _log.warning("the rules cannot be kept in %s: %s", self._file.parent, reason)

    def _unpacked(self, copy: Copy) -> Document:
        with tempfile.TemporaryDirectory(prefix="filterproxy-rules-") as name:
            folder = Path(name).resolve()
            try:
                root = unpack(copy.body, self._pack, folder)
            except ArchiveError as error:
                raise SourceError(f"{self.name} {error}") from None
            shown = _Shown(str(root), self.name)
            try:
                document = self._read([root])
            except RulebookError as error:
                raise shown.error(error) from None
            return shown.document(document)

    def _fetch(self) -> None:
        """Ask the server; what it has is the copy, unless that is what it was."""
        request = urllib.request.Request(self._url, headers=self._headers())
        opener = urllib.request.build_opener(_NoRedirects())
        try:
            with opener.open(request, timeout=_PAUSE_SECONDS) as answer:
                found = Copy(
                    _body(answer, self.name),
                    answer.headers.get("etag", ""),
                    answer.headers.get("last-modified", ""),
                )
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 304 and self._copy is not None:
                    return
                raise SourceError(f"{self.name} {_status(error.code)}") from None
        except (OSError, http.client.HTTPException) as error:
            raise SourceError(f"{self.name} {_failure(error)}") from None
        self._take(found)

    def _take(self, found: Copy) -> None:
        if self.pinned is not None and found.sha256 != self.pinned:
            raise SourceError(
                f"{self.name} has other bytes than those that are pinned: their SHA-256 is {found.sha256}"
            )
        if self._copy is None or found.body != self._copy.body:
            self._copy = found

    def _headers(self) -> dict[str, str]:
        headers = {"User-Agent": "filterproxy", "Accept-Encoding": "identity"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if self._copy is not None and self._copy.etag:
            headers["If-None-Match"] = self._copy.etag
        if self._copy is not None and self._copy.modified:
            headers["If-Modified-Since"] = self._copy.modified
        return headers


class _Shown:
    """What stands at *root* for a moment, by the name that people know."""

    def __init__(self, root: str, name: str) -> None:
        self._root = root
        self._name = name

    def of(self, file: str) -> str:
        return self._name + file.removeprefix(self._root) if file.startswith(self._root) else file

    def error(self, error: RulebookError) -> RulebookError:
        def shown(text: str) -> str:
            return text.replace(self._root, self._name)

        return RulebookError(
            replace(
                one,
                place=replace(one.place, file=self.of(one.place.file)),
                what=shown(one.what),
                why=shown(one.why),
                fix=shown(one.fix),
                label=shown(one.label),
            )
            for one in error.problems
        )

    def document(self, document: Document) -> Document:
        for form in document["rules"]:
            form["file"] = self.of(form["file"])
        return document


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Where a server sends us is not where the operator did."""

    def redirect_request(self, *given: object) -> None:
        return None


def _parts(url: str) -> tuple[str, str, SplitResult]:
    """The URL to ask, its fragment and its parts."""
    try:
        parts = urlsplit(url)
        host = parts.port != 0 and parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or any(c <= " " or c == "\x7f" for c in url):
        raise SourceError("the URL of rules must be as in https://host/path/rules.yaml, without blanks")
    if parts.username is not None:
        raise SourceError("the URL of rules cannot hold a user name or password; set rules_token instead")
    if not url.isascii():
        raise SourceError("the URL of rules must be written in ASCII: %C3%A9 for é, xn--… for such a host")
    return parts._replace(fragment="").geturl(), parts.fragment, parts


def _pinned(fragment: str) -> str | None:
    if not fragment:
        return None
    found = _PIN.fullmatch(fragment)
    if found is None:
        raise SourceError("what follows # in the URL of rules must be sha256= and 64 hexadecimal digits")
    return found[1].lower()


def _pack_name(path: str) -> str:
    name = path.rpartition("/")[2]
    return name if re.fullmatch(r"\w[\w.-]*\.ya?ml", name, re.ASCII) else "rules.yaml"


def _body(answer: http.client.HTTPResponse, name: str) -> bytes:
    if answer.status != 200:
        raise SourceError(f"{name} {_status(answer.status)}")
    deadline = time.monotonic() + _ALL_SECONDS
    body = bytearray()
    while piece := answer.read1(1 << 16):
        body += piece
        if len(body) > BODY_LIMIT_BYTES:
            raise SourceError(f"{name} has more than {BODY_LIMIT_BYTES >> 20} MiB")
        if time.monotonic() > deadline:
            raise SourceError(f"{name} took longer than {_ALL_SECONDS:g} s")
    # read1 is silent about a connection that ends too early.
    promised = answer.headers.get("content-length", "")
    if promised.isdigit() and len(body) < int(promised):
        raise SourceError(f"{name} was cut off after {len(body)} of {promised} bytes")
    return bytes(body)


def _status(code: int) -> str:
    why = {
        301: ", a redirect, and those are not followed",
        302: ", a redirect, and those are not followed",
        307: ", a redirect, and those are not followed",
        308: ", a redirect, and those are not followed",
        401: ": it wants another rules_token",
        403: ": it wants another rules_token",
    }
    return f"answered with status {code}{why.get(code, '')}"


def _failure(error: OSError | http.client.HTTPException) -> str:
    inner = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(inner, TimeoutError):
        return f"did not answer within {_PAUSE_SECONDS:g} s"
    if isinstance(inner, http.client.HTTPException):
        return "did not answer in HTTP"
    reason = inner.strerror if isinstance(inner, OSError) else None
    return f"cannot be reached: {(reason or str(inner)).lower()}"
