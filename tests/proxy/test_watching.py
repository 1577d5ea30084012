"""Changes on disk are noticed, however they are made; on a real file system."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from filterproxy.proxy.reload.watching import Watch, counts, followed, state

Change = Callable[[Path], object]


def mounted(folder: Path) -> Path:
    """A volume as Kubernetes makes one of a ConfigMap."""
    volume = folder / "volume"
    (volume / "..one").mkdir(parents=True)
    (volume / "..one" / "a.yaml").write_text("1")
    (volume / "..data").symlink_to("..one")
    (volume / "a.yaml").symlink_to("..data/a.yaml")
    return volume


def swapped(volume: Path) -> None:
    """What the kubelet does when the ConfigMap has changed."""
    (volume / "..two").mkdir()
    (volume / "..two" / "a.yaml").write_text("2")
    (volume / "..data_tmp").symlink_to("..two")
    os.replace(volume / "..data_tmp", volume / "..data")
    (volume / "..one" / "a.yaml").unlink()
    (volume / "..one").rmdir()


def renamed_over(file: Path) -> None:
    other = file.with_name(".a.yaml.new")
    other.write_text("2")
    os.replace(other, file)


async def noticed(watched: Path, *changes: tuple[Change, Path]) -> int:
    """How many of *changes*, each made once the one before was noticed, were noticed."""
    watch, found = Watch([watched]), 0
    async with asyncio.timeout(20), aclosing(watch.changes()) as items:
        for change, path in changes:
            coming = asyncio.ensure_future(anext(items))
            change(path)
            await coming
            found += 1
    return found


def test_an_edit_and_a_rename_over_are_noticed_one_after_the_other(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("1")

    assert asyncio.run(noticed(tmp_path, (renamed_over, file), (lambda f: f.write_text("333"), file))) == 2


def test_a_single_file_is_noticed_through_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("1")

    assert asyncio.run(noticed(file, (renamed_over, file))) == 1


def test_new_and_removed_files_are_noticed(tmp_path: Path) -> None:
    new = tmp_path / "b.yaml"

    assert asyncio.run(noticed(tmp_path, (Path.touch, new), (Path.unlink, new))) == 2


@pytest.mark.parametrize("single", [False, True])
def test_the_swap_of_a_configmap_is_noticed(tmp_path: Path, single: bool) -> None:
    volume = mounted(tmp_path)

    assert asyncio.run(noticed(volume / "a.yaml" if single else volume, (swapped, volume))) == 1


def test_a_worktree_that_is_swapped_by_its_link_is_noticed(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "rules").mkdir(parents=True)
        (tmp_path / name / "rules" / "a.yaml").write_text(name)
    (tmp_path / "current").symlink_to("one")

    def swap(link: Path) -> None:
        link.with_name("next").symlink_to("two")
        os.replace(link.with_name("next"), link)

    assert asyncio.run(noticed(tmp_path / "current" / "rules", (swap, tmp_path / "current"))) == 1


def test_a_folder_that_is_missing_for_a_moment_is_watched_again(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    file = folder / "a.yaml"
    changes = [
        (Path.rmdir, folder),
        (Path.mkdir, folder),
        (lambda f: f.write_text("1"), file),
    ]

    assert asyncio.run(noticed(folder, *changes)) == 3


def test_what_changed_before_anyone_listened_is_noticed(tmp_path: Path) -> None:
    async def late() -> None:
        watch = Watch([tmp_path])
        (tmp_path / "a.yaml").write_text("1")
        async with asyncio.timeout(20), aclosing(watch.changes()) as items:
            await anext(items)

    asyncio.run(late())


def test_hidden_files_and_backups_are_no_rules(tmp_path: Path) -> None:
    before = state([tmp_path])
    for name in (".a.yaml.swp", "a.yaml~", ".git"):
        (tmp_path / name).touch()

    assert state([tmp_path]) == before
    assert counts("..data")


def test_the_folder_of_each_link_is_watched(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "a.yaml").touch()
    (tmp_path / "second").symlink_to("there")
    (tmp_path / "first").symlink_to(tmp_path / "second")
    top = str(tmp_path)

    assert followed(tmp_path / "first" / "a.yaml")[-3:] == [top, top, f"{top}/there"]
    assert followed(tmp_path / "none" / "a.yaml")[-1] == top
    (tmp_path / "loop").symlink_to("loop")
    assert top in followed(tmp_path / "loop")
