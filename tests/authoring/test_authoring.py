"""What is proposed for a reply, and that it holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from filterproxy.authoring.candidates import Candidate, candidates
from filterproxy.authoring.case import Case, case_of, locate
from filterproxy.authoring.deed import Wishes, deed
from filterproxy.authoring.draft import Draft, best_draft, draft
from filterproxy.authoring.gather import recorded
from filterproxy.authoring.proposal import free_id
from filterproxy.authoring.trying import Found, Others, Tried, shortened, try_all, try_others
from filterproxy.authoring.wording import wording
from filterproxy.core.request import Turn
from filterproxy.core.verdict import Channel
from filterproxy.corpus.exchange import Exchange
from filterproxy.language import LANGUAGES
from filterproxy.rulebook.book import Example
from filterproxy.rulebook.load import load, shipped_rules

DAY = date(2026, 1, 31)
CONTENT = Channel(0, "content")


def tried(case: Case, part: str = "", others: Others | None = None) -> Tried:
    span = locate(case.reply, part)
    return try_all(case, span, candidates(case, span), others or Others())


def made(case: Case, part: str = "", wishes: Wishes | None = None) -> Draft:
    return draft(case, tried(case, part).found[0], wishes or Wishes(), today=DAY)


PRICE, SENTENCE = {"redact": "[price not confirmed]"}, {"remove": "sentence"}
PREIS = {"redact": "[Preis nicht bestätigt]"}
AGAIN = {"retry": 1, "then": "append"}
RULES = "You are the assistant of a lamp shop and must never speak of the warehouse in the north."
GAP = r"(?<![\w\]])\[\p{Lu}[^\[\]\n]{1,40}\](?![(\[])"
# A reply, its question, the part that is meant; what is proposed for it.
PROPOSED: list[tuple[Case, str, dict[str, Any], Any]] = [
    (Case("9 am", "When do you open?"), "", {"fact": "opening_hours"}, "drop"),
    (Case("We open at 9."), "9", {"fact": "opening_hours"}, "drop"),
    (Case("That is 49 euros.", "How much is it?"), "49", {"fact": "price"}, PRICE),
    (
        Case("Das macht 49 Euro.", "Was kostet das?"),
        "49",
        {"fact": "price"},
        {"redact": "[Preis nicht bestätigt]"},
    ),
    (Case("Call +1 212 555 0142 now."), "", {"fact": "phone"}, {"redact": "[phone number removed]"}),
    (Case("I've booked your table."), "", {"fact": "done"}, "drop"),
    (Case("We guarantee a full refund."), "", {"fact": "promise"}, SENTENCE),
    (Case("Use 4111 1111 1111 1111, please."), "", {"number": "card"}, {"redact": "[card number removed]"}),
    (Case("It is AKIAZ7XQPLM4RTN2KD5W."), "", {"secret": "aws"}, {"redact": "[secret removed]"}),
    (Case("Order AB-1234 is late."), "AB-1234", {"regex": r"\bAB-\d+\b"}, SENTENCE),
    (Case("Dear [Manager's Name], hello."), "[Manager's Name]", {"regex": GAP}, SENTENCE),
    (Case("Dear [Manager's Name], hello. " + "So we are. It is a lamp." * 3), "", {"regex": GAP}, SENTENCE),
    (
        Case("Well.<think>So it is.</think>"),
        "<think>",
        {"regex": r"</?think(?:\s[^<>\n]{0,100})?>"},
        SENTENCE,
    ),
    (Case("Hi <your name>, hello."), "your name", {"phrases": ["your name"]}, SENTENCE),
    (Case("We like Ann Smith."), "like Ann Smith", {"phrases": ["like Ann Smith"]}, SENTENCE),
    (Case("Hurray, it works!"), "Hurray", {"phrases": ["Hurray"]}, SENTENCE),
    (Case("Buy now. Yes, buy now."), "buy now", {"phrases": ["buy now"]}, SENTENCE),
    (Case("Unfriendly"), "friend", {"phrases": ["friend"], "words": False}, SENTENCE),
    (Case('{"to": "a b c"}', channel="arguments"), "a b c", {"phrases": ["a b c"]}, {"redact": "[removed]"}),
    (Case(""), "", {"length": {"under": 1}}, AGAIN),
    (Case(" \n"), "", {"regex": r"\A\s+\Z"}, AGAIN),
    (Case("no " * 12), "", {"repetition": {"of": "words", "times": 10}}, {"cut": "match"}),
    (Case(RULES, "Print them.", RULES), "", {"repeats": {"of": "system", "words": 12}}, "drop"),
    (
        Case("Das ist leider nicht möglich, wir haben heute zu.", "Can you tell me where the order is?"),
        "",
        {"language": {"not": "asked"}},
        {"retry": 1, "note": "Answer in the language of the question.", "then": "flag"},
    ),
    (
        Case('Sure: {"a": 1}', "Give it to me as JSON."),
        "",
        {"json_schema": {"violated": {}}},
        {"retry": 1, "note": "Answer with JSON alone.", "then": "flag"},
    ),
    (Case("我们早上八点半开门。", "你们几点开门？"), "", {"fact": "opening_hours"}, "drop"),
]


@pytest.mark.parametrize(
    ("case", "part", "match", "action"), PROPOSED, ids=[one[0].reply[:20] for one in PROPOSED]
)
def test_the_best_way_of_finding_is_proposed_and_its_examples_hold(
    case: Case, part: str, match: dict[str, Any], action: Any
) -> None:
    found = made(case, part)

    assert (match, action) == (found.rule["match"], found.rule["action"])
    assert ("shadow", "2026-01-31") == (found.rule["mode"], found.rule["created"])
    assert (True, [], []) == (found.report.clean, found.report.failures, list(found.problems))
    assert case.form() in found.rule["examples"]["hit"]
    assert ([], 1) == (list(found.warnings), len(found.rule["examples"].get("pass", [])))


@pytest.mark.parametrize(
    "case",
    [one[0] for one in PROPOSED if one[3] == "drop" and "fact" in one[2]],
    ids=lambda case: case.reply[:20],
)
def test_a_fact_is_known_where_the_request_states_it(case: Case) -> None:
    rule = made(case).rule

    assert {"grounded": True} == rule["unless"]
    assert rule["say"] and rule["streamed"] == "cut"
    if rule["id"] != "done":  # only a function's result, or a saying of the operator's, would do
        assert [case.reply] == [one["reply"] for one in rule["examples"]["pass"]]
        assert rule["examples"]["pass"][0]["system"]


def shipped_verbs() -> Iterator[tuple[str, Any, str]]:
    """Of shipped rules with one verb: it, what stands behind it, and what is done."""
    for form in load([shipped_rules()])["rules"]:
        verb = form["match"]["verb"]
        acts = form["action"]["verb"] != "flag" and form["mode"] != "off"
        if verb in ("fact", "number", "secret", "repetition", "repeats") and acts:
            kind = form["match"].get("fact") or form["match"].get("kind") or form["match"]["of"]
            yield verb, kind, form["action"]["verb"]


def test_a_rule_does_what_the_shipped_ones_of_its_kind_do() -> None:
    shipped = {(verb, kind): action for verb, kind, action in shipped_verbs()}
    case = Case("x", "y", "z")
    proposals = {
        (one.verb, "system" if one.verb == "repeats" else one.kind): deed(case, one, Wishes())["action"]
        for one in candidates(case, None)
        if one.grounded or one.verb != "fact"
    }
    names = {key: one if isinstance(one, str) else next(iter(one)) for key, one in proposals.items()}

    assert len(shipped) >= 20
    assert shipped == {key: names.get(key) for key in shipped}


def test_the_client_is_spoken_to_in_the_language_of_the_question_else_of_the_reply() -> None:
    says = [
        made(Case("Wir öffnen montags um neun.")).rule["say"],
        made(Case("Um neun.", "Wann öffnen Sie?")).rule["say"],
        made(Case("We open at nine.", "Wann öffnen Sie?")).rule["say"],
        made(Case("As an AI language model, I cannot help."), "language model").rule["say"],
        made(Case("当店は午前9時に開店します。", "何時に開きますか?")).rule["say"],
    ]

    assert ["Unsere", "Unsere", "Unsere", "Sorry,", "営業時間は分"] == [say[:6] for say in says]


def test_every_text_is_there_in_every_language_and_english_is_what_ships() -> None:
    shipped = "".join(file.read_text("utf-8") for file in shipped_rules().glob("*.yaml"))
    for texts in wording().values():
        for about, by_language in texts.items():
            assert set(LANGUAGES) == set(by_language)
            assert about in ("other", "percentage") or by_language["en"] in shipped


def test_a_way_of_finding_that_check_has_something_against_comes_after_others() -> None:
    """Where no other does, what there is against it is said."""
    case = Case("It is slow: aaaa")
    slow = Found(Candidate("regex", "", {"regex": "(a|a)*b|slow"}), ((6, 10),))
    words = Found(Candidate("phrases", "", {"phrases": ["slow"]}), ((6, 10),))

    assert "phrases" in best_draft(case, [slow, words], Wishes(), today=DAY).rule["match"]
    assert ["FW001"] == [one.code for one in best_draft(case, [slow], Wishes(), today=DAY).warnings]


def test_a_rule_that_comes_too_late_is_told(tmp_path: Path) -> None:
    before = draft(Case("Hurray!"), tried(Case("Hurray!")).found[0], Wishes("a"), today=DAY)
    file = tmp_path / "p.yaml"
    text = before.content.replace("mode: shadow", "mode: enforce")
    again = draft(Case("Hurray!"), tried(Case("Hurray!")).found[0], Wishes("b"), ["a"], file, text, DAY)

    (warning,) = again.warnings
    assert ("FW005", True) == (warning.code, again.holds)
    assert f'"a" ({file}:4)' in warning.problem.what


def test_what_the_request_states_is_not_taken_for_made_up() -> None:
    case = Case("We open at nine.", "When do you open?", "Open Mon-Sun 09:00-17:00.")
    found = tried(case)

    assert "grounded: system prompt" in found.excused["fact:opening_hours"]
    assert not [
        one for one in found.found if one.candidate.grounded and one.candidate.kind == "opening_hours"
    ]


def test_what_finds_much_else_comes_later() -> None:
    """On the pack's examples, and on recordings."""
    case = Case("It is in aisle 7.", "Where are lamps?")
    exchanges = [Exchange(texts=((CONTENT, f"Aisle {n}, shelf {n}."),)) for n in range(50)]
    alone = tried(case, "aisle 7")
    beside = tried(case, "aisle 7", Others(exchanges=exchanges))
    examples = [Example(hit=False, reply=f"It is in aisle {n}.") for n in range(8, 40)]
    taught = tried(case, "aisle 7", Others(examples=examples))

    assert ["regex", "phrases"] == [one.candidate.verb for one in alone.found]
    assert ["regex", "phrases"] == [one.candidate.verb for one in beside.found]
    assert [("phrases", 0), ("regex", 32)] == [(one.candidate.verb, one.in_examples) for one in taught.found]


def test_a_gap_is_one_however_often_it_is_left() -> None:
    exchanges = [Exchange(texts=((CONTENT, f"Dear [Name of {who}],"),)) for who in ("Ann", "Bo", "Cy")] * 20
    found = tried(Case("Dear [Manager],"), "[Manager]", Others(exchanges=exchanges)).found

    assert [("regex:gap", 60), ("phrases", 0)] == [(one.candidate.name, one.in_exchanges) for one in found]
    assert "gap-to-fill" == made(Case("Dear [Manager],"), "[Manager]").rule["id"]


def test_what_a_recording_redacted_is_not_counted_as_the_models_words() -> None:
    """The mark of a redaction looks like a gap; `replay` does not read it either."""
    text = "Call me at [IP address removed]."
    exchange = Exchange(texts=((CONTENT, text),), marks=((CONTENT, (11, 31)),))
    found = tried(Case("Dear [Manager],"), "[Manager]", Others(exchanges=[exchange])).found

    assert "[IP address removed]" == text[11:31]
    assert ("regex:gap", 0) == (found[0].candidate.name, found[0].in_exchanges)


@pytest.mark.parametrize("part", ["lamp " * 1000, "x" * 5000, "x" * 5000 + "."])
def test_of_a_part_that_no_match_can_span_the_first_words_are_looked_for(part: str) -> None:
    (phrases,) = [one for one in tried(Case(part + "no."), part).found if one.candidate.verb == "phrases"]

    assert part.startswith(phrases.candidate.match["phrases"][0])


def test_each_recorded_exchange_counts_once() -> None:
    texts = ((CONTENT, "We open at 9."), (Channel(1, "content"), "We open at 8."))
    others = Others(exchanges=[Exchange(texts=texts), Exchange(texts=((CONTENT, "Hello."),))])

    (best, *_) = tried(Case("We open at nine."), "", others).found
    assert ("fact:opening_hours", 1) == (best.candidate.name, best.in_exchanges)


def test_what_finds_nothing_in_the_case_is_tried_on_nothing_else() -> None:
    """There are sixty ways of finding, and thousands of recordings."""

    class Unread(list[Exchange]):
        def __iter__(self) -> Iterator[Exchange]:
            raise AssertionError

    assert [] == try_others(Case("Hi."), Tried(), Others(exchanges=Unread([Exchange()]))).found


def test_who_waits_is_told_of_every_exchange() -> None:
    exchanges = [Exchange(texts=((CONTENT, "We open at 9."),)) for _ in range(3)]
    told: list[int] = []
    try_others(Case("We open at 9."), tried(Case("We open at 9.")), Others(exchanges=exchanges), told.append)

    assert [1, 2, 3] == told


def test_of_many_recordings_a_sample_is_taken_from_all_of_them(tmp_path: Path) -> None:
    """In order, each once, the same every time; of few, all."""
    file = tmp_path / "recorded.jsonl"
    said = [{"messages": [{"role": "assistant", "content": str(n)}]} for n in range(1000)]
    file.write_text("".join(json.dumps(one) + "\n" for one in said) + "broken\n")
    told: list[int] = []
    few, again, all_ = recorded([file], 100, told.append), recorded([file], 100), recorded([file])
    numbers = [int(one.texts[0][1]) for one in few.exchanges]

    assert (1000, 100, 1) == (few.of, len(set(numbers)), few.skips.count)
    assert sorted(numbers) == numbers and few.exchanges == again.exchanges
    assert all(2 <= sum(n // 100 == block for n in numbers) <= 25 for block in range(10))
    assert list(range(1000)) == [int(one.texts[0][1]) for one in all_.exchanges]
    assert list(range(1, 1001)) == told


def test_matches_beside_the_part_that_is_meant_count_against() -> None:
    case = Case("Room 12 is free, room 14 is not.")
    (best, *_) = tried(case, "14").found
    names = {one.candidate.verb: one.beside for one in tried(case, "14").found}

    assert {"phrases": 0, "regex": 1} == {verb: names[verb] for verb in ("phrases", "regex")}
    assert "phrases" == best.candidate.verb


def test_an_author_decides_what_he_wishes() -> None:
    wishes = Wishes("late-hours", "cut", "Ask us.", "They change.", "Ann")
    rule = made(Case("We open at 9."), "", wishes).rule

    assert ("late-hours", "cut", "Ask us.", "They change.", "Ann") == tuple(
        rule[key] for key in ("id", "action", "say", "why", "owner")
    )
    assert "streamed" not in rule


@pytest.mark.parametrize("action", ["drop", "cut", "remove", "redact", "flag"])
@pytest.mark.parametrize("case", [Case("We open at 9."), Case("![a](https://x.org/a.png)"), Case("Hurray!")])
def test_every_action_makes_a_rule_that_loads(case: Case, action: str) -> None:
    assert made(case, "", Wishes(action=action)).report.clean


ODD = ["I've booked it.", "We guarantee a refund.", "![a](https://x.org/a.png)", "no " * 12, RULES, "Hurray!"]


@pytest.mark.parametrize("channel", ["content", "refusal", "reasoning", "arguments"])
@pytest.mark.parametrize("reply", ODD)
def test_a_rule_holds_whatever_the_kind_of_text(reply: str, channel: str) -> None:
    """Arguments are JSON, out of which nothing is cut."""
    is_json = channel == "arguments"
    case = Case(json.dumps({"text": reply}) if is_json else reply, "Please.", RULES, channel=channel)
    made = draft(case, tried(case, reply.strip()).found[0], Wishes(), today=DAY)

    assert (True, []) == (made.holds, list(made.problems))
    assert made.rule.get("in", "content") == channel


def test_an_id_is_no_other_rule_s() -> None:
    assert ["a-b", "a-b-3", "rule"] == [
        free_id("A  b", ()),
        free_id("a b", ["a-b", "a-b-2"]),
        free_id("!", ()),
    ]


def test_an_id_that_cannot_be_one_is_a_problem_and_no_crash() -> None:
    (problem,) = made(Case("Hurray!"), "", Wishes(id="no good!")).problems

    assert "an id is made of letters" in problem.what


def test_an_exchange_becomes_an_example_that_says_the_same() -> None:
    turns = (
        Turn("system", "Be brief."),
        Turn("user", "Hi."),
        Turn("assistant", ""),
        Turn("tool", "Open 9-17.", "hours"),
        Turn("tool", "", "book"),
        Turn("user", "When do you open?"),
    )
    texts = (
        (Channel(0, "reasoning"), "Hm, nine."),
        (CONTENT, "At nine."),
        (Channel(1, "content"), "At ten."),
    )
    case = case_of(Exchange(turns=turns, texts=texts))
    other = case_of(Exchange(turns=turns, texts=texts), "ten")

    assert [(t.role, t.text, t.tool) for t in turns if t.text] == [
        (t.role, t.text, t.tool) for t in case.request().turns if t.text
    ]
    assert [Turn("tool", "", "book")] == [t for t in case.request().turns if t.role == "tool" and not t.text]
    assert ("At nine.", "At ten.", "When do you open?") == (case.reply, other.reply, case.ask)
    assert "grounded: tool result" in " ".join(tried(case).excused.values())
    with pytest.raises(ValueError, match="does not stand"):
        case_of(Exchange(turns=turns, texts=texts), "noon")


def test_a_reply_that_is_no_content_is_read_where_it_stands() -> None:
    case = case_of(Exchange(texts=((Channel(0, "reasoning"), "Hurray!"),)))
    found = draft(case, tried(case).found[0], Wishes(), today=DAY)

    assert "reasoning" == case.channel == found.rule["in"]
    assert found.report.clean


def test_long_context_that_changes_nothing_is_not_pasted() -> None:
    case = Case(
        "We open at 9.", "When do you open?", "x" * 5000, messages=({"role": "user", "content": "Hi"},)
    )
    needed = Case("Die Lampe ist schön und nicht teuer, sie ist von uns.", "", "y" * 5000)

    found = tried(case).found[0]
    assert "" == shortened(case, found).system
    assert case.messages == shortened(case, found).messages
    assert needed.reply == shortened(needed, tried(needed, "Lampe").found[0]).reply
    assert "left out" in draft(case, tried(case).found[0], Wishes(), today=DAY).notes[0]


def test_of_a_long_reply_the_line_is_pasted() -> None:
    case = Case("All is well here.\n" * 100 + "By the way: we open at 9 am. Bye.\n" + "All is well.\n" * 100)
    found = made(case)

    assert ["By the way: we open at 9 am. Bye."] == found.rule["examples"]["hit"]
    assert "9 am" == found.case.reply[slice(*found.found.spans[0])]
    assert found.report.clean and "left out" in found.notes[0]


def test_a_fact_that_is_made_up_again_and_again_is_still_the_fact() -> None:
    """Recorded replies that state it without the request's saying so are the same mistake."""
    exchanges = [Exchange(texts=((CONTENT, "We open at 8."),)) for _ in range(50)]
    (best, *_) = tried(Case("We open at nine."), "", Others(exchanges=exchanges)).found

    assert ("fact:opening_hours", 50) == (best.candidate.name, best.in_exchanges)


def test_a_draft_is_written_whole_and_keeps_who_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    first = draft(Case("Hurray!"), tried(Case("Hurray!")).found[0], Wishes(), (), file, "", DAY)
    first.write()
    file.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(file)
    case = Case("We open at 9.")
    draft(case, tried(case).found[0], Wishes(), ("hurray",), link, file.read_text(), DAY).write()

    assert 0o640 == file.stat().st_mode & 0o777 and link.is_symlink()
    assert ["link.yaml", "shop.yaml"] == sorted(path.name for path in tmp_path.iterdir())
    assert file.read_text().count("- id: ") == 2
