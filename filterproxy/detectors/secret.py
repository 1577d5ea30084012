"""
The verb `secret`: keys, tokens and passwords, by their form and by a check.

Theory of operation. A kind has a form: perhaps what stands before it (`lead`: a name, the start of an
address), the secret itself (`body`), and what may not follow. The pattern is made of the form, so that what
is held in a stream and what is found cannot differ: the hold begins at the lead, the match at the secret, so
that a name stays when its secret goes. At each place there is one reading (every part takes all that it can),
and the check decides. The kinds stand in secret_kinds, the checks in secret_checks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from filterproxy.core.request import Request
from filterproxy.core.rule import MATCH_LIMIT, Span
from filterproxy.core.shape import Ahead, Alt, Chars, Edge, Seq, Shape
from filterproxy.detectors.secret_kinds import KINDS, Check, Kind
from filterproxy.facts.form import source

# "sk_live_51H8...": what follows was left out, so that nobody can use it.
_CUT_OFF = r"(?![.…]\.|…|\*)"
# Characters behind a secret that are looked at.
_LOOKS_ON = 4
_AFTER: Final = Seq((Edge(), Ahead(Seq((Chars("[.…*]"), Chars("[.]"))))))

SECRETS: Final = tuple(sorted(KINDS))


@dataclass(frozen=True, slots=True)
class _Finder:
    """One form of a kind: its pattern, with the secret as a group, and its check."""

    pattern: re.Pattern[str]
    check: Check

    def first(self, text: str, pos: int, end: int) -> Span | None:
        at = pos
        while m := self.pattern.search(text, at, end):
            start = m.start("secret")
            # A stream waits for no more than MATCH_LIMIT, so that a longer one could not be seen there.
            seen = m.end() - m.start() < MATCH_LIMIT - _LOOKS_ON
            if seen and (size := self.check(m["lead"], m["secret"])):
                return start, start + size
            at = m.start() + 1
        return None


def _finder(kind: Kind) -> _Finder:
    left = f"(?<!{kind.left})" if kind.left else ""
    right = f"(?!{kind.right})" if kind.right else ""
    behind = f"(?={kind.behind})" if kind.behind else ""
    form = f"(?P<lead>{source(kind.lead)})(?P<secret>{source(kind.body)})"
    return _Finder(re.compile(f"{left}{form}{right}{behind}{_CUT_OFF}"), kind.check)


@dataclass(frozen=True, slots=True)
class Secret:
    """
    Find keys, tokens and passwords of one kind that can be real.

    Options:
        kind: `aws` (access keys, and the secret half behind one), `azure` (keys of accounts, signatures of
            shared access, secrets of applications), `github`, `gitlab`, `google`, `jwt`, `model` (OpenAI,
            Anthropic and those that write alike), `npm`, `pypi`, `sendgrid`, `slack`, `stripe` (live and
            test), `twilio`, `url` (the password in an address), `assigned` (what stands behind a name:
            "password", "api_key", "client_secret", "Authorization: Bearer").

    A `jwt` must begin with JSON that names its `alg`. The others are told by their form, and by whether they
    can have been drawn by chance: placeholders ("your-key-here"), "xxxx", "abcd1234", and what ends in "..."
    pass, and so do samples that their makers publish. The checksums that tokens of `github` and `npm` end in
    are not asked for: what looks so like a token is nothing to show, even when a model made it up.

    `assigned` knows the names in nine languages, in prose, code and configuration. The match is the value,
    so that the name stays. A password must have 8 characters, letters with digits or signs among them; a
    key 16, with the entropy of what a machine draws. References (`${NAME}`, `os.environ[...]`), paths,
    dates, words and values that another kind knows are none.

    Hit:   `secret: assigned`  on  "Your password is kR7wv2mQx9."
    Pass:  `secret: assigned`  on  "Your password is your_password1."
    """

    kind: str
    shape: Shape | None = field(init=False, repr=False, compare=False)
    gate: tuple[str, ...] | None = field(init=False, repr=False, compare=False)
    _finders: tuple[_Finder, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        kinds = KINDS.get(self.kind)
        if kinds is None:
            raise ValueError(f"{self.kind!r} is no kind of secret; there are {', '.join(SECRETS)}")
        shapes = tuple(Seq((kind.lead, kind.body, _AFTER)) for kind in kinds)
        object.__setattr__(self, "shape", Alt(shapes) if shapes[1:] else shapes[0])
        object.__setattr__(self, "gate", None)
        object.__setattr__(self, "_finders", tuple(map(_finder, kinds)))

    def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
        begin = max(pos, unit[0])
        spans = (finder.first(text, begin, unit[1]) for finder in self._finders)
        return min((span for span in spans if span is not None), default=None)
