"""Flags over variables over the file over defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from filterproxy.cli.settings import Settings, UsageError, gather
from filterproxy.rulebook.problem import RulebookError
from tests.cli.packs import write


def settings(
    folder: Path, file: str | None = None, environment: dict[str, str] | None = None, **flags: Any
) -> Settings:
    path = None if file is None else Path(write(folder, file, "filterproxy.yaml"))
    return gather(flags, environment or {}, path, [])


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

    assert gather({}, {}, file, []).known == (tmp_path / "shop.md",)
    assert gather({}, {}, file, [], [Path("other.md")]).known == (Path("other.md"),)


def test_mistakes_in_the_file_are_all_listed_with_their_places(tmp_path: Path) -> None:
    file = 'upstraem: x\nport: "80"\nworkers: 0\nunscanned: pas\nrules: 3\n'
    with pytest.raises(RulebookError) as caught:
        settings(tmp_path, file)

    found = [(p.place.line, p.place.column, p.code) for p in caught.value.problems]
    assert found == [(1, 1, "FP010"), (2, 7, "FP014"), (3, 10, "FP015"), (4, 12, "FP015"), (5, 8, "FP014")]


@pytest.mark.parametrize(
    ("flags", "environment", "says"),
    [
        ({}, {}, "Give --upstream URL"),
        ({"upstream": "http://x", "workers": 0}, {}, "--workers must be more than 0, not 0"),
        ({"upstream": "http://x", "admin_port": 99999}, {}, "--admin-port must be"),
        ({"upstream": "x:80"}, {}, "does not begin with http"),
        (
            {"upstream": "http://x"},
            {"FILTERPROXY_PORT": "high"},
            'FILTERPROXY_PORT wants a whole number, not "high"',
        ),
    ],
)
def test_wrong_usage_is_said_in_a_sentence(
    tmp_path: Path, flags: dict[str, Any], environment: dict[str, str], says: str
) -> None:
    with pytest.raises(UsageError) as caught:
        settings(tmp_path, None, environment, **flags)

    assert says in str(caught.value)


def test_a_mistake_names_the_variable_it_came_from(tmp_path: Path) -> None:
    """There is no flag for most settings."""
    with pytest.raises(UsageError, match="FILTERPROXY_UNSCANNED must be one of pass"):
        settings(tmp_path, None, {"FILTERPROXY_UNSCANNED": "x"}, upstream="http://x")


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
        gather({}, {}, file, [])

    assert ["FP005"] == [problem.code for problem in caught.value.problems]
