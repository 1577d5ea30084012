"""One document at work on several routes."""

from __future__ import annotations

from pathlib import Path

from prometheus_client import CollectorRegistry

from filterproxy.config import Config, RouteConfig
from filterproxy.core.request import Request
from filterproxy.core.rule import OnError
from filterproxy.core.session import Session
from filterproxy.core.verdict import Channel
from filterproxy.engine.engines import Engines, check_chains, engines_of, everywhere
from filterproxy.engine.scrape import render, scrape
from filterproxy.metrics import Metrics
from filterproxy.rulebook.document import Document
from filterproxy.rulebook.load import load

PACK = """
version: 1
pack: {pack}
rules:
  - {{id: {pack}-a, match: {{phrases: [{word}]}}, action: {{replace: {into}}}}}
  - {{id: {pack}-when, match: {{phrases: [{word}]}}, action: flag, when: {{route: support}}}}
"""


def document(folder: Path, *packs: tuple[str, str, str], known: tuple[str, ...] = ()) -> Document:
    for pack, word, into in packs:
        (folder / f"{pack}.yaml").write_text(PACK.format(pack=pack, word=word, into=into))
    files = [folder / name for name in known]
    for file in files:
        file.write_text(f"What is in {file.name}.")
    return load([folder / f"{pack}.yaml" for pack, _, _ in packs], files)


def made(found: Document, *routes: RouteConfig, registry: CollectorRegistry | None = None) -> Engines:
    config = Config("http://x", routes=routes)
    return engines_of(found, config, Metrics(registry or CollectorRegistry()))


def said(session: Session, text: str) -> str:
    channel = Channel(0, "content")
    pieces = session.feed(channel, text)
    pieces += session.end().pieces.get(channel, [])
    return "".join(piece.text for piece in pieces)


def test_a_chain_is_the_packs_of_a_route_in_its_own_order(tmp_path: Path) -> None:
    """Each makes another word of the same one: the first has it."""
    found = document(tmp_path, ("one", "a", "b"), ("two", "a", "c"))
    engines = made(found, RouteConfig("back", chain=("two", "one")), RouteConfig("single", chain=("two",)))

    texts = {name: said(engines.of(name).session(Request()), "a z") for name in ("default", "back", "single")}
    assert {"default": "b z", "back": "c z", "single": "c z"} == texts


def test_routes_that_are_alike_share_an_engine(tmp_path: Path) -> None:
    found = document(tmp_path, ("one", "a", "b"))
    engines = made(found, RouteConfig("same"), RouteConfig("strict", unscanned="drop"))

    assert engines.of("same") is engines.of("default") is not engines.of("strict")


def test_a_route_has_its_own_failure_policy(tmp_path: Path) -> None:
    found = document(tmp_path, ("one", "a", "b"))
    engines = made(found, RouteConfig("open", on_error="pass", unscanned="drop"))

    assert OnError.PASS is engines.of("open").rulebook.rules[0].on_error
    assert OnError.DROP is engines.of("default").rulebook.rules[0].on_error
    assert not engines.of("open").session(Request()).unscanned_passes
    assert engines.of("default").session(Request()).unscanned_passes


def test_what_is_known_on_one_route_is_known_nowhere_else(tmp_path: Path) -> None:
    found = document(tmp_path, ("one", "a", "b"), known=("all.md", "shop.md"))
    engines = made(found, RouteConfig("shop", known=("shop.md",)))

    assert {"all.md"} == engines.of("default").rulebook.background.texts.keys()
    assert {"all.md", "shop.md"} == engines.of("shop").rulebook.background.texts.keys()


def test_a_rule_outside_a_chain_is_counted_where_it_was_there(tmp_path: Path) -> None:
    registry = CollectorRegistry()
    found = document(tmp_path, ("one", "a", "b"), ("two", "b", "c"))
    config = Config("http://x", routes=(RouteConfig("single", chain=("two",)),))
    metrics = Metrics(registry)
    engines = engines_of(found, config, metrics)
    met = everywhere(engines.rulebook, config)
    for route in ("default", "single", "single"):
        request = Request(route=route)
        session = engines.of(route).session(request)
        said(session, "nothing")
        engines.of(route).met(session)
        metrics.reply(route, "openai_chat", "pass")

    page = render(scrape(engines.rulebook.rules, registry, met)).decode()
    lines = [line for line in page.splitlines() if line.startswith("filterproxy_rule_evaluated_total")]
    assert {"one-a": "1.0", "two-a": "3.0"} == {
        line.split('"')[1]: line.split()[-1] for line in lines if float(line.split()[-1])
    }


def test_a_chain_that_names_no_pack_is_a_problem(tmp_path: Path) -> None:
    found = document(tmp_path, ("hours", "a", "b"))
    config = Config("http://x", routes=(RouteConfig("r", chain=("hours", "huors", "huors")),))

    (problem,) = check_chains(config, found)
    assert 'did you mean "hours"?' == problem.fix
    assert '"r" names the pack "huors"' in problem.what
