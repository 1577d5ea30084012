"""The manual says all that can be written, and what it shows is true."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from filterproxy.actions import ACTIONS
from filterproxy.core.plan import Plans
from filterproxy.core.request import Request, Turn
from filterproxy.core.session import Session
from filterproxy.detectors import DETECTORS
from filterproxy.rulebook import read_action, schema
from filterproxy.rulebook.book import Rulebook
from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.load import load
from filterproxy.rulebook.manual import action_page, manual, verb_page
from tests.core.rules import CONTENT, settings

WRITING = Path(__file__).parent.parent.parent / "rules" / "WRITING.md"
# `with` and `after_cut` stand beside an action, `say` is explained with rules.
OPTIONS_OF_ACTIONS: dict[str, type[schema.Mapping]] = {
    "redact": schema.RedactAction,
    "replace": schema.ReplaceAction,
    "remove": schema.RemoveAction,
    "append": schema.AppendAction,
    "cut": schema.CutAction,
    "retry": schema.RetryAction,
}
OPTIONS_BELOW: dict[str, type[schema.Mapping]] = {
    "length": schema.LengthOptions,
    "repetition": schema.RepetitionOptions,
    "repeats": schema.RepeatsOptions,
    "language": schema.LanguageOptions,
    "number": schema.NumberOptions,
    "secret": schema.SecretOptions,
    "json_schema": schema.JsonSchemaOptions,
    "service": schema.ServiceOptions,
}
# What they say is somebody else's to say: their own tests show it.
ASKING = ("entity", "python", "service")
PAGES = (schema.Pack, schema.Rule, schema.When, schema.Unless, schema.Example)


def keys(model: type[schema.Mapping]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def book(folder: Path, match: str, action: str) -> Rulebook:
    """One rule as a docstring writes it."""
    file = folder / "pack.yaml"
    rule = f"{{id: a, match: {{{match}}}, action: {action}}}"
    file.write_text(f"version: 1\npack: shown\nrules:\n  - {rule}\n", "utf-8")
    return compile(load([file]))


def filtered(
    rulebook: Rulebook, reply: str, attempt: int = 0, turns: tuple[Turn, ...] = ()
) -> tuple[str, bool]:
    """What the client reads, and whether a rule matched."""
    request = Request(turns=turns)
    session = Session(Plans(rulebook.rules).plan(request, attempt), request, settings())
    pieces = session.feed(CONTENT, reply)
    ending = session.end()
    pieces = pieces + ending.pieces.get(CONTENT, [])
    text = ending.dropped[0] or "" if 0 in ending.dropped else "".join(p.text for p in pieces)
    return text, bool(session.verdict.hits)


def test_the_page_in_rules_is_the_one_that_the_code_writes() -> None:
    """After a change: python -m filterproxy.rulebook.manual > rules/WRITING.md"""
    assert manual() == WRITING.read_text("utf-8")


def test_every_verb_and_every_action_has_its_place_in_the_tables() -> None:
    """What packs may say, what finds and what acts are the same words."""
    assert set(schema.VERBS) == {*DETECTORS, "not"}
    assert set(read_action.ACTIONS) == set(ACTIONS)


@pytest.mark.parametrize("verb", schema.VERBS)
def test_every_option_of_a_verb_is_explained(verb: str) -> None:
    """By name, on the page of its verb."""
    assert f"`{verb}`" in manual()
    if verb in ("any", "all", "not"):
        return
    wanted = keys(OPTIONS_BELOW.get(verb, schema.VERBS[verb]))

    assert wanted == {name for name, _ in verb_page(verb).options}


@pytest.mark.parametrize("name", ACTIONS)
def test_every_option_of_an_action_is_explained(name: str) -> None:
    """By name, on the page of the action."""
    wanted = keys(OPTIONS_OF_ACTIONS[name]) if name in OPTIONS_OF_ACTIONS else set()

    assert f"### `{name}`" in manual()
    assert wanted == {option for option, _ in action_page(name).options}


@pytest.mark.parametrize("model", PAGES)
def test_every_key_of_a_mapping_is_in_a_table(model: type[schema.Mapping]) -> None:
    """With what it is for."""
    assert {key for key in keys(model) if f"| `{key}` | " not in manual()} == set()


@pytest.mark.parametrize("verb", DETECTORS)
def test_what_a_verb_shows_is_true(verb: str, tmp_path: Path) -> None:
    """At least one hit and one pass, written as a pack takes them."""
    samples = verb_page(verb).samples
    for sample in samples if verb not in ASKING else ():
        turns = (Turn(sample.role, sample.turn),) if sample.turn else ()
        _, found = filtered(book(tmp_path, sample.written, "flag"), sample.text, turns=turns)
        assert (sample.written, sample.label == "Hit") == (sample.written, found)

    assert {sample.label for sample in samples} == {"Hit", "Pass"}


@pytest.mark.parametrize("name", ACTIONS)
def test_what_an_action_shows_is_true(name: str, tmp_path: Path) -> None:
    """Before becomes After."""
    before, after = action_page(name).samples
    rulebook = book(tmp_path, "phrases: [refunds]", before.written)

    assert (after.text, True) == filtered(rulebook, before.text, attempt=1)


def test_the_worked_example_works(tmp_path: Path) -> None:
    """It loads, its examples hold, and it says what it is said to say."""
    [pack] = re.findall(r"```yaml\n(.*?)```", manual(), re.DOTALL)
    file = tmp_path / "delivery.yaml"
    file.write_text(pack.replace("mode: shadow", "mode: enforce"), "utf-8")
    rulebook = compile(json.loads(json.dumps(load([file]))))
    [info] = rulebook.infos
    for example in info.examples:
        request = example.request()
        session = Session(Plans(rulebook.rules).plan(request), request, settings())
        pieces = session.feed(CONTENT, example.reply)
        pieces = pieces + session.end().pieces[CONTENT]
        text = "".join(piece.text for piece in pieces)
        assert example.hit == any(not hit.excuse for hit in session.verdict.hits)
        assert example.want in (None, text)

    assert len(info.examples) == 4
