"""Rules from a URL: asked with what the server said, pinned, kept on disk; hostile archives."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from filterproxy.config import Config
from filterproxy.proxy.reload import archive, remote
from filterproxy.proxy.reload.archive import ArchiveError, unpack
from filterproxy.proxy.reload.kept import Copy, default_folder, keep, kept
from filterproxy.proxy.reload.remote import Remote
from filterproxy.proxy.reload.sources import Files, SourceError, source_of
from filterproxy.rulebook.problem import RulebookError

PACK = b"version: 1\npack: shop\nwhy: Because.\nrules:\n  - {id: one, match: {phrases: [a]}, action: drop}\n"


class Server(ThreadingHTTPServer):
    """A server of rules, which notes the heads of requests."""

    body = PACK
    status = 200
    headers: dict[str, str]

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.headers = {}
        self.asked: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/shop.yaml"


class Answer(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        asked = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append(asked)
        tag = self.server.headers.get("etag")
        same = tag is not None and asked.get("if-none-match") == tag
        self.send_response(304 if same else self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        if not same and "content-length" not in self.server.headers:
            self.send_header("content-length", str(len(self.server.body)))
        self.end_headers()
        if not same:
            self.wfile.write(self.server.body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def source(url: str, folder: Path, **given: Any) -> Remote:
    found = source_of(Config("http://localhost", rules_cache=str(folder / "kept"), **given), url, [])
    assert isinstance(found, Remote)
    return found


def archived(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as made:
        for name, content in members:
            about = tarfile.TarInfo(name)
            about.size = len(content)
            made.addfile(about, io.BytesIO(content))
    return out.getvalue()


def member(kind: bytes, name: str = "shop.yaml", target: str = "") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as made:
        about = tarfile.TarInfo(name)
        about.type, about.linkname = kind, target
        made.addfile(about)
    return out.getvalue()


def test_a_pack_is_read_and_named_as_it_is_known(server: Server, tmp_path: Path) -> None:
    document = source(server.url, tmp_path).load()

    assert [(rule["id"], rule["file"]) for rule in document["rules"]] == [("one", server.url)]


def test_an_archive_holds_packs_and_what_they_name(server: Server, tmp_path: Path) -> None:
    pack = PACK.replace(b"[a]", b"{file: lists/words.txt}")
    server.body = archived(
        ("repo-1/b.yaml", PACK.replace(b"one", b"two")),
        ("repo-1/a.yaml", pack),
        ("repo-1/lists/words.txt", b"x\n"),
    )
    document = source(server.url, tmp_path).load()

    assert [rule["id"] for rule in document["rules"]] == ["one", "two"]
    assert document["rules"][0]["file"] == f"{server.url}/a.yaml"


@pytest.mark.parametrize("name", ["/etc/hostname", "../../etc/hostname", "lists/../../secret"])
def test_rules_from_a_server_read_no_file_of_this_machine(server: Server, tmp_path: Path, name: str) -> None:
    for match in (f"phrases: {{file: {name}}}", f"json_schema: {{violated: {name}}}"):
        server.body = PACK.replace(b"phrases: [a]", match.encode())
        with pytest.raises(RulebookError) as caught:
            source(server.url, tmp_path).load()

        assert [f'"{name}" leads out of the pack\'s folder'] == [p.what for p in caught.value.problems]


def test_the_server_is_asked_with_what_it_said_last(server: Server, tmp_path: Path) -> None:
    server.headers = {"etag": '"1"', "last-modified": "Mon, 23 Nov 2026 15:00:00 GMT"}
    rules = source(server.url, tmp_path)
    first = rules.load()
    new = rules.refresh()

    assert not new
    assert server.asked[1]["if-none-match"] == '"1"'
    assert server.asked[1]["if-modified-since"] == "Mon, 23 Nov 2026 15:00:00 GMT"
    server.headers, server.body = {"etag": '"2"'}, PACK.replace(b"drop", b"flag")
    assert rules.refresh()
    assert rules.load()["hash"] != first["hash"]


def test_a_token_is_sent_and_never_said(server: Server, tmp_path: Path) -> None:
    rules = source(server.url + "?key=k1", tmp_path, rules_token="t0ken")
    rules.load()
    server.status = 403

    assert server.asked[0]["authorization"] == "Bearer t0ken"
    with pytest.raises(SourceError) as caught:
        rules.refresh()
    assert str(caught.value) == f"{server.url} answered with status 403: it wants another rules_token"
    assert "k1" not in rules.name


def test_a_redirect_is_not_followed(server: Server, tmp_path: Path) -> None:
    server.status, server.headers = 302, {"location": server.url}

    with pytest.raises(SourceError, match="302, a redirect"):
        source(server.url, tmp_path).load()
    assert len(server.asked) == 1


def test_a_mistake_is_shown_at_the_url(server: Server, tmp_path: Path) -> None:
    server.body = PACK.replace(b"drop", b"dorp")

    with pytest.raises(RulebookError) as caught:
        source(server.url, tmp_path).load()
    assert f"--> {server.url}:5:" in str(caught.value)
    assert "/tmp" not in str(caught.value)


def test_other_bytes_than_the_pinned_are_refused(server: Server, tmp_path: Path) -> None:
    right = hashlib.sha256(PACK).hexdigest()

    assert source(f"{server.url}#sha256={right}", tmp_path).load()["rules"]
    server.body = PACK + b"\n"
    with pytest.raises(SourceError, match="other bytes than those that are pinned"):
        source(f"{server.url}#sha256={'0' * 64}", tmp_path).load()


def test_pinned_rules_are_fetched_once(server: Server, tmp_path: Path) -> None:
    rules = source(f"{server.url}#sha256={hashlib.sha256(PACK).hexdigest()}", tmp_path)
    rules.load()

    assert not rules.refresh()
    assert len(server.asked) == 1


def test_a_start_without_the_server_takes_the_last_good_copy(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = source(server.url, tmp_path).load()
    server.body = PACK.replace(b"drop", b"dorp")
    with pytest.raises(RulebookError):
        source(server.url, tmp_path).load()
    server.status = 503
    rules = source(server.url, tmp_path)

    assert rules.load() == first
    assert rules.note.startswith("the last good copy on disk, because")
    assert "503" in caplog.records[-1].getMessage()
    server.status, server.body = 200, PACK
    assert rules.refresh()
    assert rules.load() == first
    assert rules.note == ""


def test_a_copy_is_never_taken_for_the_pinned_one(server: Server, tmp_path: Path) -> None:
    source(server.url, tmp_path).load()
    server.status = 503

    with pytest.raises(SourceError, match="no copy of it on disk"):
        source(f"{server.url}#sha256={'0' * 64}", tmp_path).load()


def test_a_torn_copy_is_none(tmp_path: Path) -> None:
    file = tmp_path / "x" / "a.rules"
    keep(file, Copy(b"rules", '"1"'))

    assert kept(file) == Copy(b"rules", '"1"')
    file.write_bytes(file.read_bytes()[:-1])
    assert kept(file) is None
    assert [path.name for path in file.parent.iterdir()] == ["a.rules"]


def test_a_copy_that_cannot_be_kept_is_said_and_the_rules_run(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "kept").touch()

    assert source(server.url, tmp_path).load()["rules"]
    assert "cannot be kept" in caplog.records[-1].getMessage()


def test_copies_stand_where_the_user_keeps_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/cache/someone")

    assert default_folder() == Path("/var/cache/someone/filterproxy")


@pytest.mark.parametrize(
    ("headers", "limit", "says"),
    [({}, 10, "has more than"), ({"content-length": "9999"}, 1 << 20, "was cut off after")],
)
def test_a_body_that_is_too_large_or_cut_off_is_no_rules(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    headers: dict[str, str],
    limit: int,
    says: str,
) -> None:
    server.headers = headers
    monkeypatch.setattr(remote, "BODY_LIMIT_BYTES", limit)

    with pytest.raises(SourceError, match=says):
        source(server.url, tmp_path).load()


def test_a_server_that_is_not_there_is_a_plain_sentence(tmp_path: Path) -> None:
    with pytest.raises(
        SourceError, match=r"^http://127.0.0.1:9/a cannot be reached: connection refused, and"
    ):
        source("http://127.0.0.1:9/a", tmp_path).load()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://", "must be as in"),
        ("http://a:b/c", "must be as in"),
        ("https://user:pw@host/a", "set rules_token instead"),
        ("https://host/a#main", "sha256="),
        ("https://host/a#sha256=12", "64 hexadecimal digits"),
        ("https://host/a b", "without blanks"),
        ("https://höst/a", "ASCII"),
    ],
)
def test_a_url_that_cannot_be_one_is_said_in_words(tmp_path: Path, url: str, says: str) -> None:
    with pytest.raises(SourceError, match=says) as caught:
        source(url, tmp_path)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (member(tarfile.SYMTYPE, target="/etc/passwd"), "something else than files"),
        (member(tarfile.LNKTYPE, target="/etc/passwd"), "something else than files"),
        (member(tarfile.FIFOTYPE), "something else than files"),
        (archived(("../shop.yaml", PACK)), "leads out"),
        (archived(("/tmp/shop.yaml", PACK)), "leads out"),
        (archived(("a", b""), ("a/b.yaml", PACK)), "cannot be written"),
        (archived(("shop.yaml", PACK))[:-20], "ends in its middle"),
        (gzip.compress(b"text" * 200), "something else than a tar"),
        (b"\x1f\x8bnonsense", "is no gzip"),
    ],
)
def test_an_archive_writes_nothing_but_files_below_its_folder(tmp_path: Path, body: bytes, says: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()

    with pytest.raises(ArchiveError, match=says):
        unpack(body, "shop.yaml", folder)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


@pytest.mark.parametrize(("name", "limit"), [("UNPACKED_LIMIT_BYTES", 1000), ("MEMBER_LIMIT", 2)])
def test_an_archive_that_grows_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, limit: int
) -> None:
    monkeypatch.setattr(archive, name, limit)

    with pytest.raises(ArchiveError, match="has more than"):
        unpack(archived(*((f"{number}.yaml", b"") for number in range(3))), "shop.yaml", tmp_path)


def test_paths_are_a_source_that_may_always_have_changed(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_bytes(PACK)
    found = source_of(Config("http://localhost"), [tmp_path], [tmp_path / "known.txt"])

    assert isinstance(found, Files)
    assert found.refresh()
    assert list(found.files) == [tmp_path, tmp_path / "known.txt"]
