"""Flags over variables over the file over defaults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from filterproxy.config import Config
from filterproxy.dialects.configured import routes_of
from filterproxy.rulebook.problem import Problem, RulebookError
from filterproxy.settings.gather import Settings, UsageError, gather
from filterproxy.upstreams import named
from tests.cli.packs import write


def settings(
    folder: Path, file: str | None = None, environment: dict[str, str] | None = None, **flags: Any
) -> Settings:
    path = None if file is None else Path(write(folder, file, "filterproxy.yaml"))
    return gather(flags, environment or {}, path)


def test_flags_come_before_variables_before_the_file(tmp_path: Path) -> None:
    file = "upstream: http://file\nport: 1\nadmin_port: 1\nworkers: 1\ndrain_seconds: 5\n"
    environment = {"FILTERPROXY_PORT": "2", "FILTERPROXY_ADMIN_PORT": "2", "PORT": "9"}
    config = settings(tmp_path, file, environment, port=3, workers=None).config

    assert (config.port, config.admin_port, config.workers, config.drain_seconds) == (3, 2, 1, 5)


def test_packs_of_a_file_stand_beside_it(tmp_path: Path) -> None:
    found = settings(tmp_path, "upstream: http://x\nrules: [a.yaml, b]\n")

    assert found.rules == (tmp_path / "a.yaml", tmp_path / "b")


def test_known_files_stand_beside_it_and_flags_come_first(tmp_path: Path) -> None:
    file = tmp_path / "filterproxy.yaml"
    file.write_text("upstream: http://x\nknown: shop.md\n")

    assert gather({}, {}, file).known == (tmp_path / "shop.md",)
    assert gather({"known": [Path("other.md")]}, {}, file).known == (Path("other.md"),)


def test_mistakes_in_the_file_are_all_listed_with_their_places(tmp_path: Path) -> None:
    file = 'upstraem: x\nport: "80"\nworkers: 0\nunscanned: pas\nrules: 3\n'
    with pytest.raises(RulebookError) as caught:
        settings(tmp_path, file)

    found = [(p.place.line, p.place.column, p.code) for p in caught.value.problems]
    assert found == [(1, 1, "FP010"), (2, 7, "FP014"), (3, 10, "FP015"), (4, 12, "FP013"), (5, 8, "FP014")]


def test_without_a_model_server_there_is_nothing_to_serve(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Give --upstream URL"):
        settings(tmp_path)


def problem_of(folder: Path, file: str | None = None, environment: Any = None, **flags: Any) -> Problem:
    """The one mistake in these settings."""
    with pytest.raises(RulebookError) as caught:
        settings(folder, file, environment, **{"upstream": "http://x", **flags})
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize(
    ("flags", "environment", "file", "says"),
    [
        ({"workers": 0}, {}, "--workers", '"workers" wants at least 1'),
        ({"admin_port": 99999}, {}, "--admin-port", '"admin_port" wants at most 65535'),
        ({"upstream": "x:80"}, {}, "--upstream", "does not begin with http"),
        ({}, {"FILTERPROXY_PORT": "high"}, "FILTERPROXY_PORT", "wants a whole number"),
        ({}, {"FILTERPROXY_UNSCANNED": "x"}, "FILTERPROXY_UNSCANNED", 'unknown unscanned "x"'),
        ({}, {"FILTERPROXY_UPSTREAMS": "http://b"}, "FILTERPROXY_UPSTREAMS", '"upstreams" wants a mapping'),
        ({}, {"FILTERPROXY_UPSTREAMS": "big=b"}, "FILTERPROXY_UPSTREAMS", "does not begin with http"),
        ({}, {"FILTERPROXY_PASSTHROUGH": "/a, a"}, "FILTERPROXY_PASSTHROUGH", "must hold paths"),
        ({}, {"FILTERPROXY_CHOICES": "drop"}, "FILTERPROXY_CHOICES", 'unknown choices "drop"'),
        ({}, {"FILTERPROXY_ROUTES": "[{name: a}, {name: a}]"}, "FILTERPROXY_ROUTES", "two routes"),
    ],
)
def test_a_mistake_is_told_where_it_was_made(
    tmp_path: Path, flags: dict[str, Any], environment: dict[str, str], file: str, says: str
) -> None:
    """Flags and variables as a file is."""
    problem = problem_of(tmp_path, None, environment, **flags)

    assert (file, True) == (problem.place.file, says in problem.what)


@pytest.mark.parametrize(
    ("file", "place", "says"),
    [
        ("port: 1\nupstream: ftp://x\n", (2, 11), "does not begin with http"),
        ("upstream: http://x\nrules: []\n", (2, 8), '"rules" is empty'),
    ],
)
def test_a_value_of_the_file_is_a_problem_at_its_place(
    tmp_path: Path, file: str, place: tuple[int, int], says: str
) -> None:
    with pytest.raises(RulebookError) as caught:
        settings(tmp_path, file)

    (problem,) = caught.value.problems
    assert (place, True) == ((problem.place.line, problem.place.column), says in problem.what)


def test_a_file_that_is_not_text_says_so(tmp_path: Path) -> None:
    file = tmp_path / "filterproxy.yaml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(RulebookError) as caught:
        gather({}, {}, file)

    assert ["FP005"] == [problem.code for problem in caught.value.problems]


def _urls(config: Config) -> dict[str, tuple[str, ...]]:
    return {name: one.urls for name, one in config.upstreams.items()}


def test_settings_of_several_values_are_lists_and_mappings(tmp_path: Path) -> None:
    file = "upstream: http://x\nupstreams: {big: http://b, small: http://s/v1}\npassthrough: [/a/*, /b]\n"
    config = settings(tmp_path, file).config

    assert config.upstreams == named({"big": "http://b", "small": "http://s/v1"})
    assert config.passthrough == ("/a/*", "/b")
    assert settings(tmp_path, "upstream: http://x\npassthrough: /a\n").config.passthrough == ("/a",)
    assert settings(tmp_path, "upstream: http://x\npassthrough: []\n").config.passthrough == ()


def test_variables_have_commas_between_several_values(tmp_path: Path) -> None:
    environment = {
        "FILTERPROXY_UPSTREAMS": "big=http://b, small=http://s",
        "FILTERPROXY_PASSTHROUGH": "/a/*, /b",
    }
    config = settings(tmp_path, None, environment, upstream="http://x").config

    assert config.upstreams == named({"big": "http://b", "small": "http://s"})
    assert config.passthrough == ("/a/*", "/b")


@pytest.mark.parametrize(
    ("line", "column", "code", "says"),
    [
        ("upstreams: [http://b]", 12, "FP014", '"upstreams" wants a mapping'),
        ("upstreams: {big: 3}", 18, "FP014", 'a member of "upstreams" wants text'),
        ("upstreams: {a: http://b, big: ftp://b}", 31, "FP015", "does not begin with http"),
        ("passthrough: 3", 14, "FP014", '"passthrough" wants text'),
        ("passthrough: [/a, 3]", 19, "FP014", 'a member of "passthrough" wants text'),
        ("passthrough: [/a, b]", 19, "FP015", "passthrough must hold paths"),
        ("passthrough: b", 14, "FP015", "passthrough must hold paths"),
        ("choices: drop", 10, "FP013", 'unknown choices "drop"'),
        ("pasthrough: [/a]", 1, "FP010", 'unknown setting "pasthrough"'),
    ],
)
def test_a_member_that_cannot_be_used_is_a_problem_at_its_place(
    tmp_path: Path, line: str, column: int, code: str, says: str
) -> None:
    with pytest.raises(RulebookError) as caught:
        settings(tmp_path, f"upstream: http://x\n{line}\n")

    (problem,) = caught.value.problems
    assert (2, column, code) == (problem.place.line, problem.place.column, problem.code)
    assert says in problem.what


def test_dialects_of_a_file_are_routes(tmp_path: Path) -> None:
    """As they stand; the first that fits counts, before the paths that are known."""
    file = """
upstream: http://x
dialects:
  - {path: /v1/mine/*, dialect: openai_chat}
  - path: /ask
    dialect: generic
    request_text: {system: context, user: [question, "history[*].text"]}
    reply_text: {content: "answers[*].text", reasoning: thoughts}
    stream: sse
    stream_text: token
    stream_end: done
    keep: [conversation]
  - {path: /say/, dialect: text, method: GET}
  - {path: /v1/chat/completions, dialect: text}
"""
    config = settings(tmp_path, file).config
    routes = routes_of(config.dialects)

    asked = [("POST", "/v1/mine/a/b"), ("POST", "//ask/"), ("GET", "/say"), ("POST", "/say"),
             ("POST", "/v1/chat/completions"), ("POST", "/v1/completions")]  # fmt: skip
    names = [route.dialect.name if (route := routes.of(*each)) else None for each in asked]
    assert names == ["openai_chat", "generic", "text", None, "text", "openai_completions"]
    assert config == Config.from_json(json.loads(json.dumps(config.to_json())))


_GENERIC = "path: /a, dialect: generic"


@pytest.mark.parametrize(
    ("entry", "marked", "code", "what", "fix"),
    [
        ("{path: /a, dialect: openai_chatt}", "openai_chatt", "FP013", "unknown dialect", "openai_chat"),
        ("{path: /a}", "{path: /a}", "FP009", 'without "dialect"', "openai_chat"),
        ("{dialect: text}", "{dialect: text}", "FP009", 'without "path"', "add `path:`"),
        ("{path: a, dialect: text}", "a", "FP014", '"path" wants a path', "/v1/mine/*"),
        ("{path: /a, dialect: text, method: POTS}", "POTS", "FP013", "unknown method", "POST"),
        ("{path: /a, dialect: text, mehtod: GET}", "mehtod", "FP010", "unknown key", "method"),
        ("{path: /a, dialect: text, reply_text: b}", "reply_text", "FP026", "does not go with", "generic"),
        ("{path: /a, dialect: text, request_text: {usr: a}}", "usr", "FP013", "unknown role", "user"),
        ("{path: /a, dialect: openai_chat, stream: sse}", "stream", "FP026", "does not go with", "generic"),
        ("{path: /a, dialect: [text]}", "[text]", "FP014", '"dialect" wants a word', "openai_chat"),
        (f"{{{_GENERIC}}}", f"{{{_GENERIC}}}", "FP009", 'without "reply_text"', "add `reply_text:`"),
        (f"{{{_GENERIC}, reply_text: a..b}}", ".", "FP014", "cannot be read", "data.answer"),
        (f"{{{_GENERIC}, reply_text: 'a[x]'}}", "[", "FP014", "cannot be read", "data.answer"),
        (f"{{{_GENERIC}, reply_text: [a, b.]}}", ".", "FP014", "cannot be read", "data.answer"),
        (f"{{{_GENERIC}, reply_text: []}}", "[]", "FP016", "is empty", "write a path"),
        (f"{{{_GENERIC}, reply_text: 3}}", "3", "FP014", "wants a path", "data.answer"),
        (f"{{{_GENERIC}, reply_text: {{contant: a}}}}", "contant", "FP013", "unknown channel", "content"),
        (f"{{{_GENERIC}, reply_text: {{reasoning: a}}}}", "reply_text", "FP009", '"content"', "content"),
        (f"{{{_GENERIC}, reply_text: 'a[*].b[*]'}}", "'a[*].b[*]'", "FP026", "more than one", "[0]"),
        (f"{{{_GENERIC}, reply_text: [a, '[0]']}}", "[a, '[0]']", "FP026", "an array and", "one kind"),
        (f"{{{_GENERIC}, reply_text: a, stream: see}}", "see", "FP013", "unknown stream", "sse"),
        (f"{{{_GENERIC}, reply_text: a, stream_end: b}}", "stream_end", "FP026", "without", "stream: sse"),
        (f"{{{_GENERIC}, reply_text: a, stream: sse, stream_end: 3}}", "3", "FP014", "a path", "data"),
        (f"{{{_GENERIC}, reply_text: a, keep: 3}}", "3", "FP014", '"keep"', "brackets"),
        ("chat", "chat", "FP014", "wants a mapping", "key: value"),
    ],
)
def test_a_mistake_in_a_dialect_is_a_problem_at_its_place(
    tmp_path: Path, entry: str, marked: str, code: str, what: str, fix: str
) -> None:
    """marked: what the marks stand under."""
    with pytest.raises(RulebookError) as caught:
        settings(tmp_path, f"upstream: http://x\ndialects:\n- {entry}\n")

    (problem,) = caught.value.problems
    place = problem.place
    assert (3, marked, code) == (place.line, place.text[place.column - 1 :][: place.length], problem.code)
    assert what in problem.what
    assert fix in problem.fix


def test_dialects_that_are_no_list_and_a_word_like_it_are_told(tmp_path: Path) -> None:
    with pytest.raises(RulebookError) as caught:
        settings(tmp_path, "upstream: http://x\ndialects: text\ndialect: text\n")

    assert [(2, "FP014"), (3, "FP010")] == [(p.place.line, p.code) for p in caught.value.problems]
    assert 'did you mean "dialects"?' == caught.value.problems[1].fix
