"""
Whether what has the form of a secret can be one.

Each check is told what stood before it and the secret, and says how many of its characters are secret; 0: it
is none. Where nothing else decides, chance does: whether the text can have been drawn so (secret_value).
"""

from __future__ import annotations

import base64
import binascii
import json
import re

from filterproxy.detectors import secret_names
from filterproxy.detectors.secret_value import is_key, is_made_up, is_password, is_published


def drawn(_: str, secret: str) -> int:
    """By chance, as far as it can be told."""
    rest = secret[m.end() :] if (m := _PREFIX.match(secret)) else secret
    return 0 if is_made_up(rest) or is_published(secret) else len(secret)


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


def json_web_token(_: str, secret: str) -> int:
    """The header names its algorithm; what it says is nobody's business here."""
    header, _payload, signature = secret.split(".")
    try:
        says = json.loads(_decoded(header))
    except (ValueError, RecursionError):
        return 0
    named = isinstance(says, dict) and isinstance(says.get("alg"), str)
    return len(secret) if named and not is_made_up(signature) else 0


def macaroon(_: str, secret: str) -> int:
    decoded = _decoded(secret.removeprefix("pypi-")[:40])
    return len(secret) if b"pypi.org" in decoded and not is_made_up(secret[30:]) else 0


def amazon(_: str, secret: str) -> int:
    """The name of a key, and the key when it stands behind; Amazon's samples end in EXAMPLE."""
    name, key = secret[:20], secret[20:]
    if name.endswith("EXAMPLE") or is_made_up(name[4:]):
        return 0
    return len(secret) if key and is_key(key[-40:]) else 20


def sixty_four_bytes(_: str, secret: str) -> int:
    return len(secret) if len(_decoded(secret)) in (32, 64) and not is_made_up(secret) else 0


def password_in_address(lead: str, secret: str) -> int:
    """Not those that everybody's own machine has, as in postgres:postgres@localhost."""
    user = lead.rsplit("/", 1)[-1].rstrip(":").lower()
    if secret.lower() in (user, *_DEFAULTS) or re.fullmatch(
        r"[$%{<\[(*].*|[*x.]+|[A-Z]+(?:_[A-Z]+)*", secret
    ):
        return 0
    return 0 if is_made_up(secret) or not re.search("[A-Za-z]", secret) else len(secret)


_DEFAULTS = (
    "password passwd pass postgres root admin mysql guest secret test changeme rabbitmq redis mongo minio"
    " minioadmin localhost token db_password"
).split()

_TRAILING = re.compile(r"[.:!?)\]}*_\\]+\Z")
_NEXT_FIELD = re.compile(r"&(?=[A-Za-z_]+=)")
# What other kinds know better: when theirs is not certain of it, it is none.
_OF_A_MAKER = re.compile(
    r"gh[pousr]_|github_pat_|npm_|xox[a-z]-|xapp-|AIza|[sr]k_(?:live|test)_|sk-|pypi-|SG\.|glpat-"
    r"|A[KS]IA|eyJ|https?:"
)


def assigned(lead: str, value: str) -> int:
    value = _TRAILING.sub("", _NEXT_FIELD.split(value, maxsplit=1)[0])
    if _OF_A_MAKER.match(value) or secret_names.names_other(lead):
        return 0
    sure = secret_names.is_sure(lead)
    if secret_names.says_password(lead):
        return len(value) if is_password(value, sure=sure) else 0
    return len(value) if is_key(value, uuid="oken" not in lead) and (sure or len(value) >= 20) else 0


def authorized(lead: str, value: str) -> int:
    if _OF_A_MAKER.match(value):
        return 0
    if "asic" in lead:
        user, colon, password = _decoded(value).decode("latin-1").partition(":")
        return len(value) if colon and user.isascii() and not is_made_up(password) else 0
    return len(value) if is_key(value, uuid=True) else 0
