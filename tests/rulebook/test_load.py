"""Files → document: order, limits, what the forms hold, and that every mistake is reported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filterproxy.rulebook.document import Form
from filterproxy.rulebook.load import load, shipped_rules
from filterproxy.rulebook.problem import Problem, RulebookError
from filterproxy.rulebook.source import LIMIT_BYTES


def pack(*rules: str, head: str = "") -> str:
    return f"version: 1\npack: shop\n{head}rules:\n" + "".join(rules)


def rule(
    name: str = "refund", match: str = "{phrases: [refund]}", action: str = "flag", more: str = ""
) -> str:
    return f"  - id: {name}\n    match: {match}\n    action: {action}\n" + "".join(
        f"    {line}\n" for line in more.splitlines()
    )


def form_of(folder: Path, text: str) -> Form:
    """The first rule of a pack, as a form."""
    file = folder / "pack.yaml"
    file.write_text(text, "utf-8")
    return load([file])["rules"][0]


def problems_of(*paths: Path) -> list[Problem]:
    with pytest.raises(RulebookError) as caught:
        load(paths)
    return list(caught.value.problems)


def test_rules_run_in_the_order_of_paths_then_names_then_lines(tmp_path: Path) -> None:
    """Tests of packs, hidden files and folders inside are left out."""
    folder = tmp_path / "rules"
    (folder / "inner.yaml").mkdir(parents=True)
    (folder / "b.yml").write_text(pack(rule("b1"), rule("b2")))
    (folder / "a.yaml").write_text(pack(rule("a1")))
    (folder / "a.test.yaml").write_text("not: a pack")
    (folder / ".a.yaml").write_text("not: a pack")
    (folder / "words.txt").write_text("refund")
    (tmp_path / "first.yaml").write_text(pack(rule("z")))

    document = load([tmp_path / "first.yaml", folder])

    assert [form["id"] for form in document["rules"]] == ["z", "a1", "b1", "b2"]


def test_a_document_is_plain_json(tmp_path: Path) -> None:
    """It travels to workers as text."""
    file = tmp_path / "pack.yaml"
    file.write_text(pack(rule(more="when: {model: gpt*}\nexamples: {hit: [{reply: a, documents: b}]}")))
    document = load([file])

    assert document == json.loads(json.dumps(document))


def test_the_hash_is_of_what_rules_do(tmp_path: Path) -> None:
    """Another file name, owner or example changes nothing; another word does."""
    texts = [
        pack(rule(more="owner: me\nwhy: because")),
        "# a comment\n" + pack(rule(more="examples: {hit: [refund]}")),
        pack(rule(match="{phrases: [refunds]}")),
        pack(rule(more="mode: shadow")),
    ]
    hashes = []
    for number, text in enumerate(texts):
        file = tmp_path / f"{number}.yaml"
        file.write_text(text)
        hashes.append(load([file])["hash"])

    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3
    assert all(len(hash) >= 12 for hash in hashes)


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("{regex: 'a+', ignore_case: true}", {"verb": "regex", "pattern": "a+", "ignore_case": True}),
        ("{phrases: [a, b]}", {"verb": "phrases", "phrases": ["a", "b"], "words": True}),
        ("{fact: opening_hours}", {"verb": "fact", "kind": "opening_hours"}),
        (
            "{tokens: [{LOWER: a}], language: en}",
            {"verb": "tokens", "patterns": [[{"LOWER": "a"}]], "language": "en"},
        ),
        (
            "{tokens: [[{LOWER: a}], [{LOWER: b}]]}",
            {"verb": "tokens", "patterns": [[{"LOWER": "a"}], [{"LOWER": "b"}]], "language": "en"},
        ),
        ("{length: {over: 5}}", {"verb": "length", "over": 5, "under": None}),
        ("{length: {under: 5}}", {"verb": "length", "over": None, "under": 5}),
        ("{repetition: {of: lines, times: 4}}", {"verb": "repetition", "of": "lines", "times": 4}),
        ("{secret: github}", {"verb": "secret", "kind": "github"}),
        ("{secret: {kind: jwt}}", {"verb": "secret", "kind": "jwt"}),
        ("{number: card}", {"verb": "number", "kind": "card", "region": None}),
        ("{number: {kind: phone, region: GB}}", {"verb": "number", "kind": "phone", "region": "GB"}),
    ],
)
def test_each_verb_has_a_form_with_every_option(tmp_path: Path, written: str, form: Form) -> None:
    """Workers need not know what an author may leave out."""
    assert form == form_of(tmp_path, pack(rule(match=written)))["match"]


def test_all_puts_what_must_not_be_there_aside(tmp_path: Path) -> None:
    """The first member that finds something lends its spans."""
    written = "{all: [{not: {phrases: [c]}}, {phrases: [a]}, {any: [{phrases: [b]}]}]}"
    form = form_of(tmp_path, pack(rule(match=written)))["match"]

    assert form["first"]["phrases"] == ["a"]
    assert [member["verb"] for member in form["others"]] == ["any"]
    assert [member["phrases"] for member in form["nots"]] == [["c"]]


@pytest.mark.parametrize(
    ("match", "scope"),
    [
        ("{phrases: [a]}", "reply"),
        ("{number: card}", "reply"),
        ("{length: {over: 3}}", "reply"),
        ("{fact: opening_hours}", "sentence"),
        ("{any: [{phrases: [a]}, {fact: opening_hours}]}", "sentence"),
        ("{all: [{phrases: [a]}, {not: {fact: opening_hours}}]}", "sentence"),
    ],
)
def test_the_scope_is_the_narrowest_that_a_verb_asks_for(tmp_path: Path, match: str, scope: str) -> None:
    """Unless the author names one."""
    assert scope == form_of(tmp_path, pack(rule(match=match)))["scope"]
    assert form_of(tmp_path, pack(rule(match=match, more="scope: line")))["scope"] == "line"


RETRY: Form = {
    "verb": "retry",
    "times": 1,
    "note": "",
    "temperature": None,
    "fallback": "",
    "then": {"verb": "drop"},
}


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("flag", {"verb": "flag"}),
        ("redact", {"verb": "redact", "with": "[redacted]"}),
        ("redact\n    with: ''", {"verb": "redact", "with": ""}),
        ("{redact: xxx}", {"verb": "redact", "with": "xxx"}),
        ("{redact: , with: xxx}", {"verb": "redact", "with": "xxx"}),
        ("{replace: 'a {match}'}", {"verb": "replace", "template": "a {match}"}),
        ("{remove: line}", {"verb": "remove", "unit": "line"}),
        ("{append: Bye.}", {"verb": "append", "text": {"default": "Bye."}}),
        ("append\n    say: Bye.", {"verb": "append", "text": {"default": "Bye."}}),
        ("cut", {"verb": "cut", "unit": "sentence", "close": False}),
        ("{cut: match, after_cut: close}", {"verb": "cut", "unit": "match", "close": True}),
        ("cut\n    after_cut: close", {"verb": "cut", "unit": "sentence", "close": True}),
        ("drop", {"verb": "drop"}),
        (
            "{retry: 2, note: Again., then: redact}\n    with: x",
            RETRY | {"times": 2, "note": "Again.", "then": {"verb": "redact", "with": "x"}},
        ),
        ("{retry: 1}", RETRY),
        ("{retry: 1, temperature: 1, fallback: big}", RETRY | {"temperature": 1.0, "fallback": "big"}),
    ],
)
def test_each_action_has_a_form_with_every_argument(tmp_path: Path, written: str, form: Form) -> None:
    """A name, or a mapping where it takes an argument; what stands beside it counts for it."""
    assert form == form_of(tmp_path, pack(rule(action=written)))["action"]


def test_a_rule_says_less_where_its_pack_says_it(tmp_path: Path) -> None:
    """Owner, reason and failure policy are those of the pack, unless the rule has its own."""
    head = "why: pack\nowner: support\non_error: drop\n"
    silent = form_of(tmp_path, pack(rule(), head=head))
    loud = form_of(tmp_path, pack(rule(more="why: rule\nowner: sales\non_error: pass"), head=head))

    assert (silent["why"], silent["owner"], silent["on_error"]) == ("pack", "support", "drop")
    assert (loud["why"], loud["owner"], loud["on_error"]) == ("rule", "sales", "pass")


def test_rollout_is_a_share(tmp_path: Path) -> None:
    """10% of conversations are a tenth of them."""
    assert form_of(tmp_path, pack(rule(more="rollout: 10%")))["rollout"] == 0.1
    assert form_of(tmp_path, pack(rule()))["rollout"] == 1.0


def test_phrases_of_a_file_are_inlined(tmp_path: Path) -> None:
    """Named from the pack's folder; comments, blank lines and a byte order mark are no phrases."""
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "x.txt").write_bytes("\ufeff# ours\nrefund\n\n  money back \r\n".encode())
    form = form_of(tmp_path, pack(rule(match="{phrases: {file: words/x.txt}, words: false}")))

    assert form["match"] == {"verb": "phrases", "phrases": ["refund", "money back"], "words": False}


def test_the_words_on_and_off_are_words(tmp_path: Path) -> None:
    """Other readers of YAML take `mode: off` for `mode: false`."""
    assert form_of(tmp_path, pack(rule(more="mode: off")))["mode"] == "off"


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    """The others are still read, so that all mistakes are seen at once."""
    (tmp_path / "b.yaml").write_text(pack(rule(action="redcat")))
    found = problems_of(tmp_path / "a.yaml", tmp_path / "b.yaml")

    assert [problem.code for problem in found] == ["FP001", "FP012"]
    assert f'"{tmp_path / "a.yaml"}" is not there' == found[0].what


def test_a_folder_without_packs_is_a_problem(tmp_path: Path) -> None:
    """A folder named by mistake would let every reply pass."""
    (tmp_path / "a.test.yaml").write_text("x: 1")

    assert [problem.code for problem in problems_of(tmp_path)] == ["FP002"]


def test_no_paths_are_a_problem() -> None:
    """A rulebook without rules filters nothing."""
    assert [problem.code for problem in problems_of()] == ["FP003"]


@pytest.mark.parametrize(("more", "code"), [(0, ""), (1, "FP004")])
def test_a_pack_may_have_eight_mebibytes(tmp_path: Path, more: int, code: str) -> None:
    """The limit, from both sides."""
    text = pack(rule())
    file = tmp_path / "pack.yaml"
    file.write_text(text + "#" * (LIMIT_BYTES - len(text) + more))

    assert code == ("" if not more and load([file]) else problems_of(file)[0].code)


def test_a_pack_that_is_not_utf8_is_a_problem(tmp_path: Path) -> None:
    """The byte and its line are named; a guess at the encoding would find other words."""
    file = tmp_path / "pack.yaml"
    file.write_bytes(b"version: 1\npack: caf\xe9\n")

    assert f'"{file}" is not UTF-8 (byte 0xE9 in line 2)' == problems_of(file)[0].what
    assert problems_of(file)[0].code == "FP005"


def test_one_id_in_two_packs_is_a_problem_of_the_second(tmp_path: Path) -> None:
    """Ids are unique in a rulebook, even where a rule has other mistakes."""
    (tmp_path / "a.yaml").write_text(pack(rule(action="redcat")))
    (tmp_path / "b.yaml").write_text(pack(rule()))
    found = problems_of(tmp_path)

    assert [(p.code, Path(p.place.file).name) for p in found] == [("FP012", "a.yaml"), ("FP018", "b.yaml")]
    assert f"the first is {tmp_path / 'a.yaml'}:4" == found[1].label


def test_every_mistake_is_reported_at_once(tmp_path: Path) -> None:
    """In one rule, in several rules, and in several keys of one mapping."""
    file = tmp_path / "pack.yaml"
    file.write_text(
        pack(
            rule(match="{regex: '(', ignore_case: yes}", action="redcat", more="mood: x\nscope: word"),
            rule("second", match="{any: [{phrases: []}, {fact: weather}]}", more="when: {asked: {about: x}}"),
        )
    )

    assert [p.code for p in sorted(problems_of(file), key=lambda p: (p.place.line, p.code))] == [
        "FP014",
        "FP019",
        "FP012",
        "FP010",
        "FP013",
        "FP013",
        "FP016",
        "FP013",
    ]


SOUND = pack(
    rule(match="{regex: '(a)(b)'}", action="{replace: '{1}'}", more="in: [content]\nwhen: {model: [x, y]}"),
    rule(
        "second",
        match="{all: [{phrases: [a]}, {not: {length: {over: 3}}}]}",
        action="cut",
        more="say: {default: x}",
    ),
    rule(
        "third", action="{retry: 1, then: drop}", more="examples: {hit: [{reply: refund, ask: b}], pass: [c]}"
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(SOUND)),
            st.integers(0, 12),
            st.sampled_from(
                [
                    "",
                    "x",
                    ":",
                    "- ",
                    "[]",
                    "{}",
                    "~",
                    "3",
                    "'",
                    "\n",
                    "  ",
                    "true",
                    "*a",
                    "&a ",
                    "not: ",
                    "regex: ",
                    "é",
                ]
            ),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_no_edit_makes_loading_fail_in_another_way(tmp_path: Path, edits: list[tuple[int, int, str]]) -> None:
    """A pack is sound, or has problems that can be printed; nothing else is ever raised."""
    text = SOUND
    for at, length, put in edits:
        text = text[:at] + put + text[at + length :]
    file = tmp_path / "pack.yaml"
    file.write_text(text, "utf-8")
    try:
        load([file])
    except RulebookError as error:
        assert str(error).startswith("error[FP")


def test_the_shipped_rules_are_a_folder_of_packs() -> None:
    """Beside the package in a checkout."""
    assert shipped_rules().name == "rules"


def test_a_pack_that_is_a_link_to_nothing_is_missed(tmp_path: Path) -> None:
    """Its rules would not run, and nobody would know."""
    (tmp_path / "a.yaml").write_text(pack(rule()))
    (tmp_path / "b.yaml").symlink_to(tmp_path / "gone.yaml")

    (problem,) = problems_of(tmp_path)

    assert problem.what == f'"{tmp_path / "b.yaml"}" is a link to a file that is not there'


def test_the_ending_of_a_pack_may_be_in_capitals(tmp_path: Path) -> None:
    (tmp_path / "A.YAML").write_text(pack(rule("a")))
    (tmp_path / "A.TEST.YAML").write_text("not: a pack")

    assert [form["id"] for form in load([tmp_path])["rules"]] == ["a"]


ASKS = pack(
    rule("a", action="{retry: 1, fallback: big}"),
    rule("b", more="streamed: {retry: 1, fallback: smal}"),
    rule("c", action="{retry: 1, fallback: elsewhere}"),
)


def test_a_fallback_that_the_configuration_does_not_name_is_a_mistake_at_its_place(tmp_path: Path) -> None:
    """Where a configuration is at hand: `serve` has one, `check` has none."""
    file = tmp_path / "pack.yaml"
    file.write_text(ASKS)
    with pytest.raises(RulebookError) as caught:
        load([file], upstreams=("big", "small"))

    found = [(p.place.line, p.place.text[p.place.column - 1 :], p.code, p.fix) for p in caught.value.problems]
    assert found == [
        (10, "smal}", "FP013", 'did you mean "small"?'),
        (13, "elsewhere}", "FP013", 'name it in the configuration: `upstreams: {elsewhere: "http://..."}`'),
    ]
    assert len(load([file])["rules"]) == 3
    assert len(load([file], upstreams=("big", "smal", "elsewhere"))["rules"]) == 3


def test_known_files_are_part_of_the_document_and_of_its_hash(tmp_path: Path) -> None:
    pack = tmp_path / "pack.yaml"
    pack.write_text("version: 1\npack: p\nrules:\n  - {id: a, match: {phrases: [b]}, action: flag}\n")
    (tmp_path / "other").mkdir()
    files = [tmp_path / "shop.md", tmp_path / "other" / "shop.md"]
    for number, file in enumerate(files):
        file.write_text(f"Open at {number}.")

    document = load([pack], files)

    assert document["known"] == {"shop.md": "Open at 0.", str(files[1]): "Open at 1."}
    assert len({document["hash"], load([pack])["hash"], load([pack], files[:1])["hash"]}) == 3


def test_a_known_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    pack = tmp_path / "pack.yaml"
    pack.write_text("version: 1\npack: p\nrules:\n  - {id: a, match: {phrases: [b]}, action: flag}\n")
    (tmp_path / "bad.bin").write_bytes(b"\xff")
    with pytest.raises(RulebookError) as caught:
        load([pack], [tmp_path / "gone.md", tmp_path / "bad.bin"])

    assert {p.code for p in caught.value.problems} == {"FP001", "FP005"}
