"""
The verb `secret`: keys, tokens and passwords, by their form and by a check.

Theory of operation. A kind has a form: perhaps what stands before it (`lead`: a name, the start of an
address), the secret itself (`body`), and what may not follow. The pattern is made of the form, so that what
is held in a stream and what is found cannot differ: the hold begins at the lead, the match at the secret, so
that a name stays when its secret goes. At each place there is one reading (every part takes all that it can),
and the check decides. What makes a kind certain:

    kind        made certain by            source
    aws         form, chance               docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
    github      form, chance               github.blog/engineering/platform-security/
                                           behind-githubs-new-authentication-token-formats/
    npm         form, chance               github.blog/2021-09-23-announcing-npms-new-access-token-format/
    jwt         JSON that says `alg`       rfc-editor.org/rfc/rfc7519
    pypi        a macaroon of pypi.org     pypi.org/help/#apitoken
    azure       base64 of 32 or 64 bytes   learn.microsoft.com/azure/storage/common/
                                           storage-account-keys-manage
    gitlab      form, chance               docs.gitlab.com/security/tokens/
    google      form, chance               cloud.google.com/docs/authentication/api-keys
    model       form, chance               platform.openai.com/docs/api-reference/authentication
    sendgrid    form, chance               docs.sendgrid.com/ui/account-and-settings/api-keys
    slack       form, chance               api.slack.com/authentication/token-types
    stripe      form, chance               docs.stripe.com/keys
    twilio      form, chance               www.twilio.com/docs/iam/api-keys
    url         an address with a password rfc-editor.org/rfc/rfc3986#section-3.2.1
    assigned    a name before it, chance   cwe.mitre.org/data/definitions/798.html

Chance: `secret_value`, whether the text can have been drawn by chance.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from filterproxy.core.request import Request
from filterproxy.core.rule import MATCH_LIMIT, Span
from filterproxy.core.shape import Ahead, Alt, Chars, Edge, Seq, Shape
from filterproxy.detectors import secret_names
from filterproxy.detectors.secret_value import is_key, is_made_up, is_password, is_published
from filterproxy.facts.form import alt, chars, optional, run, seq, source, texts

_WORD = "[A-Za-z0-9]"
_TOKEN = "[A-Za-z0-9_-]"
_NOTHING = Seq(())
_NONE = r"[^\s\S]"
# "sk_live_51H8...": what follows was left out, so that nobody can use it.
_CUT_OFF = r"(?![.…]\.|…|\*)"
_LOOKS_ON = 4
_AFTER: Final = Seq((Edge(), Ahead(Seq((Chars("[.…*]"), Chars("[.]"))))))

# (what stood before it, the secret) -> how many of its characters are secret; 0: it is none.
Check = Callable[[str, str], int]


@dataclass(frozen=True, slots=True)
class _Kind:
    """
    lead: what must stand before, and is no part of the match. body: the secret. check: as Check says. left:
    a class that may not stand before all that; right: one that may not follow.
    """

    body: Shape
    check: Check
    lead: Shape = _NOTHING
    left: str = _WORD
    right: str = _TOKEN


def _drawn(_: str, secret: str) -> int:
    """By chance, as far as it can be told."""
    drawn = secret[m.end() :] if (m := _PREFIX.match(secret)) else secret
    return 0 if is_made_up(drawn) or is_published(secret) else len(secret)


# What a maker writes before what was drawn.
_PREFIX = re.compile(
    r"github_pat_|npm_|gl[a-z]{2,5}-|AIza|GOCSPX-|ya29\.|sk-(?:proj-|svcacct-|admin-|or-v1-"
    r"|ant-[a-z0-9]{2,10}-)?"
    r"|[rs]k_(?:live|test)_|whsec_|SG\.|xox[a-z]-|xapp-|hooks\.slack\.com/services/|SK|[a-z0-9]{2,5}[-_]"
)


def _decoded(text: str) -> bytes:
    """Of base64 in either alphabet, with or without its padding; b"" where it is none."""
    text = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _json_web_token(_: str, secret: str) -> int:
    """The header names its algorithm; what it says is nobody's business here."""
    header, _payload, signature = secret.split(".")
    try:
        says = json.loads(_decoded(header))
    except (ValueError, RecursionError):
        return 0
    named = isinstance(says, dict) and isinstance(says.get("alg"), str)
    return len(secret) if named and not is_made_up(signature) else 0


def _macaroon(_: str, secret: str) -> int:
    decoded = _decoded(secret.removeprefix("pypi-")[:40])
    return len(secret) if b"pypi.org" in decoded and not is_made_up(secret[30:]) else 0


def _amazon(_: str, secret: str) -> int:
    """The name of a key, and the key when it stands behind; Amazon's samples end in EXAMPLE."""
    name, key = secret[:20], secret[20:]
    if name.endswith("EXAMPLE") or is_made_up(name[4:]):
        return 0
    return len(secret) if key and is_key(key[-40:]) else 20


def _sixty_four_bytes(_: str, secret: str) -> int:
    return len(secret) if len(_decoded(secret)) in (32, 64) and not is_made_up(secret) else 0


def _password_in_address(lead: str, secret: str) -> int:
    """Not those that everybody's own machine has, as in postgres:postgres@localhost."""
    user = lead.rsplit("/", 1)[-1].rstrip(":").lower()
    if secret.lower() in (user, *_DEFAULTS) or re.fullmatch(
        r"[$%{<\[(*].*|[*x.]+|[A-Z]+(?:_[A-Z]+)*", secret
    ):
        return 0
    return 0 if is_made_up(secret) or not re.search("[A-Za-z]", secret) else len(secret)


_DEFAULTS = (
    "password passwd pass postgres root admin mysql guest secret test changeme rabbitmq redis mongo"
    " minio minioadmin"
    " localhost token db_password"
).split()

_TRAILING = re.compile(r"[.:!?)\]}*_\\]+\Z")
_NEXT_FIELD = re.compile(r"&(?=[A-Za-z_]+=)")
# What other kinds know better: when theirs is not certain of it, it is none.
_OF_A_MAKER = re.compile(
    r"gh[pousr]_|github_pat_|npm_|xox[a-z]-|xapp-|AIza|[sr]k_(?:live|test)_|sk-|pypi-|SG\.|glpat-"
    r"|A[KS]IA|eyJ|https?:"
)


def _assigned(lead: str, value: str) -> int:
    value = _TRAILING.sub("", _NEXT_FIELD.split(value, maxsplit=1)[0])
    if _OF_A_MAKER.match(value) or secret_names.names_other(lead):
        return 0
    sure = secret_names.is_sure(lead)
    if secret_names.says_password(lead):
        return len(value) if is_password(value, sure=sure) else 0
    return len(value) if is_key(value, uuid="oken" not in lead) and (sure or len(value) >= 20) else 0


def _authorized(lead: str, value: str) -> int:
    if _OF_A_MAKER.match(value):
        return 0
    if "asic" in lead:
        user, colon, password = _decoded(value).decode("latin-1").partition(":")
        return len(value) if colon and user.isascii() and not is_made_up(password) else 0
    return len(value) if is_key(value, uuid=True) else 0


# What may stand in an address between its signs.
_PLAIN = r"[!#-&(-.0-9;=?A-_a-~]"
_BASE64 = "[A-Za-z0-9+/]"
_KINDS: Final[Mapping[str, tuple[_Kind, ...]]] = MappingProxyType(
    {
        "assigned": (
            _Kind(secret_names.VALUE, _assigned, secret_names.ASSIGNED, left="", right=_NONE),
            _Kind(run("[A-Za-z0-9._~+/=-]", 8), _authorized, secret_names.BEARER, right=_NONE),
        ),
        "aws": (
            # The secret half has no prefix: it is known by the other half before it.
            _Kind(
                seq(
                    texts("AKIA", "ASIA"),
                    chars("[A-Z2-7]", 16),
                    optional(chars("[^A-Za-z0-9/+]", 1, 6), chars(_BASE64, 40)),
                ),
                _amazon,
                right="[A-Za-z0-9+/=]",
            ),
        ),
        "azure": (
            _Kind(
                seq(chars(_BASE64, 40, 90), chars("=", 1, 2)),
                _sixty_four_bytes,
                seq(texts("AccountKey", "SharedAccessKey", "accountKey"), run("[\"' :=]", 1)),
                right="[A-Za-z0-9+/=]",
            ),
            _Kind(chars("[A-Za-z0-9%+/_-]", 40, 120), _drawn, texts("&sig=", "?sig=", "signature sig="), ""),
            _Kind(
                seq(
                    chars("[A-Za-z0-9_~.-]", 3),
                    texts("8Q~", "7Q~", "6Q~", "9Q~"),
                    chars("[A-Za-z0-9_~.-]", 31, 34),
                ),
                _drawn,
                right="[A-Za-z0-9_~-]",
            ),
        ),
        "github": (
            _Kind(
                seq(texts("gh"), Chars("[pousr]"), Chars("_"), run(_WORD, 36)), _drawn, left="[A-Za-z0-9_]"
            ),
            _Kind(
                seq(texts("github_pat_"), chars(_WORD, 22), Chars("_"), chars(_WORD, 59)),
                _drawn,
                left="[A-Za-z0-9_]",
            ),
        ),
        "gitlab": (
            _Kind(
                seq(
                    texts(
                        "glpat",
                        "gldt",
                        "glrt",
                        "glptt",
                        "gloas",
                        "glcbt",
                        "glft",
                        "glsoat",
                        "glagent",
                        "glimt",
                    ),
                    Chars("-"),
                    run(_TOKEN, 20),
                    optional(
                        Chars("[.]"), chars("[a-z0-9]", 2), optional(Chars("[.]")), chars("[a-z0-9]", 7)
                    ),
                ),
                _drawn,
            ),
        ),
        "google": (
            _Kind(seq(texts("AIza"), chars(_TOKEN, 35)), _drawn, left=_TOKEN),
            _Kind(seq(texts("GOCSPX-"), chars(_TOKEN, 28)), _drawn),
            _Kind(seq(texts("ya29."), run(_TOKEN, 30)), _drawn),
        ),
        "jwt": (
            _Kind(
                seq(
                    texts("eyJ"),
                    run(_TOKEN, 10),
                    Chars("[.]"),
                    texts("eyJ"),
                    run(_TOKEN, 10),
                    Chars("[.]"),
                    run(_TOKEN, 20),
                ),
                _json_web_token,
                left=_TOKEN,
            ),
        ),
        "model": (
            _Kind(
                seq(
                    texts("sk-"),
                    alt(
                        texts("proj-", "svcacct-", "admin-", "or-v1-"),
                        seq(texts("ant-"), chars("[a-z]", 2, 8), chars("[0-9]", 0, 2), Chars("-")),
                    ),
                    run(_TOKEN, 32),
                ),
                _drawn,
                left=_TOKEN,
            ),
            _Kind(seq(texts("sk-"), chars(_WORD, 32, 64)), _drawn, left=_TOKEN),
            _Kind(
                seq(texts("hf_", "gsk_", "r8_", "xai-", "pplx-", "nvapi-"), chars(_TOKEN, 32, 100)), _drawn
            ),
        ),
        "npm": (_Kind(seq(texts("npm_"), chars(_WORD, 36)), _drawn, left="[A-Za-z0-9_]"),),
        "pypi": (_Kind(seq(texts("pypi-"), texts("AgE"), run(_TOKEN, 50)), _macaroon),),
        "sendgrid": (_Kind(seq(texts("SG."), chars(_TOKEN, 22), Chars("[.]"), chars(_TOKEN, 43)), _drawn),),
        "slack": (
            _Kind(
                seq(
                    texts("xox"),
                    Chars("[abeoprs]"),
                    Chars("-"),
                    chars("[0-9]", 6, 14),
                    Chars("-"),
                    run("[A-Za-z0-9-]", 16),
                ),
                _drawn,
            ),
            _Kind(
                seq(
                    texts("xapp-"),
                    Chars("[0-9]"),
                    Chars("-"),
                    chars("[A-Z0-9]", 8, 14),
                    Chars("-"),
                    chars("[0-9]", 8, 14),
                    Chars("-"),
                    chars("[a-z0-9]", 32, 80),
                ),
                _drawn,
            ),
            _Kind(
                seq(
                    texts("hooks.slack.com/services/T"),
                    chars("[A-Z0-9]", 6, 12),
                    texts("/B"),
                    chars("[A-Z0-9]", 6, 12),
                    Chars("/"),
                    chars(_WORD, 20, 30),
                ),
                _drawn,
            ),
        ),
        "stripe": (
            _Kind(seq(Chars("[sr]"), texts("k_"), texts("live_", "test_"), run(_WORD, 20)), _drawn),
            _Kind(seq(texts("whsec_"), chars("[A-Za-z0-9+/]", 24, 80)), _drawn),
        ),
        "twilio": (
            _Kind(
                chars("[0-9a-f]", 32),
                _drawn,
                seq(texts("AC"), chars("[0-9a-f]", 32), chars("[^A-Za-z0-9]", 1, 6)),
            ),
            _Kind(seq(texts("SK"), chars("[0-9a-f]", 32)), _drawn),
        ),
        "url": (
            _Kind(
                chars(_PLAIN, 3, 64),
                _password_in_address,
                seq(
                    chars("[A-Za-z]", 2, 16),
                    optional(Chars("[+]"), chars("[a-z0-9]", 1, 12)),
                    texts("://"),
                    chars(_PLAIN, 0, 64),
                    Chars(":"),
                ),
                right="[^@]",
            ),
        ),
    }
)

SECRETS: Final = tuple(sorted(_KINDS))


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


def _finder(kind: _Kind) -> _Finder:
    left = f"(?<!{kind.left})" if kind.left else ""
    ends = f"(?={kind.right.replace('^', '')})" if kind.right == "[^@]" else f"(?!{kind.right})"
    pattern = f"{left}(?P<lead>{source(kind.lead)})(?P<secret>{source(kind.body)}){ends}{_CUT_OFF}"
    return _Finder(re.compile(pattern), kind.check)


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
        kinds = _KINDS.get(self.kind)
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
