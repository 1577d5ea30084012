"""`filterproxy schema`: what editors complete and mark by is what packs are checked against."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from typer.testing import CliRunner

from filterproxy.cli import main
from filterproxy.proving.conversations import beside
from filterproxy.rulebook import schema
from filterproxy.rulebook.fit import known_keys
from filterproxy.rulebook.json_schema import as_text, conversations_schema, pack_schema
from filterproxy.rulebook.load import load, shipped_rules
from filterproxy.rulebook.problem import Problem, RulebookError
from filterproxy.rulebook.source import Node, parse
from filterproxy.settings.json_schema import settings_schema

ROOT = Path(__file__).resolve().parent.parent.parent
PACK = jsonschema_rs.Draft202012Validator(pack_schema())
TALKS = jsonschema_rs.Draft202012Validator(conversations_schema())
SETTINGS = jsonschema_rs.Draft202012Validator(settings_schema())
PACKS = sorted(shipped_rules().glob("*.yaml"))
GOLDENS = sorted((ROOT / "tests" / "problems").glob("*.yaml"))
FIRST_LINE = "# yaml-language-server: $schema=./pack.schema.json"

runner = CliRunner()


def node_of(file: Path) -> Node | None:
    return parse(str(file), file.read_text("utf-8"), [])


def plain(text: str) -> Any:
    node = parse("p.yaml", text, [])
    assert node is not None
    return node.plain()


@pytest.mark.parametrize("file", PACKS, ids=lambda file: file.stem)
def test_every_shipped_pack_names_the_schema_and_fits_it(file: Path) -> None:
    node = node_of(file)

    assert node is not None
    assert [] == [error.message for error in PACK.iter_errors(node.plain())]
    assert FIRST_LINE == file.read_text("utf-8").partition("\n")[0]


@pytest.mark.parametrize(("flags", "name"), [([], "pack.schema.json"), (["--tests"], "test.schema.json")])
def test_the_published_schema_is_what_the_command_prints(flags: list[str], name: str, tmp_path: Path) -> None:
    """After a change of what packs may say: `filterproxy schema [--tests] --out rules/...`."""
    printed = runner.invoke(main, ["schema", *flags])
    written = runner.invoke(main, ["schema", *flags, "--out", str(tmp_path / "s.json")])

    assert (0, 0, "") == (printed.exit_code, written.exit_code, written.output)
    assert (ROOT / "rules" / name).read_text("utf-8") == printed.output
    assert printed.output == (tmp_path / "s.json").read_text("utf-8")


# What no schema can see: how the text is written, what patterns and templates mean, what stands elsewhere.
NOT_OF_SHAPE = {"FP007", "FP008", "FP018", "FP019", "FP020", "FP021", "FP028"}
# What other files hold, how long a phrase is, what spaCy or a server knows, which of two days comes first.
EXCEPTIONS = {"FP022", "FP023", "FP029"}


def rules_with_one_problem() -> Iterator[tuple[str, Problem, Any]]:
    """Of all goldens the rules with one mistake each, as a pack of their own."""
    for file in GOLDENS:
        node = node_of(file)
        with pytest.raises(RulebookError) as caught:
            load([file])
        rules = () if node is None else node.at(("rules",)).items()
        lines = [_first_line(rule) for rule in rules] + [10**6]
        for number, rule in enumerate(rules):
            inside = [p for p in caught.value.problems if lines[number] <= p.place.line < lines[number + 1]]
            # A file that begins with rules has a mistake above them, and none in them.
            if len(inside) == 1 and node is not None and node.keys:
                yield file.name, inside[0], {"version": 1, "pack": "p", "rules": [rule.plain()]}


def _first_line(node: Node) -> int:
    return min([node.place.line, *(place.line for place in node.keys.values())])


def test_every_rule_with_a_mistake_of_shape_is_marked() -> None:
    """One by one: those that pass are the ones whose mistake is none of shape."""
    cases = list(rules_with_one_problem())
    missed = [(name, problem) for name, problem, pack in cases if PACK.is_valid(pack)]
    of_shape = [case for case in cases if case[1].code not in NOT_OF_SHAPE | EXCEPTIONS]

    assert len(of_shape) >= 55
    assert [] == [
        f"{name}:{problem.place.line} {problem.code} {problem.what}"
        for name, problem in missed
        if problem.code not in NOT_OF_SHAPE | EXCEPTIONS
    ]


def test_every_golden_with_a_mistake_of_shape_is_marked() -> None:
    """Also those about the pack's own keys. Text that is not YAML at all has no shape."""
    read = {file.name: node for file in GOLDENS if (node := node_of(file)) is not None}
    missed = {name for name, node in read.items() if PACK.is_valid(node.plain())}

    assert len(read) >= 38
    assert {
        "bad_pattern.yaml",  # FP019
        "empty_match.yaml",  # FP020
        "key_twice.yaml",  # FP008
        "long_phrase.yaml",  # FP022
        "look_behind.yaml",  # FP021
        "patterns.yaml",  # FP019
        "same_id.yaml",  # FP018
        "tag.yaml",  # FP007
        "templates.yaml",  # FP028
    } == missed


# Of files of conversations (*.test.yaml), which are no packs.
OF_TALKS = {"Turn", "Conversation"}


def models() -> Iterator[tuple[str, type[schema.Mapping]]]:
    for name, model in vars(schema).items():
        if isinstance(model, type) and issubclass(model, schema.Mapping) and name != "Mapping":
            yield name, model


@pytest.mark.parametrize(("name", "model"), list(models()))
def test_every_key_of_every_mapping_is_offered_with_its_description(
    name: str, model: type[schema.Mapping]
) -> None:
    """A key that an editor does not know is one that it marks as a mistake."""
    whole = conversations_schema() if name in OF_TALKS else pack_schema()
    made = whole if name == "Pack" else whole["$defs"][name]

    assert set(known_keys(model)) == set(made["properties"])
    assert all(value["description"] for value in made["properties"].values())
    assert [
        key for key, value in made["properties"].items() if set(value) <= {"description", "default"}
    ] == []


def test_every_reference_leads_somewhere() -> None:
    for made in (pack_schema(), conversations_schema(), settings_schema()):
        text = as_text(made)
        named = {part.partition('"')[0] for part in text.split('"#/$defs/')[1:]}

        assert named == set(made["$defs"]) or named < set(made["$defs"])
        jsonschema_rs.meta.validate(json.loads(text))


RULE = "version: 1\npack: p\nrules:\n  - {id: a, match: {regex: x}, action: %s}\n"


@pytest.mark.parametrize(
    ("action", "fits"),
    [
        ("flag", True),
        ("{retry: 2, then: {cut: line}}", True),
        ("{retry: 2, then: {retry: 1}}", False),
        ("{redact: '***'}", True),
        ("{redact: '***', with: x}", False),
        ("redact, with: x", True),
        ("flag, with: x", False),
        ("remove", False),
        ("append, say: {en: x, default: y}", True),
        ("append", False),
        ("{cut: word}", False),
        ("{remove: line}, in: [content, arguments]", False),
        ("{replace: 'about {match}'}, in: all", True),
        ("drop, say: {en-GB: a, default: b}, created: 2024-05-31, rollout: 12.5%", True),
        ("drop, say: {klingon: a, default: b}", False),
        ("drop, created: 31.5.2024", False),
    ],
)
def test_actions_fit_as_they_load(action: str, fits: bool, tmp_path: Path) -> None:
    """The schema and the loader are of one mind."""
    file = tmp_path / "p.yaml"
    file.write_text(RULE % action, "utf-8")
    try:
        load([file])
        loads = True
    except RulebookError:
        loads = False

    assert (fits, fits) == (PACK.is_valid(plain(RULE % action)), loads)


TURN = '{ask: "Open?", reply: "At nine.", fired: a, outcome: flag, stream: true, todo: false}'


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("[]", True),
        ("- {name: n, reply: x}", True),
        (
            "- {name: n, reply: x, fired: [a], outcome: pass, want: x, model: m, route: r, header: {x-a: b}}",
            True,
        ),
        ("- {name: n, reply: '{}', in: arguments, messages: [{role: user, content: Hi}]}", True),
        ("- {name: n, reply: x, documents: d, tools: [t, {name: f, result: u}], stream: false}", True),
        (f"- {{name: n, system: s, todo: true, turns: [{TURN}, {TURN}]}}", True),
        ("- {reply: x}", False),
        ("- {name: n}", False),
        ("- {name: n, turns: []}", False),
        ("- {name: n, turns: [{ask: x}]}", False),
        ("- {name: n, turns: [{reply: x, name: y}]}", False),
        *((f"- {{name: n, {key}: x, turns: [{TURN}]}}", False) for key in schema.OF_A_TURN),
        ("- {name: n, reply: x, outcome: dropped}", False),
        ("- {name: n, reply: x, stream: often}", False),
        ("- {name: n, reply: x, in: text}", False),
        ("- {name: n, reply: x, fired: 3}", False),
        ("- {name: n, reply: x, header: {a: 1}}", False),
        ("{name: n, reply: x}", False),
        ("- just a text", False),
    ],
)
def test_conversations_fit_as_they_are_read(text: str, fits: bool, tmp_path: Path) -> None:
    (tmp_path / "p.test.yaml").write_text(text, "utf-8")
    try:
        beside([tmp_path / "p.yaml"], ["a"])
        is_read = True
    except RulebookError:
        is_read = False

    assert (fits, fits) == (TALKS.is_valid(plain(text)), is_read)


def test_a_schema_is_of_one_thing() -> None:
    assert 2 == runner.invoke(main, ["schema", "--tests", "--settings"]).exit_code


@pytest.mark.parametrize("name", ["deploy/systemd/filterproxy.yaml", "deploy/compose/filterproxy.yaml"])
def test_the_settings_that_are_shipped_fit_theirs(name: str) -> None:
    assert [] == [error.message for error in SETTINGS.iter_errors(plain((ROOT / name).read_text("utf-8")))]


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("upstreams: {big: {urls: [http://a], fail_after: 2}, small: http://b}\nport: 8080", True),
        ("routes: [{name: chat, chain: [pii], header: {x-team: shop*}}]\ndecisions: log", True),
        ("recording: {folder: log, sample: 1%, max_age: 7d}", True),
        ("upstream_: http://a", False),
        ("port: 70000", False),
        ("port: '8080'", False),
        ("recording: {folder: log, sample: 0.1}", False),
        ("routes: [{chain: [pii]}]", False),
        ("on_error: maybe", False),
    ],
)
def test_settings_fit_as_they_should(text: str, fits: bool) -> None:
    assert fits == SETTINGS.is_valid(plain(text))


def test_the_schema_of_the_settings_is_printed_on_demand() -> None:
    result = runner.invoke(main, ["schema", "--settings"])

    assert (0, "Settings of filterproxy") == (result.exit_code, json.loads(result.output)["title"])


def test_a_file_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    result = runner.invoke(main, ["schema", "--out", str(tmp_path / "none" / "s.json")])

    assert 1 == result.exit_code
    assert "cannot be written" in result.stderr
    assert "Traceback" not in result.stderr
