"""What deploy/'s pages point at is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.deploy.tools import DEPLOY

PAGES = sorted(DEPLOY.rglob("*.md"))


def headings(page: Path) -> set[str]:
    """A page's headings as they stand in links."""
    found = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in found}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DEPLOY)))
def test_every_link_leads_somewhere(page: Path) -> None:
    """To files and folders of the repository, and to headings of pages."""
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text()):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page

        assert target.exists(), link
        assert not anchor or anchor in headings(target), link
