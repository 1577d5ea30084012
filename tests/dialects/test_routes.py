"""Where a dialect is spoken, however a request's path is written."""

from __future__ import annotations

import pytest

from filterproxy.dialects.configured import routes_of
from filterproxy.dialects.routes import Routes


@pytest.mark.parametrize(
    "path",
    [
        "/v1/chat/completions;x",
        "/V1/Chat/Completions ",
        "/v1/chat;a=b/x/..;c/completions",
        "\\v1\\chat\\completions\0.js",
    ],
)
def test_a_path_is_read_as_the_least_strict_server_reads_it(path: str) -> None:
    route = Routes().of("POST", path)

    assert route is not None
    assert "openai_chat" == route.dialect.name


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("/Answer", "/answer"),
        ("/answer;v=2", "/answer;v=2"),
        ("//answer/", "/answer"),
        ("/", "/"),
        ("/*/answer", "/x/y/Answer"),
        ("*/answer", "/answer"),
    ],
)
def test_what_the_operator_writes_is_read_in_the_same_way(glob: str, path: str) -> None:
    route = routes_of([{"path": glob, "dialect": "ollama_chat"}]).of("POST", path)

    assert route is not None
    assert "ollama_chat" == route.dialect.name
    assert routes_of([{"path": glob, "dialect": "ollama_chat"}]).of("POST", "/answers") is None


def test_files_of_replies_are_told_in_the_same_way() -> None:
    unread = Routes().unread("GET", "/v1/Files/f-1/content;x")

    assert unread is not None
    assert "file_content" == unread.cause
