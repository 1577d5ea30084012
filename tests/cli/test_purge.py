"""`filterproxy purge`."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from filterproxy.cli import main
from filterproxy.record.names import files_of
from tests.record.test_purge import stored
from tests.record.test_segments import Clock, ids, rows, segments

runner = CliRunner()


def ran(*arguments: str, given: str = "") -> Result:
    return runner.invoke(main, ["purge", *arguments], input=given)


def test_it_says_what_was_removed_where(tmp_path: Path) -> None:
    stored(tmp_path, packed=False)
    file = files_of(tmp_path)[0]
    result = ran("id1", "id2", "id99", "--in", str(tmp_path))

    assert result.exit_code == 0
    assert result.output.splitlines() == [
        f"{file}: 2 lines removed",
        "2 lines removed from 1 file, for 3 ids.",
        "No line was about id99.",
    ]
    assert not {"id1", "id2"} & set(ids(tmp_path))


def test_ids_come_from_standard_input_too(tmp_path: Path) -> None:
    stored(tmp_path, packed=False)
    result = ran("id0", "-", "--in", str(tmp_path), "--json", given="id1\n\nid2\nid1\n")
    said = json.loads(result.stdout)

    assert (result.exit_code, said["ok"], sum(said["removed"].values())) == (0, True, 3)
    assert (said["not_found"], said["failed"]) == ([], {})


def test_it_ends_with_1_where_lines_may_be_left(tmp_path: Path) -> None:
    log = segments(tmp_path, Clock())
    log.write(rows(1))
    result = ran("id1", "--in", str(tmp_path), "--wait", "0")

    assert result.exit_code == 1
    assert "a worker is still writing it" in result.output


def test_wrong_usage_ends_with_2(tmp_path: Path) -> None:
    assert [2, 2, 2] == [
        ran(*arguments).exit_code
        for arguments in (["id1"], ["id1", "--in", str(tmp_path / "gone")], ["-", "--in", str(tmp_path)])
    ]
