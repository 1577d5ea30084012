"""The report in a real browser: it asks for nothing, says no error, sorts, filters and opens."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="needs the extra replay")
from filterproxy.replay.html import page
from tests.replay.results import everywhere, labelled, replayed

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
]

_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
_ATTACK = "</script><script>document.title='hit'</script><img src=x onerror=\"document.title='hit'\">"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return labelled(replayed(tmp_path_factory.mktemp("replay")), "a", 9, 1)


class Opened:
    """A page in a tab; asked: addresses other than its own; said: what went wrong."""

    def __init__(self, browser: Any, path: Path, **options: Any) -> None:
        self.asked: list[str] = []
        self.said: list[str] = []
        self.tab = browser.new_context(**options).new_page()
        own = path.as_uri()
        self.tab.on("request", lambda request: self.asked.extend({request.url} - {own}))
        self.tab.on("console", lambda message: self.said.append(message.text))
        self.tab.on("pageerror", lambda error: self.said.append(str(error)))
        self.tab.goto(own)

    def rules(self) -> list[str]:
        """Of the rows that are seen, in order."""
        rows: list[str] = self.tab.eval_on_selector_all(
            "table.rules tbody tr", "rows => rows.filter(r => !r.hidden).map(r => r.dataset.rule)"
        )
        return rows

    def column(self, name: str) -> list[float]:
        """What a column is sorted by, in order."""
        return [float(value) for value in self.tab.evaluate(_COLUMN, name)]


_COLUMN = """name => {
  const at = [...document.querySelectorAll('table.rules thead th')].findIndex(th => th.textContent === name);
  return [...document.querySelectorAll('table.rules tbody tr')].map(row => row.cells[at].dataset.value);
}"""


@pytest.fixture
def opened(browser: Any, result: dict[str, Any], tmp_path: Path) -> Iterator[Opened]:
    path = tmp_path / "page.html"
    path.write_text(page(result), "utf-8")
    opened = Opened(browser, path)
    yield opened
    assert [] == opened.asked
    assert [] == opened.said
    opened.tab.context.close()


def test_a_click_sorts_and_another_turns_it_round(opened: Opened) -> None:
    heading = opened.tab.get_by_role("button", name="Fired")
    heading.click()
    fired = opened.column("Fired")

    assert sorted(fired, reverse=True) == fired and len(set(fired)) > 1
    assert "descending" == opened.tab.locator("th[aria-sort]").get_attribute("aria-sort")

    heading.click()

    assert sorted(fired) == opened.column("Fired")


def test_words_are_sorted_as_words(opened: Opened) -> None:
    opened.tab.get_by_role("button", name="Rule", exact=True).click()

    assert ["a", "b", "c"] == opened.rules()


def test_a_rule_is_found_by_its_name(opened: Opened) -> None:
    opened.tab.get_by_label("Rules whose name has").fill("B")

    assert ["b"] == opened.rules()
    assert {"b"} == set(
        opened.tab.eval_on_selector_all(".example:not([hidden])", "all => all.map(e => e.dataset.rule)")
    )
    assert "Rules: 1." in opened.tab.locator("#found").inner_text()

    opened.tab.get_by_label("Rules whose name has").fill("")

    assert 3 == len(opened.rules())


def test_kinds_are_chosen_and_all_open_at_once(opened: Opened) -> None:
    opened.tab.get_by_label("Kind").select_option("gone")
    opened.tab.get_by_role("button", name="Open all").click()
    shown = opened.tab.locator(".example:not([hidden])")

    assert {"gone"} == set(shown.evaluate_all("all => all.map(e => e.dataset.kind)"))
    assert all(shown.evaluate_all("all => all.map(e => e.open)"))
    assert 3 == len(opened.rules())

    opened.tab.get_by_role("button", name="Close all").click()

    assert not any(shown.evaluate_all("all => all.map(e => e.open)"))


def test_a_link_opens_its_example(opened: Opened) -> None:
    opened.tab.get_by_role("button", name="Close all").click()
    opened.tab.get_by_role("link", name="Examples of c").click()
    opened.tab.wait_for_function("document.querySelector('.example:target').open")

    assert "c" == opened.tab.locator(".example:target").get_attribute("data-rule")


def test_texts_of_users_are_not_run(browser: Any, result: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(page(everywhere(result, _ATTACK)), "utf-8")
    opened = Opened(browser, path)

    assert opened.tab.title().startswith("Replay: new</script>")
    assert ([], []) == (opened.asked, opened.said)
    opened.tab.context.close()


@pytest.mark.parametrize("width", [320, 700, 1400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_as_wide_as_the_window(
    browser: Any, result: dict[str, Any], tmp_path: Path, width: int, scheme: str
) -> None:
    path = tmp_path / "page.html"
    path.write_text(page(everywhere(result, " " + "long" * 60)), "utf-8")
    size = {"width": width, "height": 800}
    opened = Opened(browser, path, viewport=size, color_scheme=scheme)

    assert width >= opened.tab.evaluate("document.documentElement.scrollWidth")
    assert ([], []) == (opened.asked, opened.said)
    opened.tab.context.close()


def test_without_a_script_all_of_it_is_there(browser: Any, result: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(page(result), "utf-8")
    opened = Opened(browser, path, java_script_enabled=False)

    assert opened.tab.locator("table.rules tbody tr").count() == 3
    assert not opened.tab.locator("#filter").is_visible()
    last = opened.tab.locator(".example").last
    last.locator("summary").click()
    assert last.locator(".text").first.is_visible()
    opened.tab.context.close()
