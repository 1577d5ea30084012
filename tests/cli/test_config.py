"""`filterproxy config`: what holds, where it was said, and what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from filterproxy.cli import main
from tests.cli.packs import write

PACK = """
version: 1
pack: shop
rules:
  - {id: r, match: {phrases: [refund]}, action: flag}
"""
SETTINGS = """
upstream: big
upstreams: {{big: {{urls: "http://b", headers: {{x-key: "${{env:KEY}}"}}}}}}
rules: shop.yaml
routes: [{{name: support, path: /s/*, chain: [{pack}]}}]
"""


def ask(folder: Path, *arguments: str, pack: str = "shop", key: str = "sk-1") -> tuple[int, str]:
    """Exit code and output."""
    write(folder, PACK, "shop.yaml")
    file = write(folder, SETTINGS.format(pack=pack), "filterproxy.yaml")
    environment = {"KEY": key, "FILTERPROXY_WORKERS": "3", "FILTERPROXY_CONFIG": str(file)}
    result = CliRunner().invoke(main, ["config", *arguments], env=environment)
    return result.exit_code, result.output


def test_settings_are_shown_with_their_origins_and_without_secrets(tmp_path: Path) -> None:
    code, said = ask(tmp_path, "--print", "--set", "drain_seconds=60")

    lines = [line.split() for line in said.splitlines()]
    assert 0 == code
    assert ["workers", "3", "(FILTERPROXY_WORKERS)"] in lines
    assert ["drain_seconds", "60.0", "(--set", "drain_seconds)"] in lines
    assert ["port", "8080"] in lines
    assert ["upstreams.big.headers.x-key", "***"] == lines[2][:2]
    assert ["routes.support.path", "/s/*"] in [line[:2] for line in lines]
    assert "sk-1" not in said


def test_settings_are_given_to_scripts(tmp_path: Path) -> None:
    code, said = ask(tmp_path, "--json")

    rows = {row["key"]: row for row in json.loads(said)}
    assert (0, 3, "FILTERPROXY_WORKERS") == (code, rows["workers"]["value"], rows["workers"]["origin"])


def test_settings_that_can_be_used_are_only_counted(tmp_path: Path) -> None:
    code, said = ask(tmp_path)

    assert (0, "The settings can be used: 5 given,") == (code, said[:34])


@pytest.mark.parametrize(
    ("pack", "arguments", "says"),
    [
        ("shopp", (), 'did you mean "shop"?'),
        ("shop", ("--set", "port=x"), '"port" wants a whole number'),
        ("shop", ("--set", "prt=1"), 'did you mean "port"?'),
        ("shop", ("--rules", "none.yaml"), "is not there"),
        ("shop", ("--set", "admin_host=0.0.0.0"), "without a token"),
        (
            "shop",
            ("--set", "tls_cert=none.pem", "--set", "tls_key=none.pem"),
            "tls_cert none.pem cannot be opened",
        ),
        ("shop", ("--set", "decisions={folder: /dev/null/log}"), "decisions: nothing can be written to"),
        (
            "shop",
            ("--set", "upstreams={big: {urls: https://x, ca_file: none.pem}}"),
            "ca_file 'none.pem' cannot be read",
        ),
    ],
)
def test_what_serve_would_refuse_is_a_problem(
    tmp_path: Path, pack: str, arguments: tuple[str, ...], says: str
) -> None:
    code, said = ask(tmp_path, *arguments, pack=pack)

    assert (1, True) == (code, says in said)


def test_an_assignment_without_a_value_is_wrong_usage(tmp_path: Path) -> None:
    code, said = ask(tmp_path, "--set", "port")

    assert (2, True) == (code, "--set wants KEY=VALUE" in said)
