"""
The real clients, each in an environment of its own in the user's cache.

Asking one resolver for all of them together gives no answer in ten minutes; apart they take seconds each.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = Path(__file__).resolve().parent / "scripts"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "filterproxy-clients"
_INSTALL_SECONDS = 600


class NotInstalled(Exception):
    """An environment that cannot be made; says why."""


@dataclass(frozen=True, slots=True)
class Client:
    """
    packages: what is installed; the first is the client. script: its name in scripts/. apis: as the wire
    server calls them, with the ways to read each. choices: whether it can be asked for more than one.
    """

    name: str
    packages: tuple[str, ...]
    script: str
    apis: Mapping[str, tuple[str, ...]]
    choices: bool = False

    @property
    def folder(self) -> Path:
        return CACHE / self.name

    @property
    def runs_on_node(self) -> bool:
        return self.script.endswith(".mjs")

    @property
    def _note(self) -> Path:
        return self.folder / "installed.json"

    @property
    def installed(self) -> bool:
        """Whether the environment is there and has what this client asks for."""
        return self._note.exists() and json.loads(self._note.read_text()) == list(self.packages)

    def install(self) -> None:
        """Makes the environment anew. Raises NotInstalled."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        if self.runs_on_node:
            self._install_with_npm()
        else:
            self._install_with_pip()
        self._note.write_text(json.dumps(self.packages))

    def _install_with_pip(self) -> None:
        venv.create(self.folder, with_pip=True)
        command = [str(self._python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        _installing(self.name, [*command, "--only-binary=:all:", *self.packages], self.folder)

    def _install_with_npm(self) -> None:
        npm = shutil.which("npm")
        if npm is None:
            raise NotInstalled(f"{self.name} needs Node.js and npm")
        (self.folder / "package.json").write_text('{"private": true}')
        quiet = ["--silent", "--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund"]
        _installing(self.name, [npm, "install", *quiet, *self.packages], self.folder)

    @property
    def _python(self) -> Path:
        return self.folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"

    def command(self) -> tuple[list[str], Path]:
        """What runs the script, and where."""
        if not self.runs_on_node:
            return [str(self._python), "-m", f"tests.clients.scripts.{self.script.removesuffix('.py')}"], ROOT
        # Node looks for packages beside the script.
        for file in SCRIPTS.glob("*.mjs"):
            shutil.copy(file, self.folder)
        return ["node", self.script], self.folder

    def version(self) -> str:
        """Of the client itself."""
        package = self.packages[0]
        if self.runs_on_node:
            manifest = self.folder / "node_modules" / package / "package.json"
            return str(json.loads(manifest.read_text())["version"])
        bare = package.split("[")[0].split("<")[0]
        code = f"import importlib.metadata as m; print(m.version({bare!r}))"
        done = subprocess.run([self._python, "-c", code], capture_output=True, text=True, check=True)
        return done.stdout.strip()


def _installing(name: str, command: Sequence[str], folder: Path) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=_INSTALL_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"{name}: not installed within {_INSTALL_SECONDS} s") from None
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip())[-300:]
        raise NotInstalled(f"{name} cannot be installed: {last}")


_PLAIN = ("whole", "stream")
_HELPED = ("whole", "stream", "helper")
_OPENAI = {"chat": _HELPED, "responses": _HELPED, "completions": _PLAIN}
_OLLAMA = {"ollama chat": _PLAIN, "ollama generate": _PLAIN}
_AI = {"chat": _PLAIN, "responses": _PLAIN, "messages": _PLAIN}
_PYDANTIC_AI = ("pydantic-ai-slim[openai,anthropic]",)

CLIENTS = (
    Client("openai", ("openai",), "openai.py", _OPENAI, choices=True),
    Client("openai-1", ("openai<2",), "openai.py", _OPENAI, choices=True),
    Client("anthropic", ("anthropic",), "anthropic.py", {"messages": _HELPED}),
    Client("ollama", ("ollama",), "ollama.py", _OLLAMA),
    Client("langchain-openai", ("langchain-openai",), "langchain.py", {"chat": _PLAIN, "responses": _PLAIN}),
    Client("pydantic-ai", _PYDANTIC_AI, "pydantic_ai.py", _AI),
    Client("litellm", ("litellm",), "litellm.py", {"chat": _PLAIN, "messages": _PLAIN}),
    Client("npm-openai", ("openai",), "openai.mjs", _OPENAI, choices=True),
    Client("npm-anthropic", ("@anthropic-ai/sdk",), "anthropic.mjs", {"messages": _HELPED}),
    Client("npm-ai", ("ai", "@ai-sdk/openai", "@ai-sdk/anthropic"), "ai.mjs", _AI),
)
