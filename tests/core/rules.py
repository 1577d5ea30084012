"""Rules for the laws: each in two forms, as the engine runs it and as the oracle reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from filterproxy.actions.template import Literal
from filterproxy.core.plan import Plan, Plans
from filterproxy.core.request import Request
from filterproxy.core.rule import Action, Detector, Mode, Rule, Say, Scope, Span, Verb
from filterproxy.core.session import Session, Settings
from filterproxy.core.tape import Piece
from filterproxy.core.verdict import Channel, Verdict
from filterproxy.detectors.combine import AllOf, AnyOf
from filterproxy.detectors.length import Length
from filterproxy.detectors.phrases import Phrases
from filterproxy.detectors.regex import Regex

CONTENT = Channel(0, "content")

Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Containing:
    """An excuse: the match has these letters."""

    letters: str

    def __call__(self, text: str, span: Span, unit: Span, request: Request) -> str | None:
        return "allow" if self.letters in text[slice(*span)] else None


class NoStrings:
    def split(self, text: str) -> list[str] | None:
        return None

    def join(self, text: str, values: object) -> str:
        raise AssertionError


def settings(**given: Any) -> Settings:
    clock: Callable[[], float] = lambda: 0.0  # noqa: E731
    return Settings(clock=clock, language_of=lambda request: "en", strings=NoStrings(), **given)


PATTERNS = [
    r"ab+", r"\bab\b", r"a|ab|abc", r"(?:ab)+?c", r"a(?=b)", r"a(?!b)", r"(?<=a)b", r"(?<!a)b+", r"\d{2,4}",
    r"[^a]b", r"b.{0,3}a", r"(a|b)\1", r"a[\s\S]*?9", r"b$", r"(?m)^b", r"a.*b", r"[A-Z]\w+", r"\w+@\w+",
    r"a?", r"b*a*", r"9 ?a", r"(?>a+)b", r"a++b?", r"e\W", r"\. [a-z]", r"a\.?\s*b",
    r"\Aa", r"\A\s+\Z", r"\A(?:b|a)\b", r"(?:\A|b)a", r"a\Z", r"[ab]\s*\Z",
]  # fmt: skip
PHRASES = [("ab",), ("a b", "b"), ("9 a", "e", "ab a"), ("o.",)]
ALPHABET = "aabbe9 `\n.!A,。o)\u200b\u00a0аоｂ"


def _detect(spec: Spec) -> Detector:
    if "any" in spec:
        return AnyOf(tuple(_detect(m) for m in spec["any"]))
    if "all" in spec:
        first, *others = (_detect(m) for m in spec["all"])
        return AllOf(first, tuple(others), tuple(_detect(m) for m in spec["nots"]))
    if "over" in spec or "under" in spec:
        return Length(spec.get("over"), spec.get("under"))
    if "phrases" in spec:
        return Phrases(spec["phrases"])
    return Regex(spec["regex"], spec.get("ignore_case", False), budget_seconds=5)


def rule_of(spec: Spec) -> Rule:
    """The rule that *spec* means."""
    verb = Verb(spec["verb"])
    action = Action(
        verb,
        unit=Scope(spec["unit"]),
        template=Literal(spec["with"]) if verb is Verb.REDACT else None,
        say=Say({"default": spec["say"]}) if spec.get("say") else None,
    )
    return Rule(
        id=spec["id"],
        match=_detect(spec),
        action=action,
        scope=Scope(spec["scope"]),
        unless=(Containing(spec["excuse"]),) if spec.get("excuse") else (),
        mode=Mode.SHADOW if spec.get("shadow") else Mode.ENFORCE,
        exact=bool(spec.get("exact")),
        skips_code=bool(spec.get("skip")),
        needs_unit="all" in spec,
    )


_regexes = st.fixed_dictionaries({"regex": st.sampled_from(PATTERNS), "ignore_case": st.booleans()})
_phrases = st.fixed_dictionaries({"phrases": st.sampled_from(PHRASES)})
_simple = _regexes | _phrases
_finds = (
    _simple
    | _simple
    | st.fixed_dictionaries({"any": st.lists(_simple, min_size=2, max_size=3)})
    | st.fixed_dictionaries(
        {"all": st.lists(_simple, min_size=1, max_size=2), "nots": st.lists(_simple, max_size=1)}
    )
    | st.fixed_dictionaries({"over": st.integers(0, 12)})
    | st.fixed_dictionaries({"under": st.integers(1, 12)})
)
_acts = st.sampled_from(
    [
        {"verb": "redact", "unit": "match", "with": "[X]"},
        {"verb": "redact", "unit": "match", "with": ""},
        {"verb": "redact", "unit": "match", "with": "ab 9"},
        {"verb": "remove", "unit": "match"},
        {"verb": "remove", "unit": "sentence", "say": "Gone."},
        {"verb": "remove", "unit": "line"},
        {"verb": "cut", "unit": "match", "say": "Cut."},
        {"verb": "cut", "unit": "sentence", "say": "ab."},
        {"verb": "cut", "unit": "line"},
        {"verb": "flag", "unit": "match"},
        {"verb": "append", "unit": "match", "say": " ab"},
        {"verb": "drop", "unit": "match", "say": "No."},
    ]
)


@st.composite
def specs(draw: st.DrawFn, most: int = 3) -> list[Spec]:
    """A short rulebook."""
    found: list[Spec] = []
    for n in range(draw(st.integers(1, most))):
        spec: Spec = {"id": f"r{n}", **draw(_finds), **draw(_acts)}
        spec["scope"] = draw(st.sampled_from(["reply", "reply", "reply", "sentence", "line"]))
        spec["shadow"] = draw(st.sampled_from([False, False, False, True]))
        spec["exact"] = draw(st.sampled_from([False, False, True]))
        spec["skip"] = draw(st.sampled_from(["", "", "code"]))
        spec["excuse"] = draw(st.sampled_from(["", "", "", "9", "bb"]))
        found.append(spec)
    return found


_MARKED = st.sampled_from(["```", "\n```", "\n```\n", "``", "`ab`", "ab", "9 a"])
texts = st.text(alphabet=ALPHABET, max_size=40) | st.lists(
    _MARKED | st.sampled_from(ALPHABET), max_size=20
).map("".join)


def plan_of(rulebook: list[Spec]) -> Plan:
    return Plans([rule_of(spec) for spec in rulebook]).plan(Request())


@dataclass
class Run:
    """What came of a reply. released: what the client could read after each delta."""

    text: str
    verdict: Verdict
    dropped: bool
    released: list[str]


def run(plan: Plan, deltas: list[str], *, whole: bool = False, **given: Any) -> Run:
    """Stream *deltas* through *plan* as content of choice 0; whole: none of it need leave before the end."""
    session = Session(plan, Request(), settings(**given))
    session.whole = whole
    session.expect_content(0)
    pieces: list[Piece] = []
    released = []
    for delta in deltas:
        pieces += session.feed(CONTENT, delta)
        released.append("".join(p.text for p in pieces))
    ending = session.end()
    pieces += ending.pieces.get(CONTENT, [])
    taken = sum(piece.taken for piece in pieces)
    if 0 not in ending.dropped:
        assert taken == len("".join(deltas)), "every code point of upstream's is accounted for, once"
    return Run("".join(p.text for p in pieces), session.verdict, 0 in ending.dropped, released)
