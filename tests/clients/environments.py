"""The real clients, each in an environment of its own."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.environments import CACHE, Environment

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = Path(__file__).resolve().parent / "scripts"


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
    def environment(self) -> Environment:
        return Environment(CACHE / "filterproxy-clients" / self.name, self.packages, self.runs_on_node)

    @property
    def runs_on_node(self) -> bool:
        return self.script.endswith(".mjs")

    def command(self) -> tuple[list[str], Path]:
        """What runs the script, and where."""
        if not self.runs_on_node:
            python = self.environment.program("python")
            return [str(python), "-m", f"tests.clients.scripts.{self.script.removesuffix('.py')}"], ROOT
        # Node looks for packages beside the script.
        folder = self.environment.folder
        for file in SCRIPTS.glob("*.mjs"):
            shutil.copy(file, folder)
        return ["node", self.script], folder


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
