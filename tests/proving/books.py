"""Rulebooks for the tests of proofs."""

from __future__ import annotations

from pathlib import Path

from filterproxy.proving.conversations import Conversation, beside
from filterproxy.rulebook.book import Rulebook
from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.document import Document
from filterproxy.rulebook.load import load
from tests.cli.packs import write


def document(folder: Path, rules: str, name: str = "shop.yaml") -> Document:
    """The document of a pack with these rules, each a line in YAML."""
    lines = "".join(f"  - {line}\n" for line in rules.strip().splitlines())
    return load([Path(write(folder, f"version: 1\npack: shop\nrules:\n{lines}", name))])


def book(folder: Path, rules: str) -> Rulebook:
    """A rulebook of these rules."""
    return compile(document(folder, rules))


def talks(folder: Path, text: str) -> list[Conversation]:
    """Conversations beside the pack of a folder."""
    write(folder, text, "shop.test.yaml")
    return beside([folder], ["mail", "loud"])


MAIL = """
{id: mail, match: {regex: '\\w+@\\w+\\.com'}, action: redact, examples: {hit: ["me@x.com"], pass: [Hi]}}
"""
