"""`filterproxy ext-proc`: what keeps it from starting is said in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from filterproxy.cli import ext_proc, main
from tests import shells
from tests.extproc.envoy import missing

needs = pytest.mark.skipif(bool(missing()), reason=missing() or "all is there")


def test_packages_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ext_proc, "_NEEDED", ("no_such_package",))
    found = CliRunner().invoke(main, ["ext-proc"])

    assert 1 == found.exit_code
    assert "pip install 'filterproxy[envoy]'" in found.output


@needs
@pytest.mark.parametrize("address", ["50051", "h:x", "h:70000"])
def test_an_address_that_is_none_is_wrong_usage(tmp_path: Path, address: str) -> None:
    rules = str(shells.write(tmp_path))
    found = CliRunner().invoke(main, ["ext-proc", "--rules", rules, "--listen", address])

    assert 2 == found.exit_code
    assert "HOST:PORT" in found.output


@needs
def test_mistakes_in_the_rules_are_told_at_their_place(tmp_path: Path) -> None:
    pack = shells.write(tmp_path)
    pack.write_text(shells.PACK.replace("action: redact,", "action: redcat,"))
    found = CliRunner().invoke(main, ["ext-proc", "--rules", str(pack), "--admin-port", "0"])

    assert 1 == found.exit_code
    assert 'unknown action "redcat"' in found.output and "Traceback" not in found.output


@needs
def test_an_admin_side_that_others_can_reach_wants_a_token(tmp_path: Path) -> None:
    rules = str(shells.write(tmp_path))
    found = CliRunner().invoke(main, ["ext-proc", "--rules", rules, "--admin-host", "0.0.0.0"])

    assert 1 == found.exit_code
    assert "without a token" in found.output


@needs
def test_files_of_tls_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    wanted = (f"admin_tls_cert={tmp_path}/no.pem", f"admin_tls_key={tmp_path}/no.key")
    flags = ["--rules", str(shells.write(tmp_path)), "--set", wanted[0], "--set", wanted[1]]
    found = CliRunner().invoke(main, ["ext-proc", *flags])

    assert 1 == found.exit_code
    assert f"admin_tls_cert {tmp_path}/no.pem cannot be opened" in " ".join(found.output.split())
    assert "Traceback" not in found.output
