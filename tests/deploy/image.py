"""
Builds deploy/Dockerfile and runs what comes out, with no container engine: buildah in a chroot, as root.

`python:3.12-slim` may be out of reach, so the base is a small Debian that debootstrap makes, once (a minute,
270 MB, kept in the user's cache), and the build reads wheels from a folder. A container's root is mounted
read-only in a mount namespace of its own, with a tmpfs where the Dockerfile says that it writes; the process
has the image's user, no capability and no way to get one. Its network is the machine's.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.tools import DEPLOY, FOLDER, ROOT, on_machine

CACHE = FOLDER.with_name("filterproxy-deploy-image")
BASE = "localhost/filterproxy-base:test"
IMAGE = "localhost/filterproxy:test"
WRITTEN = ("/tmp", "/var/cache/filterproxy")
_PROGRAMS = ("buildah", "debootstrap", "unshare", "setpriv")
_ENVIRONMENT = {**os.environ, "BUILDAH_ISOLATION": "chroot"}
# Of drivers it takes overlay where the kernel has it; else vfs, which copies whole folders and takes minutes.
_STORE = (f"--root={CACHE / 'store'}", f"--runroot={CACHE / 'run'}")


@dataclass(frozen=True, slots=True)
class Image:
    """What was built. config: as an engine's `inspect` has it."""

    config: Mapping[str, Any]


def need() -> None:
    """Skips the test where an image cannot be built."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("building without an engine takes Linux and root")
    for name in _PROGRAMS:
        on_machine(name)


def build() -> Image:
    """The image of the working tree."""
    CACHE.mkdir(parents=True, exist_ok=True)
    if BASE not in _buildah("images", "--format", "{{.Name}}:{{.Tag}}"):
        _make_base()
    wheels = CACHE / "wheels"
    _download(wheels)
    given = (f"BASE={BASE}", "PIP_NO_INDEX=1", "PIP_FIND_LINKS=/wheels")
    arguments = [f"--build-arg={one}" for one in given]
    _buildah(
        "bud", "--quiet", "--format=docker", f"--ignorefile={ROOT / '.dockerignore'}", *arguments,
        f"--volume={wheels}:/wheels:ro", f"--tag={IMAGE}", f"--file={DEPLOY / 'Dockerfile'}", str(ROOT),
    )  # fmt: skip
    _buildah("rmi", "--prune")  # what had the name before
    config = json.loads(_buildah("inspect", "--type=image", IMAGE))["Docker"]["config"]
    return Image(config)


@contextmanager
def container(image: Image) -> Iterator[Path]:
    """The root of a container of the image, as root sees it."""
    name = _buildah("from", IMAGE).strip()
    try:
        yield Path(_buildah("mount", name).strip())
    finally:
        _buildah("rm", name)


def command(
    image: Image, root: Path, program: Sequence[str], environment: Mapping[str, str], tmpfs: bool = True
) -> list[str]:
    """What runs *program* in the container: exec all the way, so that the process is the program's."""
    user, group = image.config["User"].split(":")
    mounts = [f'mount --bind "{root}" "{root}"', f'mount -o remount,bind,ro "{root}"']
    mounts += [f'mount -t proc proc "{root}/proc"', f'mount --rbind /dev "{root}/dev"']
    for path in WRITTEN if tmpfs else ():
        mounts.append(f'mount -t tmpfs -o mode=1777 tmpfs "{root}{path}"')
    rights = f"--reuid={user} --regid={group} --clear-groups --no-new-privs --bounding-set=-all"
    enter = f'exec chroot "{root}" setpriv {rights} env -i --chdir={image.config["WorkingDir"]} "$@"'
    shell = " && ".join([*mounts, enter])
    given = [*image.config["Env"], *(f"{name}={value}" for name, value in environment.items())]
    return ["unshare", "--mount", "sh", "-c", shell, "sh", *given, *program]


def _make_base() -> None:
    folder = CACHE / "base"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "context").mkdir(parents=True)
    packages = "--include=python3-venv,ca-certificates"
    _fetch("debootstrap", "--variant=minbase", packages, "bookworm", str(folder / "rootfs"))
    _call("tar", "-C", str(folder / "rootfs"), "-cf", str(folder / "context" / "rootfs.tar"), ".")
    (folder / "context" / "Dockerfile").write_text("FROM scratch\nADD rootfs.tar /\n")
    _buildah("bud", "--quiet", f"--tag={BASE}", str(folder / "context"))
    shutil.rmtree(folder)


def _download(wheels: Path) -> None:
    """What the build installs, for the base's Python."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = [*wanted["build-system"]["requires"], *wanted["project"]["dependencies"]]
    target = ["--only-binary=:all:", "--python-version=3.11", f"--dest={wheels}"]
    _fetch(sys.executable, "-m", "pip", "download", "--quiet", *target, *packages)


def _buildah(*arguments: str) -> str:
    return _call("buildah", *_STORE, *arguments)


def _fetch(*program: str) -> None:
    """Run what needs a network; skips the test where it does not come back with what it was sent for."""
    try:
        _call(*program)
    except AssertionError:
        pytest.skip(f"{Path(program[0]).name} cannot fetch what the image is made of")


def _call(*program: str) -> str:
    done = subprocess.run(program, capture_output=True, text=True, timeout=600, env=_ENVIRONMENT)
    assert done.returncode == 0, (program, done.stdout[-2000:], done.stderr[-2000:])
    return done.stdout
