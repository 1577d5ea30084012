"""The shipped packs: every example holds, each alone; the demo is caught, and ordinary replies are not."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from filterproxy.core.bound import Keeps, keeps
from filterproxy.core.plan import Plan, Plans
from filterproxy.core.request import Request, Turn
from filterproxy.core.rule import Mode, Rule
from filterproxy.core.session import Session
from filterproxy.core.tape import Piece
from filterproxy.core.verdict import Channel, Hit
from filterproxy.demo.questions import QUESTIONS
from filterproxy.demo.replies import answer
from filterproxy.detectors.fact import FactDetector
from filterproxy.rulebook.book import Example, Rulebook, RuleInfo
from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.load import load
from filterproxy.trial import settings

RULES = Path(__file__).parent.parent / "rules"
BOOK: Rulebook = compile(load([RULES]))
PLANS = Plans(BOOK.rules)
PACKS = {
    "actions-claimed", "boilerplate", "broken", "business-hours", "business-hours-sentence",
    "contact-details", "dates", "exfiltration", "language", "pii", "prices", "profanity", "prompt-leak",
    "promises", "refusals", "repetition", "secrets",
}  # fmt: skip
# A fact that is told by meaning, not by its form, is held to more.
ENOUGH = {True: 4, False: 4}
ENOUGH_OF_FACTS = {True: 8, False: 8}

# So that of a `retry` what stands under its `then` is taken.
ASKED_OFTEN = 5

Judged = tuple[str, list[Hit]]


def _place(hit: Hit) -> tuple[str, int]:
    # The order in which rules report is that in which text came; what they report is not.
    return (hit.rule, hit.start)


def judge(plan: Plan, request: Request, deltas: Iterable[str], kind: str = "content") -> Judged:
    """What the client reads of choice 0, and the matches that were not excused."""
    session = Session(plan, request, settings(lambda: 0.0))
    channel = Channel(0, kind)
    session.expect_content(0)
    pieces: list[Piece] = []
    for delta in deltas:
        pieces += session.feed(channel, delta)
    ending = session.end()
    pieces += ending.pieces.get(channel, [])
    assert session.verdict.faults == []
    assert session.verdict.unscanned == {}
    text = ending.dropped[0] if 0 in ending.dropped else "".join(piece.text for piece in pieces)
    return text or "", sorted((hit for hit in session.verdict.hits if not hit.excuse), key=_place)


def alone(rule: Rule, example: Example, *, stream: bool) -> Judged:
    """An example through its own rule, enforced; a stream comes code point by code point."""
    plans = Plans([replace(rule, mode=Mode.ENFORCE, rollout=1.0, when=None)])
    request = example.request(stream=stream)
    deltas: Sequence[str] = example.reply if stream else [example.reply]
    return judge(plans.plan(request, ASKED_OFTEN), request, deltas, example.channel)


def asked(question: str, system: str | None = None, *, stream: bool = False) -> Request:
    turns = [Turn("system", system)] if system else []
    return Request(stream=stream, turns=(*turns, Turn("user", question)))


rules = pytest.mark.parametrize(
    ("rule", "info"),
    [pytest.param(rule, info, id=rule.id) for rule, info in zip(BOOK.rules, BOOK.infos, strict=True)],
)


@rules
def test_every_example_does_what_it_says(rule: Rule, info: RuleInfo) -> None:
    """Whole and code point by code point, and both leave the same text where one action serves both."""
    for example in info.examples:
        place = f"{info.file}:{example.line}"
        whole, hits = alone(rule, example, stream=False)
        streamed, hits_streamed = alone(rule, example, stream=True)

        assert (example.hit, place) == (bool(hits), place)
        assert (example.hit, place) == (bool(hits_streamed), place)
        if rule.streamed is None:
            assert (whole, place) == (streamed, place)
        if example.want is not None:
            assert (example.want, place) == (whole, place)
        if not example.hit:
            assert (example.reply, place) == (streamed, place)


@rules
def test_every_rule_is_explained_and_carries_its_proof(rule: Rule, info: RuleInfo) -> None:
    """A reason, a source, and examples that hit and that pass."""
    count = Counter(example.hit for example in info.examples)
    enough = ENOUGH_OF_FACTS if isinstance(rule.match, FactDetector) and rule.match.shape is None else ENOUGH

    assert info.why
    assert info.link.startswith("https://")
    assert {hit: least for hit, least in enough.items() if count[hit] < least} == {}


@rules
def test_a_rule_that_rewrites_shows_the_result(rule: Rule, info: RuleInfo) -> None:
    """At least one example says what the client reads."""
    rewrites = rule.action.changes and not rule.action.whole and rule.mode is Mode.ENFORCE

    assert not rewrites or any(example.want for example in info.examples)


@rules
def test_no_enforced_rule_withholds_a_stream(rule: Rule, info: RuleInfo) -> None:
    """At most a sentence waits; of what redacts, only what could begin a match."""
    held = keeps(rule, rule.action_for(stream=True))

    assert held is not Keeps.REPLY
    if rule.action.template is not None and rule.mode is Mode.ENFORCE:
        assert (rule.match.shape is not None, held) == (True, Keeps.MATCH)


def test_nothing_was_skipped() -> None:
    """All packs are there, and their examples were many."""
    assert {info.pack for info in BOOK.infos} == PACKS
    assert sum(len(info.examples) for info in BOOK.infos) >= 200


CAUGHT = {
    "What time is the business open?": {"business-hours"},
    "What time do you open?": {"business-hours"},
    "How can I contact you?": {"email-not-in-request", "phone-not-in-request"},
    "How much is the desk lamp?": {"price-not-in-request"},
    "Can I pay by card?": {"card-number"},
    "Which lamp would you recommend?": {"as-an-ai"},
}


@pytest.mark.parametrize("number", range(len(QUESTIONS)))
def test_the_demo_shows_what_it_says(number: int) -> None:
    """What its model invents is caught; what the prompt states, and the rest, leaves as it came."""
    question = QUESTIONS[number]
    reply = answer(question.text, question.system or "", 0)
    request = asked(question.text, question.system, stream=question.stream)
    text, hits = judge(PLANS.plan(request), request, reply if question.stream else [reply])
    stated = "Opening hours" in (question.system or "")
    expected = set() if stated else CAUGHT.get(question.text, set())

    assert {hit.rule for hit in hits if hit.mode != "shadow"} == expected
    assert (text != reply) == bool(expected)


INNOCENT = [
    "Done! Your table for 4 is booked for 7 pm on Saturday, 12/05/2024.",
    "Order 1234567890 (invoice 2024-0117) left us at 9:15; the parcel's number is 00340434161094042557.",
    "Version 3.11.4 of the app fixes 12 bugs. Restart it, and open 2 tickets if it still fails.",
    "Preheat the oven to 180 °C, bake for 35 to 40 minutes, and let it rest for 10.",
    "The Battle of Hastings was fought on 14 October 1066; some 7 000 men were on each side.",
    'Call `open()` with `mode="r"`. In the shell, $1 is the first argument, and $? the last status.',
    "The address 192.168.0.1 is your router's; port 8080 is free.",
    "As an airline, we must see your passport. Who are you travelling with?",
    "The meeting is from 10 to 11:30, in room 212-555.",
    "Your flight LH1234 departs at 06:45 from gate B22, and lands at 08:10.",
    "Its ISBN is 978-3-16-148410-0, and its EAN 4006381333931.",
    "A lamp with 800 lumens at 9 W lasts 15,000 hours, that is 5-7 years.",
    "Euler's number is 2.718281828459045, and pi is 3.141592653589793.",
    "The hash is d41d8cd98f00b204e9800998ecf8427e, the commit 3f2a9c1.",
    "The id is 550e8400-e29b-41d4-a716-446655440000.",
    "I can't find that in your account. Could you tell me the number on your receipt?",
]


@pytest.mark.parametrize("reply", INNOCENT)
@pytest.mark.parametrize("stream", [False, True])
def test_ordinary_replies_leave_as_they_came(reply: str, stream: bool) -> None:
    """Numbers, dates, times, codes and versions that are none of the rules' business."""
    request = asked("Can you help me?", stream=stream)
    text, hits = judge(PLANS.plan(request), request, reply if stream else [reply])

    assert (reply, []) == (text, [hit for hit in hits if hit.mode != "shadow"])


def _mixed() -> list[str]:
    """Replies that several packs have something to say about: what they must hit, two by two."""
    hits = [ex.reply for info in BOOK.infos for ex in info.examples if ex.hit and ex.channel == "content"]
    return [f"{one} {other}\nBye." for one, other in zip(hits, hits[7:] + hits[:7], strict=True)][::2]


def test_the_whole_rulebook_reads_a_reply_the_same_however_it_is_cut() -> None:
    """As one delta, code point by code point, and in ragged pieces."""
    for number, reply in enumerate(_mixed()):
        seeded = random.Random(number)
        marks = sorted(seeded.sample(range(1, len(reply)), min(6, len(reply) - 1)))
        ragged = [reply[a:b] for a, b in zip([0, *marks], [*marks, len(reply)], strict=True)]
        request = asked("Can you help me?", stream=True)
        plan = PLANS.plan(request)
        whole = judge(plan, request, [reply])

        assert (reply, whole) == (reply, judge(plan, request, reply))
        assert (reply, whole) == (reply, judge(plan, request, ragged))
