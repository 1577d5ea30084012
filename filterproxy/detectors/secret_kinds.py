"""
The kinds of secret, and what makes each certain:

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

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from filterproxy.core.shape import Chars, Seq, Shape
from filterproxy.detectors import secret_names
from filterproxy.detectors.secret_checks import (
    amazon,
    assigned,
    authorized,
    drawn,
    json_web_token,
    macaroon,
    password_in_address,
    sixty_four_bytes,
)
from filterproxy.facts.form import alt, chars, optional, run, seq, texts

_WORD = "[A-Za-z0-9]"
_TOKEN = "[A-Za-z0-9_-]"
_NOTHING = Seq(())

# (what stood before it, the secret) -> how many of its characters are secret; 0: it is none.
Check = Callable[[str, str], int]


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One form of secrets of a kind.

    lead: what must stand before, and is no part of the match. body: the secret. check: as Check says. left: a
    class that may not stand before all that; right: one that may not follow; behind: one that must.
    """

    body: Shape
    check: Check
    lead: Shape = _NOTHING
    left: str = _WORD
    right: str = _TOKEN
    behind: str = ""


# What may stand in an address between its signs.
_PLAIN = r"[!#-&(-.0-9;=?A-_a-~]"
_BASE64 = "[A-Za-z0-9+/]"
KINDS: Final[Mapping[str, tuple[Kind, ...]]] = MappingProxyType(
    {
        "assigned": (
            Kind(secret_names.VALUE, assigned, secret_names.ASSIGNED, left="", right=""),
            Kind(run("[A-Za-z0-9._~+/=-]", 8), authorized, secret_names.BEARER, right=""),
        ),
        "aws": (
            # The secret half has no prefix: it is known by the other half before it.
            Kind(
                seq(
                    texts("AKIA", "ASIA"),
                    chars("[A-Z2-7]", 16),
                    optional(chars("[^A-Za-z0-9/+]", 1, 6), chars(_BASE64, 40)),
                ),
                amazon,
                right="[A-Za-z0-9+/=]",
            ),
        ),
        "azure": (
            Kind(
                seq(chars(_BASE64, 40, 90), chars("=", 1, 2)),
                sixty_four_bytes,
                seq(texts("AccountKey", "SharedAccessKey", "accountKey"), run("[\"' :=]", 1)),
                right="[A-Za-z0-9+/=]",
            ),
            Kind(chars("[A-Za-z0-9%+/_-]", 40, 120), drawn, texts("&sig=", "?sig=", "signature sig="), ""),
            Kind(
                seq(
                    chars("[A-Za-z0-9_~.-]", 3),
                    texts("8Q~", "7Q~", "6Q~", "9Q~"),
                    chars("[A-Za-z0-9_~.-]", 31, 34),
                ),
                drawn,
                right="[A-Za-z0-9_~-]",
            ),
        ),
        "github": (
            Kind(seq(texts("gh"), Chars("[pousr]"), Chars("_"), run(_WORD, 36)), drawn, left="[A-Za-z0-9_]"),
            Kind(
                seq(texts("github_pat_"), chars(_WORD, 22), Chars("_"), chars(_WORD, 59)),
                drawn,
                left="[A-Za-z0-9_]",
            ),
        ),
        "gitlab": (
            Kind(
                seq(
                    texts(*"glpat gldt glrt glptt gloas glcbt glft glsoat glagent glimt".split()),
                    Chars("-"),
                    run(_TOKEN, 20),
                    optional(
                        Chars("[.]"), chars("[a-z0-9]", 2), optional(Chars("[.]")), chars("[a-z0-9]", 7)
                    ),
                ),
                drawn,
            ),
        ),
        "google": (
            Kind(seq(texts("AIza"), chars(_TOKEN, 35)), drawn, left=_TOKEN),
            Kind(seq(texts("GOCSPX-"), chars(_TOKEN, 28)), drawn),
            Kind(seq(texts("ya29."), run(_TOKEN, 30)), drawn),
        ),
        "jwt": (
            Kind(
                seq(
                    texts("eyJ"),
                    run(_TOKEN, 10),
                    Chars("[.]"),
                    texts("eyJ"),
                    run(_TOKEN, 10),
                    Chars("[.]"),
                    run(_TOKEN, 20),
                ),
                json_web_token,
                left=_TOKEN,
            ),
        ),
        "model": (
            Kind(
                seq(
                    texts("sk-"),
                    alt(
                        texts("proj-", "svcacct-", "admin-", "or-v1-"),
                        seq(texts("ant-"), chars("[a-z]", 2, 8), chars("[0-9]", 0, 2), Chars("-")),
                    ),
                    run(_TOKEN, 32),
                ),
                drawn,
                left=_TOKEN,
            ),
            Kind(seq(texts("sk-"), chars(_WORD, 32, 64)), drawn, left=_TOKEN),
            Kind(seq(texts("hf_", "gsk_", "r8_", "xai-", "pplx-", "nvapi-"), chars(_TOKEN, 32, 100)), drawn),
        ),
        "npm": (Kind(seq(texts("npm_"), chars(_WORD, 36)), drawn, left="[A-Za-z0-9_]"),),
        "pypi": (Kind(seq(texts("pypi-"), texts("AgE"), run(_TOKEN, 50)), macaroon),),
        "sendgrid": (Kind(seq(texts("SG."), chars(_TOKEN, 22), Chars("[.]"), chars(_TOKEN, 43)), drawn),),
        "slack": (
            Kind(
                seq(
                    texts("xox"),
                    Chars("[abeoprs]"),
                    Chars("-"),
                    chars("[0-9]", 6, 14),
                    Chars("-"),
                    run("[A-Za-z0-9-]", 16),
                ),
                drawn,
            ),
            Kind(
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
                drawn,
            ),
            Kind(
                seq(
                    texts("hooks.slack.com/services/T"),
                    chars("[A-Z0-9]", 6, 12),
                    texts("/B"),
                    chars("[A-Z0-9]", 6, 12),
                    Chars("/"),
                    chars(_WORD, 20, 30),
                ),
                drawn,
            ),
        ),
        "stripe": (
            Kind(seq(Chars("[sr]"), texts("k_"), texts("live_", "test_"), run(_WORD, 20)), drawn),
            Kind(seq(texts("whsec_"), chars("[A-Za-z0-9+/]", 24, 80)), drawn),
        ),
        "twilio": (
            Kind(
                chars("[0-9a-f]", 32),
                drawn,
                seq(texts("AC"), chars("[0-9a-f]", 32), chars("[^A-Za-z0-9]", 1, 6)),
            ),
            Kind(seq(texts("SK"), chars("[0-9a-f]", 32)), drawn),
        ),
        "url": (
            Kind(
                chars(_PLAIN, 3, 64),
                password_in_address,
                seq(
                    chars("[A-Za-z]", 2, 16),
                    optional(Chars("[+]"), chars("[a-z0-9]", 1, 12)),
                    texts("://"),
                    chars(_PLAIN, 0, 64),
                    Chars(":"),
                ),
                right="",
                behind="[@]",
            ),
        ),
    }
)
