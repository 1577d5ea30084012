"""
Environments of their own in the user's cache, for what has no place in the tests' environment.

One resolver for all of them together gives no answer in ten minutes; apart they take seconds each.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
_INSTALL_SECONDS = 600


class NotInstalled(Exception):
    """An environment that cannot be made; says why."""


@dataclass(frozen=True, slots=True)
class Environment:
    """packages: what is installed in *folder*, as pip or npm names it; the first is what it is for."""

    folder: Path
    packages: tuple[str, ...]
    node: bool = False

    @property
    def _note(self) -> Path:
        return self.folder / "installed.json"

    @property
    def installed(self) -> bool:
        """Whether it is there and has these packages."""
        return self._note.exists() and json.loads(self._note.read_text()) == list(self.packages)

    def install(self) -> None:
        """Makes it anew, with the newest releases. Raises NotInstalled."""
        self.remove()
        self.folder.mkdir(parents=True)
        if self.node:
            self._install_with_npm()
        else:
            self._install_with_pip()
        self._note.write_text(json.dumps(self.packages))

    def remove(self) -> None:
        """Where it is there."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _install_with_pip(self) -> None:
        venv.create(self.folder, with_pip=True)
        command = [str(self.program("python")), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        self._run([*command, "--only-binary=:all:", *self.packages])

    def _install_with_npm(self) -> None:
        npm = shutil.which("npm")
        if npm is None:
            raise NotInstalled(f"{self.folder.name} needs Node.js and npm")
        (self.folder / "package.json").write_text('{"private": true}')
        quiet = ["--silent", "--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund"]
        self._run([npm, "install", *quiet, *self.packages])

    def _run(self, command: Sequence[str]) -> None:
        name = self.folder.name
        try:
            done = subprocess.run(
                command,
                cwd=self.folder,
                capture_output=True,
                text=True,
                check=False,
                timeout=_INSTALL_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise NotInstalled(f"{name}: not installed within {_INSTALL_SECONDS} s") from None
        if done.returncode:
            last = (done.stderr.strip() or done.stdout.strip())[-300:]
            raise NotInstalled(f"{name} cannot be installed: {last}")

    def program(self, name: str) -> Path:
        """One of its programs (Python)."""
        return self.folder / ("Scripts" if sys.platform == "win32" else "bin") / name

    def version(self) -> str:
        """Of the first package."""
        package = self.packages[0]
        if self.node:
            manifest = self.folder / "node_modules" / package / "package.json"
            return str(json.loads(manifest.read_text())["version"])
        bare = package.split("[")[0].split("<")[0]
        code = f"import importlib.metadata as m; print(m.version({bare!r}))"
        done = subprocess.run(
            [self.program("python"), "-c", code], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()
