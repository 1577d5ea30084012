"""
A rulebook at work on every route: the one value that a reload swaps.

Routes that run the same packs in the same order, under the same policy and with the same known files, share
an engine. A rule that holds for several routes is compiled once; its gate is part of a chain's, so that each
engine has its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from filterproxy.config import Config, RouteConfig
from filterproxy.core.request import Background
from filterproxy.core.rule import Mode, OnError
from filterproxy.engine.engine import Engine
from filterproxy.metrics import Metrics
from filterproxy.rulebook.book import Rulebook
from filterproxy.rulebook.compile import compile as compile_rules
from filterproxy.rulebook.document import Document
from filterproxy.rulebook.problem import Place, Problem, nearest, one_of


@dataclass(frozen=True, slots=True)
class Engines:
    """
    The engines of one document, by the names of routes.

    rulebook: all rules of the document, as the default route's policy has them. others: as the policies of
    routes have them, by their `on_error`.
    """

    rulebook: Rulebook
    by_route: Mapping[str, Engine]
    others: Mapping[str | None, Rulebook] = field(default_factory=dict)

    @property
    def hash(self) -> str:
        return self.rulebook.hash

    def of(self, route: str) -> Engine:
        """The engine of a route, by its name."""
        return self.by_route[route]

    def without(self, killed: Collection[str]) -> Engines:
        """The same engines, with some rules left out as if they were off; with none, all are back."""
        made = {id(engine): engine.without(killed) for engine in self.by_route.values()}
        by_route = {name: made[id(engine)] for name, engine in self.by_route.items()}
        return replace(self, by_route=by_route)


def engines_of(
    document: Document, config: Config, metrics: Metrics, previous: Engines | None = None
) -> Engines:
    """
    A document at work on every route of *config*, whose chains it has (see `check_chains`).

    previous: what ran before; rules that have not changed are taken from there. Counts nothing and needs no
    event loop, so that a thread can do it.
    """
    compiled = _compiled(document, config, previous)
    rulebook = compiled[config.on_error]
    met = everywhere(rulebook, config)
    # Files that are known on several routes are indexed once.
    backgrounds: dict[frozenset[str], Background] = {frozenset(document["known"]): rulebook.background}
    made: dict[tuple[object, ...], Engine] = {}
    by_route: dict[str, Engine] = {}
    for name, route in config.all_routes.items():
        policy = config.on(name)
        texts = known_on(route, config, document["known"])
        names = frozenset(texts)
        key = (route.chain, names, policy.on_error, policy.unscanned)
        if key not in made:
            background = backgrounds.setdefault(names, Background(texts))
            chosen = replace(only(compiled[policy.on_error], route.chain), background=background)
            made[key] = Engine(chosen, policy, metrics, everywhere=met)
        by_route[name] = made[key]
    return Engines(rulebook, by_route, compiled)


def known_on(route: RouteConfig, config: Config, texts: Mapping[str, str]) -> dict[str, str]:
    """Of the texts of known files those that hold on a route: its own, and those that are no route's."""
    owned = {name for other in config.routes for name in other.known}.difference(route.known)
    return {name: text for name, text in texts.items() if name not in owned}


def _compiled(document: Document, config: Config, previous: Engines | None) -> dict[str | None, Rulebook]:
    """The rules as each policy has them, by its `on_error`."""
    policies = {config.on(name).on_error for name in config.all_routes}
    before = {} if previous is None else previous.others
    return {
        policy: compile_rules(document, None if policy is None else OnError(policy), before.get(policy))
        for policy in policies
    }


def only(rulebook: Rulebook, packs: Sequence[str] | None) -> Rulebook:
    """The rules of some packs, in the order of the packs; None: all of them as they are."""
    if packs is None:
        return rulebook
    both = list(zip(rulebook.rules, rulebook.infos, strict=True))
    chosen = [one for pack in packs for one in both if one[1].pack == pack]
    rules, infos = tuple(rule for rule, _ in chosen), tuple(info for _, info in chosen)
    return replace(rulebook, rules=rules, infos=infos)


def everywhere(rulebook: Rulebook, config: Config) -> frozenset[str]:
    """Ids of the rules that every reply meets: without a condition, and in the chain of every route."""
    chains = [route.chain for route in config.routes if route.chain is not None]
    return frozenset(
        rule.id
        for rule, info in zip(rulebook.rules, rulebook.infos, strict=True)
        if rule.when is None and rule.mode is not Mode.OFF and all(info.pack in chain for chain in chains)
    )


def check_chains(config: Config, document: Document) -> list[Problem]:
    """What is wrong with the packs that routes name."""
    packs = {form["pack"] for form in document["rules"]}
    return [
        _unknown_pack(route.name, pack, packs)
        for route in config.routes
        for pack in _once(route.chain or ())
        if pack not in packs
    ]


def _once(packs: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(packs))


def _unknown_pack(route: str, pack: str, packs: Collection[str]) -> Problem:
    near = nearest(pack, packs)
    return Problem(
        Place(f"routes: {route}"),
        "FP013",
        f'the chain of route "{route}" names the pack "{pack}", which is not there',
        "its rules would be missing from the route's replies",
        f'did you mean "{near}"?' if near else f"load it with `rules:`, or take it out; {one_of(packs)}",
    )
