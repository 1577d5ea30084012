"""For which conversations a canary acts."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from filterproxy.core.canary import acts, conversation_of
from filterproxy.core.plan import Plan, Plans
from filterproxy.core.request import Request, Turn
from filterproxy.core.rule import Action, Mode, Rule, Verb
from filterproxy.detectors.phrases import Phrases

# Alike in length and nearly in letters: what a weak hash does not tell apart.
RULES = ["rule-a", "rule-b", "rule-c", "rule-d", "prices", "refund"]
IDS = [f"conversation-{number:04}" for number in range(4000)]
HEADER = "x-conversation"


def asked(*said: tuple[str, str], headers: dict[str, str] | None = None, **given: Any) -> Request:
    return Request(turns=tuple(Turn(role, text) for role, text in said), headers=headers or {}, **given)


def named(conversation: str) -> bytes:
    return conversation_of(asked(headers={HEADER: conversation}), HEADER)


KEYS = [named(conversation) for conversation in IDS]


def inside(rule: str, share: float) -> set[bytes]:
    return {key for key in KEYS if acts(rule, share, key)}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9])
def test_so_many_conversations_are_in_as_the_share_says(rule: str, share: float) -> None:
    """Within four standard deviations, which one set of ids in sixteen thousand leaves by chance."""
    wanted, deviation = share * len(KEYS), (len(KEYS) * share * (1 - share)) ** 0.5

    assert abs(len(inside(rule, share)) - wanted) < 4 * deviation


def test_who_is_in_stays_in_when_the_share_grows() -> None:
    for rule in RULES:
        grown = [inside(rule, share) for share in (0.0, 0.1, 0.5, 1.0)]

        assert (set(), set(KEYS)) == (grown[0], grown[-1])
        assert all(less <= more for less, more in itertools.pairwise(grown))


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(RULES, 2)))
def test_to_be_in_one_canary_says_nothing_of_another(one: str, other: str) -> None:
    """With CRC-32 two canaries of a half were the same half, or its opposite."""
    for share in (0.1, 0.5):
        both = inside(one, share) & inside(other, share)
        wanted = share * share * len(KEYS)

        assert abs(len(both) - wanted) < 4 * (wanted * (1 - share * share)) ** 0.5


def test_the_side_is_the_same_in_every_process() -> None:
    """By value, so that a new release, too, leaves conversations where they are."""
    assert [True, True, True, True, False, False] == [acts(rule, 0.5, KEYS[0]) for rule in RULES]


FIRST = asked(("system", "You sell lamps."), ("user", "Hello?"), headers={"authorization": "Bearer a"})


@pytest.mark.parametrize(
    "request_",
    [
        asked(*((turn.role, turn.text) for turn in FIRST.turns), headers=dict(FIRST.headers), stream=True),
        asked(
            ("system", "You sell lamps."),
            ("user", "Hello?"),
            ("assistant", "Hi."),
            ("user", "And prices?"),
            headers={"authorization": "Bearer a", "traceparent": "00-1"},
        ),
    ],
    ids=["streamed", "a later turn"],
)
def test_a_conversation_is_the_same_at_each_turn(request_: Request) -> None:
    assert conversation_of(FIRST, "") == conversation_of(request_, "")


@pytest.mark.parametrize(
    "request_",
    [
        asked(("system", "You sell cars."), ("user", "Hello?"), headers={"authorization": "Bearer a"}),
        asked(("system", "You sell lamps."), ("user", "Hi?"), headers={"authorization": "Bearer a"}),
        asked(("system", "You sell lamps."), ("user", "Hello?"), headers={"authorization": "Bearer b"}),
        asked(("system", "You sell lamps."), ("user", "Hello?"), headers={"x-api-key": "a"}),
        asked(("system", "You sell lamps."), ("user", "Hello?"), headers={"api-key": "b"}),
    ],
)
def test_who_asks_what_of_whom_tells_conversations_apart(request_: Request) -> None:
    assert conversation_of(FIRST, "") != conversation_of(request_, "")


def test_the_header_comes_first_then_the_servers_id() -> None:
    kept = asked(("user", "One"), conversation="conv_1")
    headed = asked(("user", "Two"), conversation="conv_1", headers={HEADER: "h"})

    assert named("h") == conversation_of(headed, HEADER)
    assert conversation_of(kept, HEADER) == conversation_of(asked(("user", "Two"), conversation="conv_1"), "")


def test_a_canary_acts_inside_its_share_and_looks_on_outside() -> None:
    action = Action(Verb.FLAG)
    rule = Rule("rule-a", Phrases(("a",)), action, rollout=0.5)
    plans = Plans([rule], HEADER.title())
    modes = {
        key: plans.plan(asked(headers={HEADER: conversation})).rules[0].mode
        for key, conversation in zip(KEYS[:50], IDS, strict=False)
    }

    assert {Mode.CANARY, Mode.SHADOW} == set(modes.values())
    assert inside("rule-a", 0.5) & set(modes) == {k for k, mode in modes.items() if mode is Mode.CANARY}


def test_all_combinations_of_canaries_share_what_their_holds_cost_and_each_waits_for_its_own() -> None:
    """Eight canaries of a half are 256 plans; with a hold each they took 30 ms a reply, for good."""
    names = [*RULES, "seventh", "eighth"]
    canaries = [Rule(name, Phrases((f"{name}-now!",)), Action(Verb.REMOVE), rollout=0.5) for name in names]
    always = Rule("always", Phrases(("unending!",)), Action(Verb.REMOVE))
    plans = Plans([*canaries, always], HEADER)

    def plan(conversation: str) -> Plan:
        return plans.plan(asked(headers={HEADER: conversation}))

    def waits(conversation: str, text: str) -> bool:
        return any(run.waits_from(text, 0) < len(text) for run in plan(conversation).runs)

    holds = {hold for key in IDS for run in plan(key).runs for hold in run.holds}

    assert len(canaries) + 1 == len(holds)
    assert 256 == len({id(plan(key)) for key in IDS})
    assert plan(IDS[0]) is plan(IDS[0])
    for key in IDS[:40]:
        acting = {b.rule.id for b in plan(key).rules if b.mode is Mode.CANARY}
        assert acting == {name for name in names if waits(key, f"{name}-")}
