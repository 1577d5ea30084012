"""An environment counts as installed when what is wanted of it was installed to the end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.environments import Environment, NotInstalled


def test_a_folder_without_a_note_is_not_installed(tmp_path: Path) -> None:
    """As an installation leaves it that was broken off."""
    assert not Environment(tmp_path, ("openai",)).installed


def test_an_environment_of_other_packages_is_not_installed(tmp_path: Path) -> None:
    (tmp_path / "installed.json").write_text(json.dumps(["openai<2"]))

    assert Environment(tmp_path, ("openai<2",)).installed
    assert not Environment(tmp_path, ("openai",)).installed


def test_what_cannot_be_installed_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    client = Environment(tmp_path / "npm-openai", ("openai",), node=True)

    with pytest.raises(NotInstalled, match=r"npm-openai needs Node\.js and npm"):
        client.install()
    assert not client.installed
