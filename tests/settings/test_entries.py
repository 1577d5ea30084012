"""Upstreams, routes and logs of a configuration, and the secrets in them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from filterproxy.config import Config, RouteConfig
from filterproxy.rulebook.problem import Problem, RulebookError, render
from filterproxy.settings.gather import Settings, gather
from filterproxy.settings.shown import shown

SECRET = "sk-1234567890abcdef"


def read(folder: Path, file: str, environment: dict[str, str] | None = None, **flags: Any) -> Settings:
    path = folder / "filterproxy.yaml"
    path.write_text(file)
    return gather(flags, environment or {}, path)


def problems(folder: Path, file: str, environment: dict[str, str] | None = None) -> Sequence[Problem]:
    with pytest.raises(RulebookError) as caught:
        read(folder, file, environment)
    return caught.value.problems


def test_an_upstream_is_a_url_a_list_or_a_mapping(tmp_path: Path) -> None:
    file = """
upstream: main
upstreams:
  main: [http://a:8000, http://b:8000]
  big:
    urls: https://api.example.com/v1
    headers: {authorization: "Bearer ${env:BIG_KEY}"}
    fail_after: 2
    ca_file: own.pem
"""
    config = read(tmp_path, file, {"BIG_KEY": SECRET}).config

    big = config.upstreams["big"]
    assert ("http://a:8000", "http://b:8000") == config.all_upstreams[config.upstream_name].urls
    assert {"authorization": f"Bearer {SECRET}"} == big.headers
    assert (2, str(tmp_path / "own.pem")) == (big.fail_after, big.ca_file)
    assert config == Config.from_json(json.loads(json.dumps(config.to_json())))


def test_a_route_says_what_it_wants_and_how_it_is_served(tmp_path: Path) -> None:
    file = """
upstream: http://x
upstreams: {big: http://b}
routes:
  - name: support
    path: /support/*
    model: [gpt-*, llama]
    header: {x-tenant: acme}
    upstream: big
    chain: [pii, hours]
    known: shop.md
    dialect: openai_chat
    on_error: drop
    unscanned: drop
  - name: rest
"""
    found = read(tmp_path, file)

    assert found.config.routes == (
        RouteConfig(
            "support", "/support/*", ("gpt-*", "llama"), {"x-tenant": "acme"}, "big", ("pii", "hours"),
            ("shop.md",), "drop", "drop",
        ),
        RouteConfig("rest"),
    )  # fmt: skip
    assert [{"path": "/support/*", "dialect": "openai_chat"}] == list(found.config.dialects)
    assert (tmp_path / "shop.md",) == found.known
    assert found.config == Config.from_json(json.loads(json.dumps(found.config.to_json())))


def test_a_file_that_is_known_everywhere_belongs_to_no_route(tmp_path: Path) -> None:
    """And two of one name are told apart as the rulebook tells them apart."""
    file = """
upstream: http://x
known: [shop.md]
routes:
  - {name: a, known: [shop.md]}
  - {name: b, known: [b/shop.md, b/other.md]}
"""
    found = read(tmp_path, file)

    assert ((), (str(tmp_path / "b/shop.md"), "other.md")) == tuple(r.known for r in found.config.routes)
    assert (tmp_path / "shop.md", tmp_path / "b/shop.md", tmp_path / "b/other.md") == found.known


def test_only_a_file_routes_can_serve_without_a_default_upstream(tmp_path: Path) -> None:
    config = read(tmp_path, "upstreams: {a: http://a}\nroutes: [{name: r, upstream: a}]\n").config

    assert ("", ["a"]) == (config.upstream_name, list(config.all_upstreams))
    (problem,) = problems(tmp_path, "upstreams: {a: http://a}\nroutes: [{name: r}]\n")
    assert "`upstream` is missing" in problem.what


@pytest.mark.parametrize(
    ("line", "column", "code", "says"),
    [
        ("routes: {name: a}", 9, "FP014", '"routes" wants a list'),
        ("routes: [{path: /a}]", 10, "FP009", 'without "name"'),
        ("routes: [{name: a, pth: /a}]", 20, "FP010", 'unknown key "pth"'),
        ("routes: [{name: a b}]", 17, "FP015", '"name"'),
        ("routes: [{name: a, path: a}]", 26, "FP015", "path must begin with /"),
        ("routes: [{name: a, upstream: bg}]", 30, "FP013", 'unknown upstream "bg"'),
        ("routes: [{name: a, chain: []}]", 27, "FP016", '"chain" is empty'),
        ("routes: [{name: a, dialect: chat, path: /a}]", 29, "FP013", 'unknown dialect "chat"'),
        ("routes: [{name: a, dialect: openai_chat}]", 20, "FP026", '"dialect" without "path"'),
        ("routes: [{name: a, on_error: maybe}]", 30, "FP013", "unknown on_error"),
        ("routes: [{name: a}, {name: a}]", 28, "FP015", "two routes are called"),
        ("upstreams: {big: {urls: []}}", 25, "FP016", '"urls" is empty'),
        ("upstreams: {big: {url: http://x}}", 19, "FP010", 'unknown key "url"'),
        ("upstreams: {big: {urls: http://x, headers: {host: a}}}", 44, "FP015", "host is set by the proxy"),
        ("upstreams: {b b: http://x}", 13, "FP015", "a name has 1 to 64"),
        ("admin_token: '${env:NOT_SET}'", 14, "FP015", "no such variable"),
        ("admin_token: '${file:none.txt}'", 14, "FP015", "is not there"),
        ("admin_token: '${NOT_SET}'", 14, "FP015", "only env and file are known"),
        ("admin_token: ' a'", 14, "FP015", "without blanks at its ends"),
        ("routes: [{name: default, path: /x}]", 17, "FP015", "'default' is what requests have that fit no"),
        ("drain_seconds: 99999999999", 16, "FP015", "must be at most 86400"),
        ("heartbeat_seconds: 0", 20, "FP015", "wants more than 0"),
        ("admin_token: '${vault:a}'", 14, "FP015", "only env and file"),
        ("decisions: {folder: log, text: all}", 32, "FP013", 'unknown text "all"'),
        ("decisions: {folder: log, max_age: soon}", 35, "FP014", "as in 7d"),
        ("recording: {folder: log, sample: 200%}", 34, "FP015", "0% to 100%"),
        ("recording: {sample: 1%}", 12, "FP009", 'without "folder"'),
        ("rules: [a.yaml, https://rules.example.com/r]", 8, "FP015", "not from both"),
        ("tls_cert: a.pem", 11, "FP015", "tls_cert is of no use without tls_key"),
    ],
)
def test_a_mistake_in_an_entry_is_a_problem_at_its_place(
    tmp_path: Path, line: str, column: int, code: str, says: str
) -> None:
    (problem,) = problems(tmp_path, f"upstream: http://x\n{line}\n")

    assert (2, column, code) == (problem.place.line, problem.place.column, problem.code)
    assert says in problem.what


def test_references_are_filled_in_from_the_environment_and_from_files(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(SECRET + "\n")
    file = "upstream: http://x\nadmin_token: ${file:token}\nrules_token: a-${env:R}-b\n"
    config = read(tmp_path, file, {"R": "r"}).config

    assert (SECRET, "a-r-b") == (config.admin_token, config.rules_token)


@pytest.mark.parametrize(
    "line",
    [
        f"upstreams: {{big: {{urls: ftp://x, headers: {{authorization: {SECRET}}}}}}}",
        f"decisions: {{folder: a, key: {SECRET}, tex: off}}",
    ],
)
def test_a_mistake_in_the_line_of_a_secret_does_not_show_it(tmp_path: Path, line: str) -> None:
    for problem in problems(tmp_path, f"upstream: http://x\n{line}\n"):
        assert SECRET not in render(problem)


@pytest.mark.parametrize(
    "line",
    [
        f"admin_tokn: {SECRET}",
        f"admin_token: [{SECRET}]",
        f'admin_token: "{SECRET}',
        f'"rules_token": !x {SECRET}',
        f"upstreams: {{big: {{urls: http://x, header: {{authorization: {SECRET}}}}}}}",
        f"upstreams: {{big: {{urls: http://x, headers: '{SECRET}'}}}}",
        f"upstreams: {{big: {{urls: http://x, headers: {{authorization: [{SECRET}]}}}}}}",
        f"upstreams: {{big: {{urls: http://x, headers: {{authorization: {SECRET}}}}}",
        f"upstreams: {{big: 'http://me:{SECRET}@x'}}",
        f"upstreams: {{big: 'http://x/?key={SECRET}'}}",
        f"decisions: {{folder: a, keyy: {SECRET}}}",
    ],
)
def test_a_mistake_shows_nothing_that_may_be_a_secret(tmp_path: Path, line: str) -> None:
    found = problems(tmp_path, f"upstream: http://x\n{line}\n")

    assert found
    for problem in found:
        assert SECRET not in render(problem)


def test_a_secret_that_is_a_number_is_covered_too(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "upstream: http://x\nadmin_token: 12345678\n")

    assert "12345678" not in render(problem)


def test_a_reference_to_nothing_is_a_mistake(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "upstream: http://x\nadmin_token: a-${env:T}\n", {"T": ""})

    assert "${env:T}: it is empty" == problem.what


@pytest.mark.parametrize("where", [{"FILTERPROXY_UPSTREAMS": f"{{big: {{header: {SECRET}}}}}"}, {}])
def test_nor_does_one_in_a_variable_or_on_the_command_line(where: dict[str, str]) -> None:
    assigned = [] if where else [f"admin_tokn={SECRET}"]
    with pytest.raises(RulebookError) as caught:
        gather({"upstream": "http://x"}, where, None, assigned)

    assert SECRET not in str(caught.value)


def test_the_query_of_a_url_of_rules_is_not_shown(tmp_path: Path) -> None:
    settings = gather({"upstream": "http://x"}, {"FILTERPROXY_RULES": f"https://h/a.tar.gz?k={SECRET}#pin"})
    (row,) = (row for row in shown(settings) if row.key == "rules")

    assert "https://h/a.tar.gz?***#pin" == row.value


def test_what_is_shown_has_origins_and_no_secret(tmp_path: Path) -> None:
    file = (
        "upstream: http://x\nport: 1\nadmin_token: ${env:T}\n"
        "upstreams: {big: {urls: http://b, headers: {x-key: '${env:T}'}}}\n"
    )
    environment = {"T": SECRET, "FILTERPROXY_WORKERS": "2", "FILTERPROXY_PORT": "3"}
    rows = {row.key: row for row in shown(read(tmp_path, file, environment, port=4))}

    path = tmp_path / "filterproxy.yaml"
    assert (4, "--port") == rows["port"][1:3]
    assert (2, "FILTERPROXY_WORKERS") == rows["workers"][1:3]
    assert ("http://x", f"{path}:1") == rows["upstream"][1:3]
    assert (30.0, "default") == rows["drain_seconds"][1:3]
    assert SECRET not in repr(rows)
    assert {"urls": ["http://b"], "headers": {"x-key": "***"}} == {
        key: rows["upstreams"].value["big"][key] for key in ("urls", "headers")
    }


def test_a_setting_on_the_command_line_comes_before_a_variable(tmp_path: Path) -> None:
    found = gather(
        {}, {"FILTERPROXY_PORT": "1"}, None, ["port=2", "upstream=http://x", "routes=[{name: a, path: /a}]"]
    )

    assert (2, "a") == (found.config.port, found.config.routes[0].name)
    assert "--set port" == found.origins["port"]


def test_rules_are_files_or_one_url(tmp_path: Path) -> None:
    url = "https://rules.example.com/pack.tar.gz#sha256=00"

    assert url == read(tmp_path, f"upstream: http://x\nrules: {url}\n").rules
    assert (tmp_path / "a",) == read(tmp_path, "upstream: http://x\nrules: a\n").rules


def test_logs_have_ages_and_shares(tmp_path: Path) -> None:
    file = """
upstream: http://x
decisions: {folder: log, text: sample, sample: 5%, max_age: 7d}
recording: rec
"""
    config = read(tmp_path, file).config

    assert config.decisions is not None and config.recording is not None
    assert (0.05, 7 * 86400.0) == (config.decisions.sample, config.decisions.max_age_seconds)
    assert str(tmp_path / "rec") == config.recording.folder
    assert config == Config.from_json(json.loads(json.dumps(config.to_json())))
